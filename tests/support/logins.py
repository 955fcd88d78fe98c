"""Logins as people have them: other shells, and start files that print, on real sshd processes."""

import shutil
from dataclasses import dataclass, field

from support.sshd import Server, SshServers

PRINTS = "echo 'Welcome to the shelf'; echo 'stty: no tty' >&2\n"

# Everything that a start file of bash may do and leave behind.
BASH = (
    PRINTS
    + "trap 'echo bye; exit 9' EXIT\ncd /\numask 077\nexport CDPATH=/\nshopt -s expand_aliases\n"
    "alias sh=false echo=false\nset -u -e -x\n"
)

# What runs the login shell stays behind it, and prints when it has ended.
_WRAPPER = """#!/bin/sh
echo 'Session is recorded'
echo 'Session is recorded' >&2
/bin/bash -c "$SSH_ORIGINAL_COMMAND"
echo 'Session has ended'
echo 'Session has ended' >&2
exit 9
"""


@dataclass(frozen=True)
class Login:
    """A shell that commands go through, and its start files by their names below the home."""

    shell: str
    files: dict[str, str] = field(default_factory=dict)
    first: str = ""
    """What sshd runs before it, as ~/.ssh/rc."""

    @property
    def missing(self) -> str:
        """Why it cannot be had here."""
        found = self.shell == "wrapper" or shutil.which(self.shell)
        return "" if found else f"no {self.shell}: install it"

    def server(self, ssh_servers: SshServers, **where: str) -> Server:
        """Start a server that has this login."""
        server = ssh_servers.server(start=False, **where)
        for name, text in self.files.items():
            path = server.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        # sshd gives it to the login shell; `exec` leaves nothing of that.
        forced = f'{self.first}exec {self.shell} -c "$SSH_ORIGINAL_COMMAND"'
        if self.shell == "wrapper":
            script = server.folder / "wrapper"
            script.write_text(_WRAPPER)
            script.chmod(0o755)
            forced = f"exec {script}"
        server.options = (f"ForceCommand {forced}",)
        server.start()
        return server


LOGINS = {
    "bash": Login("bash", {".bashrc": BASH}),
    "dash": Login("dash", first=PRINTS.strip() + "; "),
    "zsh": Login(
        "zsh",
        {
            ".zshenv": PRINTS
            + "zshexit() { echo bye; }\ntrap 'echo bye' EXIT\nsetopt null_glob err_exit xtrace\n"
        },
    ),
    "fish": Login(
        "fish",
        {
            ".config/fish/config.fish": PRINTS
            + "function bye --on-event fish_exit; echo bye; end\nset -gx SHLVL 0\n"
        },
    ),
    "tcsh": Login("tcsh", {".tcshrc": 'echo "Welcome to the shelf"\nset echo\nset verbose\n'}),
    "wrapper": Login("wrapper", {".bashrc": PRINTS}),
}
