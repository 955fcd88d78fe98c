"""Becoming root on a node: as it is, by sudo, or not at all.

The password goes in by standard input only, and lives in memory only. Whether sudo reads it cannot
be known beforehand (a NOPASSWD line, a login it remembers), so the command behind it drops its
input up to a marker line before it starts.
"""

import asyncio
import re
import secrets
from dataclasses import dataclass, field

from pitui.config.model import Node
from pitui.domain.errors import Failure, NodeError
from pitui.remote.prompts import PasswordPrompter
from pitui.remote.quoting import quote
from pitui.remote.runner import RUN_LIMIT, Result, Runner

PATHS = "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin LC_ALL=C; export PATH LC_ALL; "
"""Logins of people lack the folders of administrators' commands, and may speak another language."""

TRIES = 3

_WANTS_PASSWORD = re.compile(r"sudo(-rs)?: .*(password|terminal|authentication)", re.IGNORECASE)

_NOBODY = "no password was given"

_TO_MARKER = 'while IFS= read -r line && [ "$line" != "$1" ]; do :; done; exec sh -c "$2"'


@dataclass
class Passwords:
    """Passwords for sudo that were given and were right, tried on the next node first."""

    given: list[str] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while one is asked for: nodes that want one at the same time share the answer."""
    declined: int = 0
    """How often nobody gave one."""


def as_user(command: str, user: str = "root") -> str:
    """Return a command line that runs another as a user by `sudo -n`; see `Sudo.attempt`."""
    # In English, so that what it says can be recognised.
    return f"LC_ALL=C sudo -n -H -u {quote(user)} sh -c {quote(command)}"


class Sudo:
    """Runs commands of one node as root."""

    def __init__(
        self, node: Node, runner: Runner, prompter: PasswordPrompter, passwords: Passwords
    ) -> None:
        self._node = node
        self._runner = runner
        self._prompter = prompter
        self._passwords = passwords
        self._is_root = False
        self._password: str | None = None
        self._ready = False

    async def run(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,
    ) -> Result:
        """Run a command as root, whatever its exit status.

        Raises:
            NodeError: root cannot be had; `failure` is SUDO_PASSWORD where a password is missing.
        """
        result = await self._run(command, stdin, limit, changes=changes)
        known = self._password
        if result.status == 1 and known is not None and not await self._fits(known):
            # It was changed on the node meanwhile; the command behind it was not begun.
            if known in self._passwords.given:
                self._passwords.given.remove(known)
            self._password, self._ready = None, False
            result = await self._run(command, stdin, limit, changes=changes)
        return result

    async def _run(
        self, command: str, stdin: bytes | None, limit: float, *, changes: bool
    ) -> Result:
        line, head = await self.wrap(command, stdin=stdin is not None)
        data = None if stdin is None and not head else head + (stdin or b"")
        return await self._runner.run(line, stdin=data, limit=limit, changes=changes)

    async def attempt(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,
    ) -> Result:
        """Run a command that calls `sudo -n` itself for what the login may not do.

        So it gets by with what sudoers allows without a password. Where sudo wants one and the
        config says `sudo: ask`, all of the command is run once more, as root: it must not have
        done anything before sudo refused.

        Raises:
            NodeError: `failure` is SUDO_PASSWORD where nobody gives the password.
        """
        if self._password is not None:
            return await self.run(command, stdin=stdin, limit=limit, changes=changes)
        result = await self._runner.run(command, stdin=stdin, limit=limit, changes=changes)
        if self._node.sudo != "ask" or not wants_password(result.stderr):
            return result
        return await self.run(command, stdin=stdin, limit=limit, changes=changes)

    async def wrap(self, command: str, *, stdin: bool) -> tuple[str, bytes]:
        """Return the command line that runs a command as root, and what its input starts with.

        Where that is not empty the command has to be started with standard input, even where it
        takes none of its own (`stdin` False: it then finds its input empty).
        """
        await self._get_ready()
        text = PATHS + command
        if self._is_root:
            return text, b""
        if self._password is None:
            return f"sudo -n -- sh -c {quote(text)}", b""
        marker = secrets.token_hex(16)
        inner = text if stdin else f"exec </dev/null; {text}"
        line = f"sudo -k -S -p '' -- sh -c {quote(_TO_MARKER)} pitui {quote(marker, inner)}"
        return line, f"{self._password}\n{marker}\n".encode()

    async def _get_ready(self) -> None:
        """Find out how to become root, and ask for the password where one is needed."""
        if self._ready:
            return
        probe = (
            '[ "$(id -u)" = 0 ] && echo root && exit; '
            f"{'exit; ' if self._node.sudo == 'none' else ''}"
            "command -v sudo >/dev/null 2>&1 || { echo nosudo; exit; }; "
            "LC_ALL=C sudo -n true 2>&1 && echo free; true"
        )
        said = (await self._runner.run(probe, changes=False)).stdout
        words = said.split()
        if "root" in words[:1]:
            self._is_root = True
        elif self._node.sudo == "none":
            raise no_root(self._node.name)
        elif "nosudo" in words[:1]:
            message = f"there is no sudo on {self._node.name}, and its login user is not root"
            raise NodeError(self._node.name, message, "Install sudo there, or set `sudo: none`.")
        elif "free" not in words[-1:]:
            await self._unlock(said)
        self._ready = True

    async def _unlock(self, said: str) -> None:
        name = self._node.name
        if "not allowed" in said or "not in the sudoers" in said:
            message = f"the login user is not allowed to use sudo on {name}"
            advice = "Allow it there (`adduser USER sudo` as root), or set `sudo: none`."
            raise NodeError(name, message, advice)
        if self._node.sudo != "ask":
            # Where sudoers name commands, they are listed without a password.
            listed = await self._runner.run("LC_ALL=C sudo -n -l </dev/null", changes=False)
            if "NOPASSWD:" in listed.stdout:
                raise _not_all(name)
            raise _needs_password(name)
        declined = self._passwords.declined
        async with self._passwords.lock:
            await self._find_password(name, declined)

    async def _find_password(self, name: str, declined: int) -> None:
        for password in tuple(self._passwords.given):
            if await self._fits(password):
                return
        if self._passwords.declined != declined:
            # Whoever said no to another node meanwhile meant this one too.
            raise _needs_password(name, _NOBODY)
        for number in range(TRIES):
            password_now = await self._prompter.sudo_password(name, wrong=number > 0)
            if password_now is None:
                self._passwords.declined += 1
                raise _needs_password(name, _NOBODY)
            if await self._fits(password_now):
                self._passwords.given.append(password_now)
                return
        raise _needs_password(name, f"{TRIES} wrong passwords were given")

    async def _fits(self, password: str) -> bool:
        if "\n" in password or "\0" in password:
            return False
        result = await self._runner.run(
            "LC_ALL=C sudo -k -S -p '' -- true", stdin=f"{password}\n".encode(), changes=False
        )
        if result.ok:
            self._password = password
        elif "not allowed to execute" in result.stderr:
            # It was right, and no other would help.
            raise _not_all(self._node.name)
        return result.ok


def _not_all(node: str) -> NodeError:
    message = f"sudo lets the login user of {node} run only some commands, and this needs all"
    advice = (
        "Allow them there (`LOGIN ALL=(ALL) NOPASSWD: ALL`); "
        f"`pitui doctor {node}` says what can be done as it is."
    )
    return NodeError(node, message, advice)


def no_root(node: str) -> NodeError:
    """Return the error of wanting root where the configuration says that there is none."""
    advice = "Set `sudo: passwordless` or `sudo: ask` where pitui may use it."
    return NodeError(node, "this needs root, but the configuration says `sudo: none`", advice)


def wants_password(stderr: str) -> bool:
    """Say whether `sudo -n` refused for want of a password."""
    return _WANTS_PASSWORD.search(stderr) is not None


def _needs_password(node: str, why: str = "") -> NodeError:
    message = "sudo needs a password" + (f", and {why}" if why else "")
    advice = "Set `sudo: ask` to be asked once, or allow sudo without a password there."
    if why == _NOBODY:
        advice = "Run this again at a terminal, where pitui can ask for it."
    elif why:
        advice = "Try again with the right password."
    return NodeError(node, message, advice, Failure.SUDO_PASSWORD)
