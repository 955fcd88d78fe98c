"""A running command, however it is reached: fed by callbacks, read in blocks."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

from pitui.domain.errors import CommandTimeoutError, Failure, LinkError, NodeError
from pitui.domain.text.printable import printable
from pitui.remote.output_frame import Login, OutputFrame
from pitui.remote.process_cleanup import KILL_AFTER
from pitui.remote.runner import BLOCK, RemoteProcess, Result

STDERR_KEPT = 64 * 1024
"""Bytes of standard error that are kept, the last ones."""

HIGH_WATER = 1024 * 1024
"""Bytes of unread output at which the command has to wait for its reader."""

OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes that a command that is run to its end may write."""

END_LIMIT = KILL_AFTER + 1.0
"""Seconds that a command gets to end once its context is left."""

CLOSE_LIMIT = 1.0
"""Seconds that closing a command's channel may take."""

SIGNAL_LIMIT = 0.5
"""Seconds after which a signal that the server was to pass on is taken to have been refused."""

BEGIN_SHARE = 0.9
"""Of the seconds that a command may take, how much of them its login shell may: what it waits for
is worth other words than those for a command that is slow."""

_SIGNALLED = 128
"""What an exit status is above where a signal ended the command."""

_START_FILES = "a start file of its login shell (.bashrc, .zshenv, config.fish, ~/.ssh/rc)"

LINGER = 1.0
"""Seconds of silence after which it is asked whether a command that ended has written everything: a
process it left behind may hold its output open for ever."""

BEGIN_LINGER = 10.0
"""The same where not even its mark has come: sshd tells of the end before it passes on what a
command wrote, and on a node that is overloaded much later."""


class Wire(Protocol):
    """What a process is driven by: an SSH channel or local pipes."""

    def pause_reading(self) -> None:
        """Stop the flow of output."""

    def resume_reading(self) -> None:
        """Let output flow again."""

    def write(self, data: bytes) -> None:
        """Send to standard input."""

    def write_eof(self) -> None:
        """Close standard input."""

    def send_signal(self, signal: str) -> None:
        """Signal the whole process group; `TERM` or `KILL`."""

    def close(self) -> None:
        """Let go of the command, ended or not."""


Kill = Callable[[int], Awaitable[None]]
"""Ends a process group on the node by other means than its own channel."""

AllCame = Callable[[], Awaitable[None]]
"""Returns when all has come that a command had written before, however long the way is."""


class FramedProcess:
    """A `RemoteProcess`. The methods that start with `got_` are called by its wire."""

    def __init__(
        self,
        node: str,
        frame: OutputFrame,
        *,
        stdin: bool,
        kill: Kill | None = None,
        all_came: AllCame | None = None,
    ) -> None:
        self.node = node
        self._frame = frame
        self._stdin = stdin
        self._kill = kill
        self._all_came = all_came
        self._asking: asyncio.Task[None] | None = None
        self._stdout, self._stderr = frame.stream(1), frame.stream(2)
        self._wire: Wire | None = None
        self._out: deque[bytes] = deque()
        self._out_size = 0
        self._stirred = 0
        """How often something came, or room was made for more."""
        self._high_water = HIGH_WATER
        self._paused = False
        self._discarding = False
        self._eof = False
        self._err = bytearray()
        self._status: int | None = None
        self._error: LinkError | None = None
        self._changed = asyncio.Event()
        self._begun = asyncio.Event()
        """Set once the command runs, and when it never will."""
        self._exited = asyncio.Event()
        self._gone = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    # -- for callers

    async def begin(self, limit: float) -> Login | None:
        """Wait until the login shell runs the command; nothing may be written before.

        Its start files may read what is meant for the command.

        Returns:
            What the login shell needs, where it did not run the command for want of it.

        Raises:
            NodeError: it ran something else; or nothing within its share of `limit` seconds.
            LinkError: the link was lost.
        """
        if not await _set_within(limit * BEGIN_SHARE, self._begun):
            message = f"no command started there within {limit * BEGIN_SHARE:.0f} s"
            advice = f"Does {_START_FILES} wait for input? Or is the node overloaded?"
            raise CommandTimeoutError(self.node, message, advice)
        if self._stdout.begun:
            return None
        await self._gone.wait()
        other = self._frame.other_login(self._stdout) or self._frame.other_login(self._stderr)
        if other is None:
            raise self._never_begun()
        return other

    async def write(self, data: bytes) -> None:
        """Send to standard input and wait while the peer is slow."""
        if not self._stdin:
            raise ValueError("the command was opened without stdin")
        await self._writable.wait()
        if self._error is not None:
            raise self._error
        if self._wire is not None and not self._exited.is_set():
            # The other side may just have closed it: how it ended is told in a moment.
            with contextlib.suppress(BrokenPipeError):
                self._wire.write(data)

    async def write_eof(self) -> None:
        """Close standard input."""
        await self._writable.wait()
        if self._wire is not None and not self._gone.is_set():
            self._wire.write_eof()

    async def blocks(self) -> AsyncIterator[bytes]:
        """Yield standard output in blocks as they come, until it ends."""
        while True:
            if self._out:
                yield self._take()
            elif self._eof:
                break
            else:
                self._changed.clear()
                await self._changed.wait()
        if self._error is not None:
            raise self._error

    async def wait(self) -> int:
        """Wait for the end and return the exit status (128 + N after signal N)."""
        await self._gone.wait()
        if self._error is not None:
            raise self._error
        if self._stdout.status is not None:
            return self._stdout.status
        if self._status is None:
            raise LinkError(self.node, Failure.LOST, "the command ended without an exit status")
        return self._status

    async def stderr(self) -> str:
        """Return what the command wrote to standard error, once it ended (at most 64 KiB)."""
        await self._gone.wait()
        return self._err.decode(errors="replace")

    async def collect(self, stdin: bytes | None) -> Result:
        """Send the input, and return how the command ended with all it wrote.

        Raises:
            NodeError: it wrote more than `OUTPUT_LIMIT`.
        """
        # Input is sent first and output read later, so output must not wait for its reader.
        self._high_water = 2 * OUTPUT_LIMIT
        if stdin is not None:
            for start in range(0, len(stdin), BLOCK):
                await self.write(stdin[start : start + BLOCK])
            await self.write_eof()
        output = await read_all(self.node, self)
        status = await self.wait()
        return Result(status, output.decode(errors="replace"), await self.stderr())

    async def end(self) -> None:
        """End the command and what it started; returns when it ended, within `END_LIMIT`."""
        self._discarding = True
        if self._asking is not None:
            self._asking.cancel()
        self._out.clear()
        self._out_size = 0
        self._resume()
        wire = self._wire
        if wire is None:
            return
        try:
            if not self._exited.is_set():
                wire.write_eof()
                await self._stop(wire)
        finally:
            wire.close()
        # The server counts a channel until both sides have closed it.
        await _set_within(CLOSE_LIMIT, self._gone)

    async def _stop(self, wire: Wire) -> None:
        if self._stdin:
            wire.send_signal("TERM")
            if await _set_within(SIGNAL_LIMIT, self._exited):
                return
            group = self._stdout.group or self._stderr.group
            if self._kill is not None and group is not None:
                await self._kill(group)
        if not await _set_within(END_LIMIT, self._exited):
            wire.send_signal("KILL")

    def _take(self) -> bytes:
        parts = [self._out.popleft()]
        size = len(parts[0])
        while self._out and size + len(self._out[0]) <= BLOCK:
            size += len(self._out[0])
            parts.append(self._out.popleft())
        self._out_size -= size
        if self._out_size < self._high_water // 2:
            self._resume()
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _resume(self) -> None:
        if self._paused and self._wire is not None and not self._gone.is_set():
            self._paused = False
            self._stirred += 1
            self._wire.resume_reading()

    # -- for the wire

    def got_wire(self, wire: Wire) -> None:
        """Take what drives the process."""
        self._wire = wire

    def got_output(self, data: bytes) -> None:
        """Take a piece of standard output."""
        self._stirred += 1
        data = self._stdout.feed(data)
        if self._stdout.begun and not self._begun.is_set():
            self._begun.set()
            if self._exited.is_set():
                self._linger()
        self._keep(data)

    def got_stderr(self, data: bytes) -> None:
        """Take a piece of standard error."""
        self._stirred += 1
        self._err += self._stderr.feed(data)
        del self._err[:-STDERR_KEPT]

    def got_eof(self) -> None:
        """Note that standard output ended."""
        self._keep(self._stdout.rest())
        self._eof = True
        self._changed.set()

    def got_status(self, status: int) -> None:
        """Note how the login shell ended; output may still be on its way."""
        self._status = status
        self._exited.set()
        self._writable.set()
        self._linger()

    def got_end(self, error: LinkError | None) -> None:
        """Note that nothing more will come, and why where the link was lost."""
        if self._gone.is_set():
            return
        self._error = error
        self.got_eof()
        self._err += self._stderr.rest()
        for event in (self._begun, self._exited, self._gone, self._writable):
            event.set()

    def pause_writing(self) -> None:
        """Make writers wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    def _keep(self, data: bytes) -> None:
        if not data or self._discarding:
            return
        self._out.append(data)
        self._out_size += len(data)
        self._changed.set()
        if self._out_size > self._high_water and not self._paused and self._wire is not None:
            self._paused = True
            self._wire.pause_reading()

    def _never_begun(self) -> NodeError:
        """Return the error of a login shell that ended without running the command."""
        if self._error is not None:
            return self._error
        status = self._status
        if status is None or status > _SIGNALLED:
            # As when the machine goes down.
            ended = "ended" if status is None else f"was ended by signal {status - _SIGNALLED}"
            return LinkError(self.node, Failure.LOST, f"the login shell {ended}")
        said = self._stderr.before.strip() or self._stdout.before.strip()
        lines = printable(said.decode(errors="replace")).splitlines()
        message = f"its login shell ran no command: {lines[-1] if lines else f'status {status}'}"
        advice = (
            f"`ssh HOST true` must exit with status 0. Does {_START_FILES} exit or start "
            "another shell? Or does its shell in /etc/passwd, or a `command=` on its key, "
            "forbid commands?"
        )
        return NodeError(self.node, message, advice)

    def _linger(self) -> None:
        seconds = LINGER if self._stdout.begun else BEGIN_LINGER
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, self._close_if_silent, self._stirred, self._all_came)

    def _close_if_silent(self, stirred: int, all_came: AllCame | None) -> None:
        if self._gone.is_set() or self._wire is None:
            return
        if self._paused or stirred != self._stirred:
            self._linger()
        elif all_came is not None:
            self._asking = asyncio.create_task(self._ask(stirred, all_came))  # noqa: TID251 - `end` ends it
        else:
            self._wire.close()
            self.got_end(None)

    async def _ask(self, stirred: int, all_came: AllCame) -> None:
        await all_came()
        self._close_if_silent(stirred, None)


async def read_all(node: str, process: RemoteProcess, most: int = OUTPUT_LIMIT) -> bytes:
    """Return a command's standard output.

    Raises:
        NodeError: it wrote more than so many bytes.
        LinkError: the link was lost.
    """
    output = bytearray()
    async for block in process.blocks():
        output += block
        if len(output) > most:
            raise NodeError(node, f"a command wrote more than {most >> 20} MiB")
    return bytes(output)


async def _set_within(limit: float, event: asyncio.Event) -> bool:
    if event.is_set():
        return True
    try:
        async with asyncio.timeout(limit):
            await event.wait()
    except TimeoutError:
        return False
    return True


def as_remote(process: FramedProcess) -> RemoteProcess:
    """Return the process as its callers see it; mypy checks here that it fits."""
    return process
