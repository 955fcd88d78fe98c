"""One SSH session on a demonstration node: a real command, or a real shell."""

import asyncio
import re
import signal
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

import asyncssh

from pitui.demo.session_command import Child, PipeChild, TerminalChild
from pitui.domain.concurrency.task_group import TaskGroup

Begin = Callable[[Coroutine[Any, Any, None]], object]
"""Runs a coroutine in the server's task group."""

_HANG_UP_GRACE = 3.0
_INPUT_BLOCKS = 16
_ACCEPTED = re.compile(r"LANG|LC_[A-Z]+")
"""What of the client's environment is taken over, as Debian's sshd does."""


class NodeSession(asyncssh.SSHServerSession[bytes]):
    """Runs what was asked for; the channel's end hangs up on it."""

    def __init__(self, environment: Mapping[str, str], begin: Begin) -> None:
        self._environment = dict(environment)
        self._begin = begin
        self._command: str | None = None
        self._terminal: tuple[int, int] | None = None
        self._child: Child | None = None
        self._input: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._writable = asyncio.Event()
        self._writable.set()
        self._gone = False

    def connection_made(self, chan: "asyncssh.SSHServerChannel[bytes]") -> None:
        """Keep the channel."""
        self._channel = chan

    def pty_requested(
        self,
        term_type: str,
        term_size: tuple[int, int, int, int],
        term_modes: Mapping[int, int],  # noqa: ARG002
    ) -> bool:
        """Remember that a terminal is wanted."""
        self._environment["TERM"] = term_type
        self._terminal = (term_size[0] or 80, term_size[1] or 24)
        return True

    def shell_requested(self) -> bool:
        """Take a login."""
        return True

    def exec_requested(self, command: str) -> bool:
        """Take a command."""
        self._command = command
        return True

    def session_started(self) -> None:
        """Start the command or login shell."""
        for key, value in self._channel.get_environment().items():
            if _ACCEPTED.fullmatch(key):
                self._environment[key] = value
        # By this bash knows that it is to read .bashrc, as it does below sshd.
        there, here = (self._channel.get_extra_info(name) for name in ("peername", "sockname"))
        self._environment["SSH_CLIENT"] = f"{there[0]} {there[1]} {here[1]}"
        self._environment["SSH_CONNECTION"] = f"{there[0]} {there[1]} {here[0]} {here[1]}"
        self._begin(self._run())

    async def _run(self) -> None:
        try:
            self._child = child = await self._start()
        except (OSError, ValueError) as error:
            self._channel.write_stderr(f"{error}\n".encode())
            self._channel.exit(127)
            return
        if self._gone:
            await child.end(_HANG_UP_GRACE)
        async with TaskGroup() as group:
            feeding = group.create_task(self._feed(child))
            status = await child.pump(self)
            feeding.cancel()
        self._leave(status)

    async def _start(self) -> Child:
        shell = self._environment["SHELL"]
        arguments = [shell, "-l"] if self._command is None else [shell, "-c", self._command]
        if self._terminal is None:
            return await PipeChild.start(arguments, self._environment)
        return await TerminalChild.start(arguments, self._environment, self._terminal)

    def _leave(self, status: int) -> None:
        if self._gone:
            return
        with suppress(OSError):  # the client may have closed the channel by now
            if status < 0:
                self._channel.exit_with_signal(signal.Signals(-status).name.removeprefix("SIG"))
            else:
                self._channel.exit(status)

    async def _feed(self, child: Child) -> None:
        while True:
            data = await self._input.get()
            if data is None:
                await child.write_eof()
            else:
                await child.write(data)
            if self._input.empty() and not self._gone:
                self._channel.resume_reading()

    async def send(self, data: bytes, *, error: bool) -> None:
        """Send a command's output to the client."""
        await self._writable.wait()
        if self._gone:
            return
        with suppress(BrokenPipeError):  # the client closed the channel; `connection_lost` follows
            if error:
                self._channel.write_stderr(data)
            else:
                self._channel.write(data)

    def data_received(self, data: bytes, datatype: int | None) -> None:  # noqa: ARG002
        """Queue input; the client waits while the command does not read it."""
        self._input.put_nowait(data)
        if self._input.qsize() >= _INPUT_BLOCKS:
            self._channel.pause_reading()

    def eof_received(self) -> bool:
        """Pass the end of input on; the output stays open."""
        self._input.put_nowait(None)
        return True

    def pause_writing(self) -> None:
        """Hold output back: the client is slow."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let output flow to the client again."""
        self._writable.set()

    def signal_received(self, signal: str) -> None:
        """Send a signal to the command's process group."""
        self._kill(signal)

    def break_received(self, msec: int) -> bool:  # noqa: ARG002
        """Interrupt the command."""
        self._kill("INT")
        return True

    def _kill(self, name: str) -> None:
        number = getattr(signal, f"SIG{name}", None)
        if self._child is not None and number is not None:
            self._child.kill(number)

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:  # noqa: ARG002
        """Pass the new size on."""
        if self._child is not None:
            self._child.resize(width, height)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Hang up on the command where it still runs."""
        self._gone = True
        self._writable.set()
        if self._child is not None:
            self._begin(self._child.end(_HANG_UP_GRACE))
