"""A node that is reached by SSH: commands over its one connection."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial

import asyncssh

from pitui.domain.errors import Failure
from pitui.remote import ssh_errors
from pitui.remote.output_frame import OutputFrame
from pitui.remote.process_cleanup import kill_group, watched
from pitui.remote.remote_process import FramedProcess
from pitui.remote.runner import RUN_LIMIT, RemoteProcess, Result
from pitui.remote.ssh.connection import Connection, LiveConnection, is_lost
from pitui.remote.time_limit import time_limit

KILL_LIMIT = 3.0
"""Seconds that the channel may take which ends a command on the node."""

ALONE_WAITS = (0.1, 0.3, 0.6)
"""Seconds between tries to open a channel where none of ours is open."""

# RFC 4254 section 6.10 names signals without SIG; the numbers are those of Linux.
_SIGNALS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10,
    "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15,
}  # fmt: skip


class _Session(asyncssh.SSHClientSession[bytes]):
    """Connects a channel to a `FramedProcess`."""

    def __init__(self, process: FramedProcess, link: Connection) -> None:
        self._process = process
        self._link = link
        self.channel: asyncssh.SSHClientChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self.channel = chan
        self._process.got_wire(chan)

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        (self._process.got_output if datatype is None else self._process.got_stderr)(data)

    def eof_received(self) -> bool:
        self._process.got_eof()
        return True

    def exit_status_received(self, status: int) -> None:
        self._process.got_status(status)

    def exit_signal_received(self, signal: str, core_dumped: bool, msg: str, lang: str) -> None:  # noqa: ARG002
        self._process.got_status(128 + _SIGNALS.get(signal, 0))

    def connection_lost(self, exc: Exception | None) -> None:
        self._process.got_end(self._link.lost(exc) if exc is not None else None)

    def pause_writing(self) -> None:
        self._process.pause_writing()

    def resume_writing(self) -> None:
        self._process.resume_writing()


class SshRunner:
    """Runs commands on a node over its link."""

    def __init__(self, link: Connection) -> None:
        self._link = link

    @property
    def node(self) -> str:
        """The node's name."""
        return self._link.node.name

    async def run(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,  # noqa: ARG002 - its guard is `GuardedRunner`
    ) -> Result:
        """Run a command to its end; see `Runner.run`.

        The limit starts when the link is up: connecting has its own, and may ask a person.
        """
        await self._link.up()
        async with (
            time_limit(self.node, limit),
            self._start(command, stdin=stdin is not None, stream=False, limit=limit) as process,
        ):
            return await process.collect(stdin)

    @asynccontextmanager
    async def open(
        self,
        command: str,
        *,
        stdin: bool = False,
        changes: bool = True,  # noqa: ARG002 - its guard is `GuardedRunner`
    ) -> AsyncIterator[RemoteProcess]:
        """Start a command and hand out its streams; see `Runner.open`.

        Raises:
            CommandTimeoutError: it could not be started within `RUN_LIMIT`.
        """
        await self._link.up()
        async with (
            time_limit(self.node, RUN_LIMIT) as timer,
            self._start(command, stdin=stdin, stream=True, limit=RUN_LIMIT) as process,
        ):
            timer.reschedule(None)
            yield process

    @asynccontextmanager
    async def _start(
        self, command: str, *, stdin: bool, stream: bool, limit: float
    ) -> AsyncIterator[FramedProcess]:
        text = command if stdin else watched(command)
        alone = iter(ALONE_WAITS)
        while True:
            up = await self._link.up()
            frame = OutputFrame(up.login)
            process = FramedProcess(
                self.node,
                frame,
                stdin=stdin,
                kill=partial(_kill_group, up),
                all_came=up.all_came,
            )
            async with up.channels.slot(stream=stream, fed=stdin) as slot:
                refusal = await self._begin(up, process, frame.line(text))
                if refusal is None:
                    slot.open = True
                    try:
                        other = await process.begin(limit)
                        if other is None:
                            yield process
                            return
                        up.login = other
                    finally:
                        await process.end()
                elif not up.channels.refused():
                    await self._wait_alone(up, alone, refusal)

    async def _wait_alone(self, up: LiveConnection, waits: Iterator[float], refusal: str) -> None:
        """Wait where none of ours is open, but the server may count one that has just ended."""
        wait = next(waits, None)
        if wait is not None:
            await asyncio.sleep(wait)
        elif up.forgotten:
            up.forgotten = 0
            await up.drop()
        else:
            message = f"the server refused to run a command: {refusal}"
            raise ssh_errors.link_error(self.node, Failure.PROTOCOL, message)

    async def _begin(self, up: LiveConnection, process: FramedProcess, text: str) -> str | None:
        """Start a command; returns why the server opens no channel for it, or None."""
        session = _Session(process, self._link)
        try:
            await up.connection.create_session(
                lambda: session, text, encoding=None, request_pty=False, send_env=None
            )
        except asyncssh.ChannelOpenError as error:
            if is_lost(up.connection, error):
                raise self._link.lost() from error
            return error.reason
        except ssh_errors.LOST as error:
            raise self._link.lost(error) from error
        except asyncio.CancelledError:
            if session.channel is not None:
                session.channel.abort()
            else:
                # asyncssh forgets a channel that it was asked not to wait for; sshd does not.
                up.forgotten += 1
            raise
        return None


async def _kill_group(up: LiveConnection, group: int) -> None:
    # Over the channel that `Channels` leaves free: the slots may all be taken.
    # Where it cannot be had in time, closing the command's own channel has to do.
    try:
        async with asyncio.timeout(KILL_LIMIT):
            line = OutputFrame(up.login).line(kill_group(group))
            await up.connection.create_session(
                asyncssh.SSHClientSession, line, request_pty=False, send_env=None
            )
    except TimeoutError:
        up.forgotten += 1
    except (asyncssh.Error, OSError):
        pass
