"""A command that an SSH session runs on a node: over pipes, or on a pseudo-terminal."""

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol, cast

from pitui.domain.concurrency.task_group import TaskGroup

BLOCK = 256 * 1024
"""Bytes read at a time."""

# A terminal becomes a process group's own only when that process asks for it.
_TAKE_TERMINAL = (
    "import fcntl, os, sys, termios; "
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "os.execvp(sys.argv[1], sys.argv[2:])"
)


class ChildOutput(Protocol):
    """Where a command's output goes."""

    async def send(self, data: bytes, *, error: bool) -> None:
        """Pass on a block; waits while the other side is slow."""


class Child:
    """A running command with its process group."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    def kill(self, number: int) -> None:
        """Send a signal to the command and all that it started in its group."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    async def end(self, grace: float) -> None:
        """Hang up on the command, and kill it where it is still there after `grace` seconds."""
        self.kill(signal.SIGHUP)
        try:
            await asyncio.wait_for(self._process.wait(), grace)
        except TimeoutError:
            self.kill(signal.SIGKILL)

    async def write(self, data: bytes) -> None:
        """Send to its standard input; what it no longer reads is dropped."""
        raise NotImplementedError

    async def write_eof(self) -> None:
        """Say that no more input comes."""
        raise NotImplementedError

    async def pump(self, output: ChildOutput) -> int:
        """Pass its output on until it ended, and return its status (-N for signal N)."""
        raise NotImplementedError

    def resize(self, columns: int, rows: int) -> None:
        """Tell it the size of the terminal; over pipes there is none."""


class PipeChild(Child):
    """A command over three pipes."""

    @classmethod
    async def start(cls, arguments: list[str], environment: Mapping[str, str]) -> "PipeChild":
        """Start a command in the environment's home folder."""
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=environment["HOME"],
            env=environment,
            start_new_session=True,
        )
        return cls(process)

    @property
    def _stdin(self) -> asyncio.StreamWriter:
        return cast("asyncio.StreamWriter", self._process.stdin)

    async def write(self, data: bytes) -> None:
        """Send to its standard input; what it no longer reads is dropped."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._stdin.write(data)
            await self._stdin.drain()

    async def write_eof(self) -> None:
        """Close its standard input."""
        self._stdin.close()

    async def pump(self, output: ChildOutput) -> int:
        """Pass both outputs on until they and the command ended; return its status."""
        async with TaskGroup() as group:
            group.create_task(self._copy(self._process.stdout, output, error=False))
            group.create_task(self._copy(self._process.stderr, output, error=True))
        return await self._process.wait()

    async def _copy(
        self, stream: asyncio.StreamReader | None, output: ChildOutput, *, error: bool
    ) -> None:
        while stream and (data := await stream.read(BLOCK)):
            await output.send(data, error=error)


class TerminalChild(Child):
    """A command on a pseudo-terminal, as a person at a keyboard has it."""

    def __init__(self, process: asyncio.subprocess.Process, terminal: int) -> None:
        super().__init__(process)
        self._terminal = terminal

    @classmethod
    async def start(
        cls, arguments: list[str], environment: Mapping[str, str], size: tuple[int, int]
    ) -> "TerminalChild":
        """Start a command that leads a session on a new terminal of (columns, rows)."""
        terminal, other = pty.openpty()
        try:
            os.set_blocking(terminal, False)
            _set_size(terminal, *size)
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-c", _TAKE_TERMINAL, arguments[0], *arguments),
                stdin=other,
                stdout=other,
                stderr=other,
                cwd=environment["HOME"],
                env=environment,
                start_new_session=True,
            )
        except OSError:
            os.close(terminal)
            raise
        finally:
            os.close(other)
        return cls(process, terminal)

    async def write(self, data: bytes) -> None:
        """Type into the terminal."""
        loop = asyncio.get_running_loop()
        while data and self._terminal >= 0:
            try:
                data = data[os.write(self._terminal, data) :]
            except BlockingIOError:
                await _descriptor_ready(self._terminal, loop.add_writer, loop.remove_writer)
            except OSError:
                return

    async def write_eof(self) -> None:
        """Type the end-of-file character."""
        await self.write(b"\x04")

    async def pump(self, output: ChildOutput) -> int:
        """Pass the terminal's output on until the command ended; return its status."""
        loop = asyncio.get_running_loop()
        try:
            async with TaskGroup() as group:
                copying = group.create_task(self._copy(loop, output))
                status = await self._process.wait()
                # Something in the background may keep the terminal: take what is there, and go.
                await asyncio.wait([copying], timeout=0.2)
                copying.cancel()
        finally:
            terminal, self._terminal = self._terminal, -1
            os.close(terminal)
        return status

    async def _copy(self, loop: asyncio.AbstractEventLoop, output: ChildOutput) -> None:
        while True:
            try:
                data = os.read(self._terminal, BLOCK)
            except BlockingIOError:
                await _descriptor_ready(self._terminal, loop.add_reader, loop.remove_reader)
                continue
            except OSError:  # EIO: nobody holds the other end any more
                return
            if not data:
                return
            await output.send(data, error=False)

    def resize(self, columns: int, rows: int) -> None:
        """Tell it the new size of the terminal."""
        if self._terminal >= 0:
            _set_size(self._terminal, columns, rows)


def _set_size(terminal: int, columns: int, rows: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


async def _descriptor_ready(
    descriptor: int,
    add: Callable[[int, Callable[[], None]], None],
    remove: Callable[[int], object],
) -> None:
    """Wait until a descriptor can be read or written."""
    event = asyncio.Event()
    add(descriptor, event.set)
    try:
        await event.wait()
    finally:
        remove(descriptor)
