"""Real OpenSSH servers on loopback, as the user who runs the tests."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
START_LIMIT = 10.0
_LISTENING = "Server listening on"


def why_no_sshd() -> str:
    """Return why there can be no server here; empty where there can."""
    return "" if SSHD else "no sshd: install openssh-server"


def make_key(path: Path, passphrase: str = "", kind: str = "ed25519") -> Path:
    """Make a key pair and return the private one's path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", path.name, "-f", path],
        check=True,
        timeout=20,
    )
    return path


_pairs: dict[tuple[str, int], tuple[bytes, bytes]] = {}


def keep_key(path: Path, number: int, kind: str = "ed25519") -> Path:
    """Put a key pair there that is made once a process: of each kind one for every number."""
    public = path.with_suffix(".pub")
    if pair := _pairs.get((kind, number)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(pair[0])
        public.write_bytes(pair[1])
    else:
        make_key(path, kind=kind)
        _pairs[kind, number] = path.read_bytes(), public.read_bytes()
    return path


def free_port(address: str = "127.0.0.1") -> int:
    """Return a port that nothing listens on just now."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as sock:
        sock.bind((address, 0))
        return int(sock.getsockname()[1])


@dataclass
class Server:
    """One sshd with a host key of its own."""

    folder: Path
    address: str
    port: int
    options: tuple[str, ...] = ()
    within: tuple[str, ...] = ()
    """The words of a command that starts it elsewhere, as in another network."""
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def host_key(self) -> Path:
        return self.folder / "host_ed25519"

    @property
    def home(self) -> Path:
        """The home of those who log in."""
        return self.folder / "home"

    @property
    def name(self) -> str:
        """As known_hosts writes it."""
        return f"[{self.address}]:{self.port}"

    def known_line(self, kind: str = "ed25519") -> str:
        key = (self.folder / f"host_{kind}.pub").read_text().split()
        return f"{self.name} {key[0]} {key[1]}\n"

    def new_host_key(self) -> None:
        for name in ("host_ed25519", "host_ed25519.pub"):
            (self.folder / name).unlink(missing_ok=True)
        make_key(self.host_key)

    def authorize(self, *public_keys: Path) -> None:
        text = "".join(path.read_text() for path in public_keys)
        (self.folder / "authorized_keys").write_text(text)

    def start(self) -> None:
        """Start it and wait until it listens."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config = self.folder / "sshd_config"
        kinds = ("rsa", "ecdsa", "ed25519")
        keys = [self.folder / f"host_{kind}" for kind in kinds]
        lines = [
            f"ListenAddress [{self.address}]:{self.port}",
            *(f"HostKey {key}" for key in keys if key.exists()),
            f"AuthorizedKeysFile {self.folder / 'authorized_keys'}",
            f"PidFile {self.folder / 'sshd.pid'}",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password",
            "LogLevel VERBOSE",
            f"SetEnv HOME={self.home}",
            *self.options,
        ]
        config.write_text("\n".join(lines) + "\n")
        log = (self.folder / "sshd.log").open("ab")
        listening = self.logged(_LISTENING)
        assert SSHD is not None
        self.process = subprocess.Popen(
            [*self.within, SSHD, "-D", "-e", "-f", config], stdin=subprocess.DEVNULL, stderr=log
        )
        log.close()
        self._wait_until_it_listens(listening)

    def sessions(self) -> list[int]:
        """Return the processes that serve connections, and what they run."""
        return [] if self.process is None else _descendants(self.process.pid)

    def stop(self) -> None:
        """Kill it with everything that it serves and runs."""
        if self.process is None:
            return
        pids = self.sessions()
        self.process.kill()
        self.process.wait(timeout=10)
        self.process = None
        for pid in pids:
            _signal(pid, signal.SIGKILL)

    def freeze(self) -> list[int]:
        """Stop the processes that serve connections, as a machine that hangs would."""
        pids = self.sessions()
        for pid in pids:
            _signal(pid, signal.SIGSTOP)
        return pids

    def logged(self, words: str) -> int:
        return (self.folder / "sshd.log").read_text(errors="replace").count(words)

    def _wait_until_it_listens(self, before: int) -> None:
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError((self.folder / "sshd.log").read_text())
            # Not a connection: it would count against MaxStartups and fill the log.
            if self.logged(_LISTENING) > before:
                return
            time.sleep(0.01)
        raise RuntimeError(f"sshd did not start within {START_LIMIT} s")


def thaw(pids: list[int]) -> None:
    """Let frozen processes go on."""
    for pid in pids:
        _signal(pid, signal.SIGCONT)


@contextmanager
def servers(folder: Path) -> Iterator["SshServers"]:
    """Hand out a maker of servers, and stop them all in the end."""
    ssh_servers = SshServers(folder)
    try:
        yield ssh_servers
    finally:
        for server in ssh_servers.servers:
            server.stop()


class SshServers:
    """Servers that all accept one client key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.client_key = keep_key(folder / "client" / "id_ed25519", 0)
        self.servers: list[Server] = []

    def server(
        self,
        *options: str,
        address: str | None = None,
        start: bool = True,
        rsa: bool = False,
        ecdsa: bool = False,
    ) -> Server:
        """Make a server on a loopback address of its own."""
        number = len(self.servers) + 1
        address = address or f"127.0.0.{20 + number}"
        folder = self.folder / f"sshd{number}"
        (folder / "home").mkdir(parents=True)
        server = Server(folder, address, free_port(address), options)
        keep_key(server.host_key, number)
        if rsa:
            keep_key(folder / "host_rsa", number, "rsa")
        if ecdsa:
            keep_key(folder / "host_ecdsa", number, "ecdsa")
        server.authorize(self.client_key.with_suffix(".pub"))
        self.servers.append(server)
        if start:
            server.start()
        return server


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _descendants(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    queue = [root]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return found
