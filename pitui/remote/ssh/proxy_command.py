"""ProxyCommand: a program that carries a connection on its standard input and output."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from pitui.domain.text.printable import last_lines

_KEPT = 4096
"""Bytes kept of what it says on standard error."""

_LAST_WORDS = 0.2
"""Seconds that a command has to end once its output has ended."""

_END_LIMIT = 1.0
"""Seconds that one has to end, with what it started, which passes no socket."""


class ProxyCommand(asyncio.SubprocessProtocol):
    """What asyncssh takes as a tunnel: a command that the user's shell runs.

    Pipes, as ssh uses: bash would read .bashrc if its standard input were a socket.
    """

    def __init__(self, command: str) -> None:
        self.in_use = False
        """Whether a connection that is up depends on it."""
        self._command = command
        self._output = b""
        self._status: int | None = None
        self._started = self._output_ended = False
        self._ended = asyncio.Event()
        self._process: asyncio.SubprocessTransport | None = None
        self._user: asyncio.Protocol | None = None

    async def create_connection(
        self,
        session_factory: Callable[[], asyncio.Protocol],
        remote_host: str,  # noqa: ARG002
        remote_port: int,  # noqa: ARG002
    ) -> tuple[asyncio.BaseTransport, asyncio.Protocol]:
        """Start the command and connect what asyncssh makes to it.

        Raises:
            OSError: the shell could not be started.
        """
        shell = os.environ.get("SHELL") or "/bin/sh"
        user = self._user = session_factory()
        await asyncio.get_running_loop().subprocess_exec(
            lambda: self, shell, "-c", f"exec {self._command}", start_new_session=True
        )
        return _PipeTransport(self), user

    async def why(self) -> str:
        """Return why it ended, in its own words; empty where it runs on."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await self._ended.wait()
        if self.said or not self._ended.is_set():
            return self.said
        return f"it ended with status {self._status}" if (self._status or 0) > 0 else ""

    @property
    def said(self) -> str:
        """The last line that it wrote on standard error."""
        return last_lines(self._output.decode(errors="replace"), 1)

    async def wait_closed(self) -> None:
        """Wait until it has ended."""
        if self._started:
            await self._ended.wait()

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the process, and hand its pipes to whoever speaks SSH over them."""
        self._started = True
        self._process = cast("asyncio.SubprocessTransport", transport)
        if self._user is not None:
            self._user.connection_made(_PipeTransport(self))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Pass on what comes; keep what it says on standard error."""
        if fd == 2:
            self._output = (self._output + data)[-_KEPT:]
        elif self._user is not None:
            self._user.data_received(data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002
        """End the connection when the command ends its side of it."""
        if fd == 1:
            self._output_ended = True
            # Its status, and its last words, come a moment later.
            asyncio.get_running_loop().call_later(_LAST_WORDS, self._lose)

    def process_exited(self) -> None:
        """Remember how it ended."""
        if self._process is not None:
            self._status = self._process.get_returncode()
        if self._output_ended:
            self._lose()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Note that nothing more comes."""
        self._ended.set()

    def pause_writing(self) -> None:
        """Pass on that it takes no more for now."""
        if self._user is not None:
            self._user.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that it takes more."""
        if self._user is not None:
            self._user.resume_writing()

    # -- asyncssh's side

    def pipe(self, fd: int) -> Any:  # noqa: ANN401
        """Return one of the command's pipes; None where it is closed."""
        process = self._process
        return process.get_pipe_transport(fd) if process and not process.is_closing() else None

    def close(self) -> None:
        """End the command with everything that it has started."""
        process = self._process
        if process is None or process.is_closing():
            return
        if process.get_returncode() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.get_pid(), signal.SIGHUP)
        process.close()
        asyncio.get_running_loop().call_soon(self._lose)

    def _lose(self) -> None:
        user, self._user = self._user, None
        if user is not None:
            user.connection_lost(None)


class _PipeTransport(asyncio.Transport):
    """A command's standard input and output as one transport."""

    def __init__(self, command: ProxyCommand) -> None:
        super().__init__()
        self._command = command
        self._closing = False

    def write(self, data: Any) -> None:  # noqa: ANN401
        """Write to the command's standard input."""
        pipe = self._command.pipe(0)
        if pipe is not None:
            pipe.write(data)

    def pause_reading(self) -> None:
        """Take no more for now."""
        if (pipe := self._command.pipe(1)) is not None:
            pipe.pause_reading()

    def resume_reading(self) -> None:
        """Let its output flow again."""
        if (pipe := self._command.pipe(1)) is not None:
            pipe.resume_reading()

    def is_closing(self) -> bool:
        """Whether it is closed."""
        return self._closing

    def close(self) -> None:
        """End the command."""
        self._closing = True
        self._command.close()

    def abort(self) -> None:
        """End the command."""
        self.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401, ARG002
        """Return nothing: there is no address."""
        return default


async def passed_socket(command: str, limit: float) -> socket.socket:
    """Run a ProxyCommand that connects and hands over its socket (ProxyUseFdpass).

    Raises:
        OSError: it did not.
        TimeoutError: it did not in time.
    """
    ours, theirs = socket.socketpair()
    shell = os.environ.get("SHELL") or "/bin/sh"
    with ours:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                shell,
                "-c",
                f"exec {command}",
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        numbers: list[int] = []
        try:
            ours.settimeout(0)
            async with asyncio.timeout(limit):
                loop, ready = asyncio.get_running_loop(), asyncio.Event()
                loop.add_reader(ours, ready.set)
                try:
                    await ready.wait()
                finally:
                    loop.remove_reader(ours)
            _, numbers, _, _ = socket.recv_fds(ours, 1, 1)
            said = b"" if numbers else await _last_words(process)
        finally:
            # At once: who gave it up may be given up as well.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM if numbers else signal.SIGKILL)
    if not numbers:
        words = last_lines(said.decode(errors="replace"), 1)
        raise ConnectionAbortedError(0, words or "it did not pass a socket")
    return socket.socket(fileno=numbers[0])


async def _last_words(process: asyncio.subprocess.Process) -> bytes:
    """Return what a command said that has closed its output; what it started may go on."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_LIMIT):
            return (await process.communicate())[1]
    return b""
