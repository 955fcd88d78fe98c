"""Real sshd processes, and links to them."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from support.nodes import node
from support.ssh_spark_homes import SshSparkHomes
from support.sshd import Server, SshServers, servers, why_no_sshd

from pitui.config.model import Node
from pitui.domain.errors import LinkError
from pitui.remote.prompts import NonInteractive, UnknownKey
from pitui.remote.ssh.connection_pool import ConnectionPool


class Person:
    """Answers as told and remembers what was asked."""

    def __init__(self, *, trust: bool = False, passphrases: tuple[str | None, ...] = ()) -> None:
        self.trusts = trust
        self.passphrases = list(passphrases)
        self.keys: list[UnknownKey] = []
        self.identities: list[Path] = []
        self.at_once = 0
        self.most_at_once = 0

    async def passphrase(self, identity: Path) -> str | None:
        self.identities.append(identity)
        await self._think()
        return self.passphrases.pop(0) if self.passphrases else None

    async def trust(self, key: UnknownKey) -> bool:
        self.keys.append(key)
        await self._think()
        return self.trusts

    async def _think(self) -> None:
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0)
        self.at_once -= 1


@pytest.fixture
def ssh_servers(tmp_path: Path) -> Iterator[SshServers]:
    if reason := why_no_sshd():
        pytest.skip(reason)
    with servers(tmp_path) as ssh_servers:
        yield ssh_servers


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A real ssh-agent; its socket."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
    # The socket is there before anybody listens at it; 2 is ssh-add's "no agent".
    while subprocess.run(["ssh-add", "-l"], capture_output=True, check=False).returncode == 2:
        assert process.poll() is None
    yield socket
    process.terminate()
    process.wait(timeout=5)


@pytest.fixture
def known(home: Path) -> Path:
    """The known_hosts file; empty."""
    file = home / ".ssh" / "known_hosts"
    file.parent.mkdir(mode=0o700)
    file.touch(mode=0o600)
    return file


@pytest.fixture
def spark_homes(ssh_servers: SshServers, known: Path, tmp_path: Path) -> SshSparkHomes:
    """A master's node and two workers."""
    return SshSparkHomes(ssh_servers, known, tmp_path)


NodeOn = Callable[..., Node]


@pytest.fixture
def node_on(ssh_servers: SshServers, known: Path) -> NodeOn:
    """Make a node of a server, with its host key already known."""

    def make(name: str, server: Server, *, trusted: bool = True, **changed: object) -> Node:
        if trusted and server.known_line() not in known.read_text():
            with known.open("a") as file:
                file.write(server.known_line())
        values = {"identity": ssh_servers.client_key, **changed}
        return node(name, server.address, server.port, **values)

    return make


MakeLinks = Callable[..., ConnectionPool]


@pytest.fixture
async def make_links() -> AsyncIterator[MakeLinks]:
    """Make links that are closed in the end."""
    made: list[ConnectionPool] = []

    def make(*nodes: Node, prompter: object = None) -> ConnectionPool:
        made.append(ConnectionPool(nodes, prompter or NonInteractive()))
        return made[-1]

    yield make
    for connections in made:
        await connections.aclose()


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], limit: float, what: str
) -> None:
    """Wait for a condition, with a limit in seconds."""
    try:
        async with asyncio.timeout(limit):
            while True:
                answer = condition()
                if answer if isinstance(answer, bool) else await answer:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"waited {limit} s in vain until {what}") from None


async def refused(connections: ConnectionPool, name: str) -> LinkError:
    """Return the error of a node that cannot be connected to."""
    with pytest.raises(LinkError) as caught:
        await connections.connect(name)
    return caught.value


def says(secret: str, folder: Path) -> str:
    """Return a program for SSH_ASKPASS that answers with a secret."""
    script = folder / "askpass"
    script.write_text(f"#!/bin/sh\necho '{secret}'\n")
    script.chmod(0o700)
    return str(script)
