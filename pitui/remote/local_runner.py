"""The machine that pitui runs on, as a node: the same interface over local processes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from pitui.domain.errors import NodeError
from pitui.remote.output_frame import OutputFrame
from pitui.remote.process_cleanup import watched
from pitui.remote.remote_process import FramedProcess
from pitui.remote.runner import RUN_LIMIT, RemoteProcess, Result
from pitui.remote.time_limit import time_limit


class _ChildPipes(asyncio.SubprocessProtocol):
    """Connects a local child process to a `FramedProcess`; both its protocol and its wire."""

    def __init__(self, process: FramedProcess) -> None:
        self._process = process
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._process.got_wire(self)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        (self._process.got_output if fd == 1 else self._process.got_stderr)(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002
        if fd == 1:
            self._process.got_eof()
        elif fd == 0:
            self._process.resume_writing()

    def process_exited(self) -> None:
        status = self._transport.get_returncode() if self._transport is not None else None
        # Its watcher ends by that; the transport would wait for it.
        self.write_eof()
        if status is not None:
            self._process.got_status(128 - status if status < 0 else status)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._process.got_end(None)

    def pause_writing(self) -> None:
        self._process.pause_writing()

    def resume_writing(self) -> None:
        self._process.resume_writing()

    def pause_reading(self) -> None:
        if isinstance(pipe := self._pipe(1), asyncio.ReadTransport):
            pipe.pause_reading()

    def resume_reading(self) -> None:
        if isinstance(pipe := self._pipe(1), asyncio.ReadTransport):
            pipe.resume_reading()

    def write(self, data: bytes) -> None:
        if isinstance(pipe := self._pipe(0), asyncio.WriteTransport):
            pipe.write(data)

    def write_eof(self) -> None:
        if isinstance(pipe := self._pipe(0), asyncio.WriteTransport):
            pipe.close()

    def send_signal(self, signal_name: str) -> None:
        if self._transport is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._transport.get_pid(), signal.Signals[f"SIG{signal_name}"])

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _pipe(self, fd: int) -> asyncio.BaseTransport | None:
        return self._transport.get_pipe_transport(fd) if self._transport is not None else None


class LocalRunner:
    """Runs commands on this machine."""

    def __init__(self, node: str) -> None:
        self._node = node

    @property
    def node(self) -> str:
        """The node's name."""
        return self._node

    async def run(
        self,
        command: str,
        *,
        stdin: bytes | None = None,
        limit: float = RUN_LIMIT,
        changes: bool = True,  # noqa: ARG002 - its guard is `GuardedRunner`
    ) -> Result:
        """Run a command to its end; see `Runner.run`."""
        async with (
            time_limit(self._node, limit),
            self._start(command, stdin=stdin is not None, limit=limit) as it,
        ):
            return await it.collect(stdin)

    @asynccontextmanager
    async def open(
        self,
        command: str,
        *,
        stdin: bool = False,
        changes: bool = True,  # noqa: ARG002 - its guard is `GuardedRunner`
    ) -> AsyncIterator[RemoteProcess]:
        """Start a command and hand out its streams; see `Runner.open`."""
        async with self._start(command, stdin=stdin, limit=RUN_LIMIT) as process:
            yield process

    @asynccontextmanager
    async def _start(
        self, command: str, *, stdin: bool, limit: float
    ) -> AsyncIterator[FramedProcess]:
        frame = OutputFrame()
        process = FramedProcess(self._node, frame, stdin=stdin)
        text = frame.script(command if stdin else watched(command))
        try:
            await asyncio.get_running_loop().subprocess_exec(
                lambda: _ChildPipes(process), "/bin/sh", "-c", text, start_new_session=True
            )
        except OSError as error:
            raise NodeError(self._node, f"cannot start a process: {error.strerror}") from error
        try:
            await process.begin(limit)
            yield process
        finally:
            await process.end()
