"""One node's link: a connection that is made when it is needed and made again when it was lost."""

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Protocol

import asyncssh

from pitui.config.model import Node
from pitui.domain.errors import Failure, LinkError
from pitui.domain.link import LinkState, LinkStatus
from pitui.remote import ssh_errors
from pitui.remote.output_frame import Login
from pitui.remote.ssh.channels import Channels
from pitui.remote.ssh.config.ssh_options import (
    KEEPALIVE_COUNT,
    KEEPALIVE_INTERVAL,
    Endpoint,
    SshTarget,
)
from pitui.remote.ssh.connect_once import Lost
from pitui.remote.ssh.connector import again

BACKOFF = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds until a node that failed is tried again, plus or minus a quarter of it."""

_AGAIN = "It is made again at the next use."

_NEEDS_A_PERSON = (Failure.AUTH_FAILED, Failure.HOST_KEY_UNKNOWN, Failure.HOST_KEY_CHANGED)
"""Failures that trying again does not mend; sshd punishes clients that keep failing to log in."""


@dataclass(eq=False)
class LiveConnection:
    """A connection that is up, and the commands on it."""

    connection: asyncssh.SSHClientConnection
    channels: Channels = field(default_factory=Channels)
    sockets: dict[tuple[str, int], Path] = field(default_factory=dict)
    ports: dict[tuple[str, int], int] = field(default_factory=dict)
    """Of 127.0.0.1, by the address that they lead to."""
    login: Login = field(default_factory=Login)
    forgotten: int = 0
    """Channels that the server keeps open and nobody can close."""

    async def all_came(self) -> None:
        """Return when all has come that the server had to send when this was called.

        The answer to a first question may overtake what waits for its turn among several commands;
        by the time of a second one that has been sent.
        """
        with suppress(*ssh_errors.LOST):  # then the commands hear of that
            for _ in range(2):
                await self.connection._make_global_request(b"keepalive@openssh.com")  # noqa: SLF001 - asyncssh asks so itself

    async def drop(self) -> None:
        """End the connection at once; the next use makes a new one."""
        self.connection.abort()
        await self.connection.wait_closed()


class Dials(Protocol):
    """Connects and logs in."""

    async def dial(self, wanted: SshTarget, on_lost: Lost) -> asyncssh.SSHClientConnection:
        """Return a connection that is up; see `Connector.dial`."""

    async def resolve(self, wanted: SshTarget) -> Endpoint:
        """Return where a machine is; see `Connector.resolve`."""


class Connection:
    """The way to one node; never connects before somebody wants something of it."""

    def __init__(
        self, node: Node, connector: Dials, changed: Callable[[str, LinkStatus], None]
    ) -> None:
        self.node = node
        self._connector = connector
        self._changed = changed
        self._lock = asyncio.Lock()
        self._up: LiveConnection | None = None
        self._error: LinkError | None = None
        self._failures = 0
        self._failed_at = -inf
        self._not_before = -inf
        self._host_keys_at_failure = 0.0
        self._known_hosts: tuple[Path, ...] = ()
        self.state = LinkStatus()

    async def up(self) -> LiveConnection:
        """Return the open connection; make it where there is none.

        Whoever comes while one is being made waits for it. After a failure, calls fail at once
        with it until the next try is due.

        Raises:
            LinkError: the node cannot be reached.
        """
        asked_at = _now()
        if self._up is not None and not self._up.connection.is_closed():
            return self._up
        async with self._lock:
            if self._up is not None and not self._up.connection.is_closed():
                return self._up
            if self._error is not None and not self._may_try(asked_at):
                raise again(self._error, self.node.name)
            return await self._connect()

    def retry(self) -> None:
        """Forget the last failure: the next use tries at once."""
        self._failures = 0
        self._failed_at = self._not_before = -inf

    def lost(self, reason: Exception | None = None) -> LinkError:
        """Return the error of something that was going on when the connection ended."""
        words = _lost_words(reason)
        if reason is None and self.state.state is not LinkState.CONNECTED:
            words = self.state.error or words
        return LinkError(self.node.name, Failure.LOST, words, _AGAIN)

    async def socket(self, host: str, port: int, new_path: Callable[[], Path]) -> Path:
        """Return a unix socket that leads to an address as the node sees it.

        Raises:
            LinkError: the node cannot be reached.
        """
        up = await self.up()
        async with self._lock:
            path = up.sockets.get((host, port))
            if path is None:
                path = new_path()
                await up.connection.forward_local_path_to_port(str(path), host, port)
                up.sockets[(host, port)] = path
            return path

    async def forward(self, host: str, port: int) -> int:
        """Return a port of this machine's loopback that leads to an address as the node sees it.

        Raises:
            LinkError: the node cannot be reached.
        """
        up = await self.up()
        async with self._lock:
            local = up.ports.get((host, port))
            if local is None:
                listener = await up.connection.forward_local_port("127.0.0.1", 0, host, port)
                local = up.ports[(host, port)] = listener.get_port()
            return local

    async def why_not(self, host: str, port: int) -> str | None:
        """Return why the node cannot connect to an address, in its words; None where it can.

        Raises:
            LinkError: the node cannot be reached.
        """
        up = await self.up()
        try:
            channel, _ = await up.connection.create_connection(asyncssh.SSHTCPSession, host, port)
        except asyncssh.ChannelOpenError as error:
            if is_lost(up.connection, error):
                raise self.lost() from error
            return ssh_errors.channel_reason(error)
        except ssh_errors.LOST as error:
            raise self.lost(error) from error
        channel.abort()
        return None

    async def aclose(self) -> None:
        """Close the connection; what runs on it ends."""
        if self._up is not None:
            connection, self._up = self._up.connection, None
            connection.close()
            await connection.wait_closed()

    async def _connect(self) -> LiveConnection:
        made: list[asyncssh.SSHClientConnection] = []

        def on_lost(error: Exception | None) -> None:
            if made and self._up is not None and self._up.connection is made[0]:
                self._note_lost(error)

        try:
            wanted = SshTarget.of(self.node)
            self._known_hosts = (await self._connector.resolve(wanted)).known_hosts
            connection = await self._connector.dial(wanted, on_lost)
        except LinkError as error:
            self._note_failure(error)
            raise
        made.append(connection)
        self._up = LiveConnection(connection)
        self._error = None
        self._failures = 0
        self._show(LinkState.CONNECTED)
        return self._up

    def _note_failure(self, error: LinkError) -> None:
        self._error = error
        self._failed_at = _now()
        wait = BACKOFF[min(self._failures, len(BACKOFF) - 1)]
        self._failures += 1
        jitter = random.uniform(0.75, 1.25)  # noqa: S311
        needs_a_person = error.failure in _NEEDS_A_PERSON
        self._not_before = inf if needs_a_person else self._failed_at + wait * jitter
        self._host_keys_at_failure = self._host_keys_changed_at()
        self._show(LinkState.of(error), error.message, error.advice)

    def _note_lost(self, error: Exception | None) -> None:
        self._up = None
        self._show(LinkState.UNREACHABLE, _lost_words(error), _AGAIN)

    def _may_try(self, asked_at: float) -> bool:
        if self._failed_at >= asked_at:
            return False
        error = self._error
        about_keys = error is not None and error.failure.value.startswith("host key")
        if about_keys and self._host_keys_changed_at() != self._host_keys_at_failure:
            return True
        return _now() >= self._not_before

    def _host_keys_changed_at(self) -> float:
        return max((_changed_at(file) for file in self._known_hosts), default=0.0)

    def _show(self, state: LinkState, error: str | None = None, advice: str = "") -> None:
        if (state, error, advice) != (self.state.state, self.state.error, self.state.advice):
            since = self.state.since if state is self.state.state else time.time()
            self.state = LinkStatus(state, error, advice, since)
            self._changed(self.node.name, self.state)


def is_lost(connection: asyncssh.SSHClientConnection, error: asyncssh.ChannelOpenError) -> bool:
    """Whether a channel could not be opened because there is no connection any more."""
    return connection.is_closed() or error.reason == "SSH connection closed"


def _changed_at(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _lost_words(reason: Exception | None) -> str:
    if "keepalive" in str(reason):
        seconds = KEEPALIVE_INTERVAL * (KEEPALIVE_COUNT + 1)
        return f"the node stopped answering for {seconds:g} s"
    return "the connection was lost"


def _now() -> float:
    return asyncio.get_running_loop().time()
