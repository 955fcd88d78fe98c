"""The links to all nodes of a cluster, one a node.

asyncssh takes 0.2 s to import, so it is imported when the first node is connected to.
"""

import asyncio
import shutil
import tempfile
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pitui.config.model import Node
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import HostKeyChangedError
from pitui.domain.link import LinkState, LinkStatus
from pitui.remote.local_runner import LocalRunner
from pitui.remote.locks.change_guard import ChangeGuard
from pitui.remote.locks.guarded_runner import GuardedRunner
from pitui.remote.prompts import Prompter
from pitui.remote.runner import RUN_LIMIT, RemoteProcess, Result, Runner
from pitui.remote.ssh.asyncssh_import import import_ssh
from pitui.remote.ssh.config.resolver import Resolver

if TYPE_CHECKING:
    from pitui.remote.ssh.config.ssh_options import Endpoint
    from pitui.remote.ssh.connection import Connection
    from pitui.remote.ssh.connector import Connector

CLOSE_LIMIT = 3.0
"""Seconds that closing all links may take; what is still open then is dropped."""

Changed = Callable[[str, LinkStatus], None]


class ConnectionPool:
    """The way to every node; nothing is connected before it is used."""

    def __init__(
        self, nodes: Iterable[Node], prompter: Prompter, guard: ChangeGuard | None = None
    ) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._prompter = prompter
        self._guard = guard or ChangeGuard()
        self._resolver: Resolver | None = None
        self._connector: Connector | None = None
        self._connections: dict[str, Connection] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._runners: dict[str, Runner] = {}
        self._callbacks: list[Changed] = []
        self._folder: Path | None = None
        self._sockets = 0

    def node(self, name: str) -> Node:
        """Return a node's configuration."""
        return self._nodes[name]

    def runner(self, name: str) -> Runner:
        """Return what runs commands on a node."""
        if name not in self._runners:
            local = self._nodes[name].local
            real = LocalRunner(name) if local else _LazyRunner(name, self)
            self._runners[name] = GuardedRunner(real, self._guard)
        return self._runners[name]

    def link(self, name: str) -> LinkStatus:
        """Return the last known state of the way to a node; never waits."""
        if self._nodes[name].local:
            return LinkStatus(LinkState.CONNECTED)
        link = self._connections.get(name)
        return link.state if link is not None else LinkStatus()

    def on_change(self, callback: Changed) -> Callable[[], None]:
        """Call back with a node's name and new state; returns what ends that."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def retry(self, name: str) -> None:
        """Forget a node's last failure: the next use tries at once, and may ask again."""
        if self._connector is not None:
            self._connector.forget_refusals()
        if self._resolver is not None:
            self._resolver.forget_hung()
        if name in self._connections:
            self._connections[name].retry()

    async def connect(self, name: str) -> None:
        """Connect to a node unless it is connected.

        Raises:
            LinkError: it cannot be reached.
        """
        if not self._nodes[name].local:
            await (await self.open_link(name)).up()

    async def with_password(self, name: str, password: str, command: str, stdin: bytes) -> Result:
        """Log in to a node with a password and run one command; nothing else uses passwords.

        Raises:
            ReadOnlyError: pitui is read-only.
            LinkError: AUTH_FAILED where the password is wrong, KEY_ONLY where none is taken.
        """
        await self._guard.pass_change(name)
        await self.open_link(name)
        from pitui.remote.ssh.first_login import run_with_password

        return await run_with_password(
            self._need_connector(), self._nodes[name], password, command, stdin
        )

    async def own_key(self, name: str, *, make: bool) -> str | None:
        """Return the public key that a node should take; None where the person has none.

        Args:
            name: the node.
            make: whether one is made then, in the usual place.

        Raises:
            NodeError: it cannot be read or made.
        """
        await self.open_link(name)
        from pitui.remote.ssh import first_login

        endpoint = await self._endpoint(name)
        key = await asyncio.to_thread(first_login.key_to_install, name, endpoint)
        if key is None and make:
            await asyncio.to_thread(first_login.make_key, name)
            key = await asyncio.to_thread(first_login.key_to_install, name, endpoint)
        return key

    async def replace_host_key(self, name: str, changed: HostKeyChangedError) -> None:
        """Trust the key that a replaced machine shows; ask a person first.

        Raises:
            LinkError: it cannot be saved.
        """
        await self.open_link(name)
        from pitui.remote.ssh.keys import host_keys

        files = (await self._endpoint(name)).known_hosts
        await asyncio.to_thread(host_keys.replace_key, name, files, changed)
        self.retry(name)

    async def know(self, name: str, keys: str) -> None:
        """Trust host keys that a node told us over a trusted link, for a new address of its own.

        An address that has keys already keeps them.

        Args:
            name: the node, with its new address.
            keys: lines of its `/etc/ssh/ssh_host_*_key.pub`.

        Raises:
            LinkError: they cannot be saved.
        """
        await self.open_link(name)
        from pitui.remote.ssh.keys import host_keys

        endpoint = await self._endpoint(name)
        await asyncio.to_thread(host_keys.know, name, endpoint, keys)

    async def socket(self, name: str, host: str, port: int) -> Path:
        """Return a unix socket that leads through a node's link to an address as the node sees it.

        It lives as long as the connection; ask again before each use.

        Raises:
            LinkError: the node cannot be reached.
            ValueError: the node is this machine: ask directly.
        """
        if self._nodes[name].local:
            raise ValueError(f"{name} is this machine")
        return await (await self.open_link(name)).socket(host, port, self._new_path)

    async def forward(self, name: str, host: str, port: int) -> int:
        """Return a local port that leads through a node's link to an address as the node sees it.

        It listens on 127.0.0.1 only and lives as long as the connection; ask again before use.

        Raises:
            LinkError: the node cannot be reached.
            ValueError: the node is this machine: ask directly.
        """
        if self._nodes[name].local:
            raise ValueError(f"{name} is this machine")
        return await (await self.open_link(name)).forward(host, port)

    async def why_not(self, name: str, host: str, port: int) -> str | None:
        """Return why a remote node cannot connect to an address; None where it can.

        Raises:
            LinkError: the node cannot be reached.
        """
        return await (await self.open_link(name)).why_not(host, port)

    async def open_link(self, name: str) -> "Connection":
        """Return a remote node's link, connected or not."""
        async with self._opening[name]:  # ssh may hang: that is waited for once
            if name not in self._connections:
                await self._make_link(name)
        return self._connections[name]

    async def _make_link(self, name: str) -> None:
        async with TaskGroup() as group:
            group.create_task(self._need_resolver().ask_early(self._nodes[name]))
            # In a thread: the event loop goes on meanwhile.
            await asyncio.to_thread(import_ssh)
        from pitui.remote.ssh.connection import Connection

        link = Connection(self._nodes[name], self._need_connector(), self._tell)
        self._connections[name] = link

    async def aclose(self) -> None:
        """Close everything, within `CLOSE_LIMIT`."""
        try:
            async with asyncio.timeout(CLOSE_LIMIT), TaskGroup() as group:
                for link in self._connections.values():
                    group.create_task(link.aclose())
            if self._connector is not None:
                async with asyncio.timeout(CLOSE_LIMIT):
                    await self._connector.aclose()
        except TimeoutError:
            # A peer that does not react; its socket closes with this process.
            pass
        finally:
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    async def _endpoint(self, name: str) -> "Endpoint":
        from pitui.remote.ssh.config.ssh_options import SshTarget

        return await self._need_connector().resolve(SshTarget.of(self._nodes[name]))

    def _need_connector(self) -> "Connector":
        from pitui.remote.ssh.connector import Connector

        self._connector = self._connector or Connector(self._prompter, self._need_resolver())
        return self._connector

    def _need_resolver(self) -> Resolver:
        self._resolver = self._resolver or Resolver()
        return self._resolver

    def _tell(self, name: str, link: LinkStatus) -> None:
        for callback in tuple(self._callbacks):
            callback(name, link)

    def _new_path(self) -> Path:
        if self._folder is None:
            # Readable by its owner only, and short: a socket's path has at most 107 bytes.
            self._folder = Path(tempfile.mkdtemp(prefix="pitui-"))
        self._sockets += 1
        return self._folder / f"{self._sockets}.sock"


class _LazyRunner:
    """A node's SSH runner, made when the first command comes."""

    def __init__(self, name: str, connections: ConnectionPool) -> None:
        self._name = name
        self._connections = connections

    @property
    def node(self) -> str:
        """The node's name."""
        return self._name

    async def run(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,
    ) -> Result:
        """Run a command to its end; see `Runner.run`."""
        real = await self._real()
        return await real.run(command, stdin=stdin, limit=limit, changes=changes)

    @asynccontextmanager
    async def open(
        self, command: str, *, stdin: bool = False, changes: bool = True
    ) -> AsyncIterator[RemoteProcess]:
        """Start a command and hand out its streams; see `Runner.open`."""
        real = await self._real()
        async with real.open(command, stdin=stdin, changes=changes) as process:
            yield process

    async def _real(self) -> Runner:
        link = await self._connections.open_link(self._name)
        from pitui.remote.ssh.ssh_runner import SshRunner

        return SshRunner(link)
