"""Pushing a large file to nodes: in blocks, resumed after a break, verified, then at its place."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, Protocol

from pitui.domain.errors import AwayError, Failure, LinkError, NodeError
from pitui.domain.text import last_lines, printable
from pitui.remote.push_script import Found, look_command, parse_look, receive_command
from pitui.remote.runner import BLOCK, RemoteProcess, Runner

STALL_LIMIT = 60.0
"""Seconds in which a block has to get through; an SD card that flushes may take long."""

AWAY_LIMIT = 60.0
"""Seconds that a node may be away in the middle of a push, from the last byte that got through."""

RETRY_EVERY = 1.0
SLOW_DISK = 10 * 1024 * 1024
"""Bytes a second that the slowest SD card reads."""
LOOK_LIMIT = 30.0
ROOM_TO_SPARE = 16 * 1024 * 1024
"""Bytes that stay free on a node's file system."""

_SIGNALLED = 128
"""What a command's exit status is above where a signal ended it."""

_SIGNALS = 3
_READ = 16 * BLOCK
_CAUSES = ("Read-only file system", "No space left")
_COMES_BACK = (Failure.LOST, Failure.TIMED_OUT, Failure.NO_ROUTE, Failure.REFUSED)
_MIB = 1024 * 1024

Sent = Callable[[int], None]
"""Called with how many of the file's bytes the node has, again and again."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A local file to be pushed, as it was when it was measured."""

    path: Path
    size: int
    sha512: str

    @staticmethod
    async def of(path: Path) -> "Parcel":
        """Measure a file.

        Raises:
            OSError: it cannot be read.
        """
        return await asyncio.to_thread(_measure, path)

    async def prefix(self, length: int) -> str:
        """Return the SHA-512 of the first bytes."""
        return await asyncio.to_thread(_prefix, self.path, length)


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push ended; bytes that went over the link, and how often it had to be resumed."""

    sent: int
    resumed: int = 0
    via: str | None = None
    """The node that it came from in the end; None where it came from here."""

    @property
    def was_there(self) -> bool:
        """Whether the node had the file already."""
        return self.sent == 0


async def push(
    runner: Runner,
    parcel: Parcel,
    target: str,
    *,
    mode: int = 0o644,
    sent: Sent | None = None,
    away_limit: float = AWAY_LIMIT,
    durable: bool = True,
) -> Pushed:
    """Bring a file to a path on a node, unless it is there.

    A broken link is waited for, and the push goes on where it stopped; so does one that an earlier
    run began. What was at the target is replaced in one step, once the whole file was verified.

    Args:
        runner: the node.
        parcel: the file.
        target: a path on the node; `~/` is the login user's home there.
        mode: the file's permissions.
        sent: called with the bytes that are there by now.
        away_limit: seconds that the node may be away.
        durable: whether it is flushed to the disk first, so that even a power cut leaves the old
            file or the whole new one. A file that is only unpacked needs no such wait.

    Raises:
        NodeError: it cannot be written there (names disk full, read-only, ...).
        LinkError: the node cannot be reached, or did not come back.
    """
    journey = _Journey(runner, parcel, target, mode, sent or nobody, durable)
    return await through_breaks(journey, away_limit)


class Journey(Protocol):
    """One file on its way to one node, in as many tries as the link needs."""

    began: bool
    """Whether the node was reached at all."""
    moved_at: float
    """When it was last heard of, by the event loop's clock."""

    async def go(self) -> Pushed:
        """Do one try, from where the last one stopped.

        Raises:
            NodeError: the node does not take the file.
            LinkError: the link broke.
        """


async def through_breaks(journey: Journey, away_limit: float) -> Pushed:
    """Make a journey, and go on whenever the node is back, until it was away for too long.

    Raises:
        NodeError: the node does not take the file.
        LinkError: it cannot be reached, or did not come back.
    """
    try:
        return await journey.go()
    except LinkError as error:
        if error.failure not in _COMES_BACK or not journey.began:
            raise
    return await _resume(journey, away_limit)


async def look(runner: Runner, parcel: Parcel, target: str, *, prefix: bool = True) -> Found:
    """Return what a node has of a file; `prefix` is whether it reads what it has of it.

    Raises:
        NodeError: nothing can be written there.
        LinkError: the node cannot be reached.
    """
    command = look_command(target, parcel.sha512, parcel.size, prefix=prefix)
    result = await runner.run(command, limit=end_limit(parcel))
    found = parse_look(result.stdout)
    if not result.ok or found is None:
        raise refused(runner.node, target, result.stderr)
    return found


def need_room(node: str, target: str, needed: int, free: int) -> None:
    """Check that a node has room for so many more bytes.

    Raises:
        NodeError: it has not; says how much is needed.
    """
    if needed + ROOM_TO_SPARE > free:
        short = (needed + ROOM_TO_SPARE - free) // _MIB + 1
        raise NodeError(
            node,
            f"not enough room for {target}: {(needed + ROOM_TO_SPARE) // _MIB + 1} MiB are needed, "
            f"{free // _MIB} MiB are free",
            f"Free {short} MiB on {node}; `df -h` shows where.",
        )


def refused(node: str, target: str, said: str) -> NodeError:
    """Return the error of a file that a node does not take, with what it said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    # Programs such as tar name the cause first, and end with a line that says nothing.
    causes = [line for line in lines if any(cause in line for cause in _CAUSES)]
    reason = printable((causes or lines[-1:] or ["no reason was given"])[-1])
    advice = ""
    if "Read-only file system" in said:
        advice = (
            "The file system went read-only: after an error (see `dmesg`), or because an overlay "
            "is set (raspi-config, Performance, Overlay File System)."
        )
    elif "No space left" in said:
        advice = "Free some room there; `df -h` shows where."
    message = f"{target} cannot be written: {reason}"
    return NodeError(node, message, advice, said=last_lines(said))


def wrong_twice(node: str, target: str) -> NodeError:
    """Return the error of a file that arrived with other bytes, and again."""
    advice = f"The disk or memory of {node} may be failing; see `dmesg`."
    return NodeError(node, f"{target} arrived with a wrong SHA-512 twice", advice)


def source_changed(node: str, parcel: Parcel) -> NodeError:
    """Return the error of a file that is not what it was when it was measured."""
    return NodeError(node, f"{parcel.path} changed while it was pushed", "Push it again.")


def end_limit(parcel: Parcel) -> float:
    """Return the seconds that a node may take to read a file through and put it in its place."""
    return LOOK_LIMIT + parcel.size / SLOW_DISK


@dataclass
class _Journey:
    """One file on its way to one node."""

    runner: Runner
    parcel: Parcel
    target: str
    mode: int
    sent: Sent
    durable: bool
    total: int = 0
    """Bytes put on the link, over all tries."""
    began: bool = False
    """Whether the node was reached at all."""
    moved_at: float = 0.0
    resumed: int = 0
    wrong: int = 0
    signalled: int = 0

    async def go(self) -> Pushed:
        """Do one try.

        Raises:
            NodeError: the node does not take the file.
            LinkError: the link broke.
        """
        while True:
            found = await look(self.runner, self.parcel, self.target)
            self._moved()
            if found.there:
                self.sent(self.parcel.size)
                return Pushed(self.total, self.resumed)
            offset = await self._good(found)
            needed = self.parcel.size - max(offset, found.have)
            need_room(self.runner.node, self.target, needed, found.free)
            if await self._send(offset):
                return Pushed(self.total, self.resumed)
            self.wrong += 1
            if self.wrong > 1:
                raise wrong_twice(self.runner.node, self.target)

    async def _good(self, found: Found) -> int:
        if found.offset and await self.parcel.prefix(found.offset) == found.prefix:
            self.resumed += 1
            return found.offset
        return 0

    async def _send(self, offset: int) -> bool:
        """Send the rest of the file; False where what arrived is not the file."""
        parcel = self.parcel
        command = receive_command(
            self.target, parcel.sha512, parcel.size, offset, self.mode, durable=self.durable
        )
        async with self.runner.open(command, stdin=True) as process:
            try:
                said = await self._exchange(process, offset)
            except* NodeError as errors:
                raise errors.exceptions[0] from None
            status = await process.wait()
            words = await process.stderr()
        if said == "done" and status == 0:
            return True
        if said == "wrong":
            return False
        if said.startswith("incomplete"):
            raise LinkError(self.runner.node, Failure.LOST, "the connection was lost")
        if status > _SIGNALLED and not words.strip():
            self._ended(status - _SIGNALLED)
        raise refused(self.runner.node, self.target, words)

    def _ended(self, number: int) -> NoReturn:
        """Raise the error of a receiver that a signal ended: going down ends it first.

        Raises:
            LinkError: so that it is tried again.
            NodeError: it happens every time.
        """
        self.signalled += 1
        node, message = self.runner.node, f"signal {number} ended the receiver of {self.target}"
        if self.signalled > _SIGNALS:
            raise NodeError(node, message, f"Is there memory left on {node}? See `dmesg`.")
        raise LinkError(node, Failure.LOST, message)

    async def _exchange(self, process: RemoteProcess, offset: int) -> str:
        """Feed the receiver and return what it says in the end."""
        limit = end_limit(self.parcel)
        async with asyncio.TaskGroup() as group:
            answering = group.create_task(_read_all(process))
            feeding = group.create_task(self._feed(process, offset))
            await asyncio.wait({answering, feeding}, return_when=asyncio.FIRST_COMPLETED)
            try:
                async with asyncio.timeout(limit):
                    said = await answering
            except TimeoutError as error:
                message = f"{self.target} was not verified within {limit:.0f} s"
                raise NodeError(self.runner.node, message, "Its disk may be failing.") from error
            # A receiver that gave up takes no more.
            feeding.cancel()
        return said

    async def _feed(self, process: RemoteProcess, offset: int) -> None:
        done = offset
        async with contextlib.aclosing(_blocks(self.parcel.path, offset)) as blocks:
            async for block in blocks:
                try:
                    async with asyncio.timeout(STALL_LIMIT):
                        await process.write(block)
                except TimeoutError as error:
                    message = f"nothing got through for {STALL_LIMIT:.0f} s"
                    raise LinkError(self.runner.node, Failure.LOST, message) from error
                done += len(block)
                self.total += len(block)
                self._moved()
                self.sent(done)
        if done != self.parcel.size:
            raise source_changed(self.runner.node, self.parcel)
        await process.write_eof()

    def _moved(self) -> None:
        self.began = True
        self.moved_at = asyncio.get_running_loop().time()


async def _resume(journey: Journey, away_limit: float) -> Pushed:
    """Go on whenever the node is back, until it was away for too long."""
    while True:
        await asyncio.sleep(RETRY_EVERY)
        try:
            return await journey.go()
        except LinkError as error:
            away = asyncio.get_running_loop().time() - journey.moved_at
            if error.failure not in _COMES_BACK:
                raise
            if away > away_limit:
                message = f"it was away for {away:.0f} s in the middle of a push: {error.message}"
                advice = "The next run goes on where this one stopped."
                raise AwayError(error.node, error.failure, message, advice) from error


async def _read_all(process: RemoteProcess) -> str:
    answer = b"".join([block async for block in process.blocks()])
    return answer.decode(errors="replace").strip()


async def _blocks(path: Path, offset: int) -> AsyncGenerator[bytes, None]:
    """Yield a file from an offset on, in blocks; reads ahead of them in a thread."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        file.seek(offset)
        while data := await asyncio.to_thread(file.read, _READ):
            for start in range(0, len(data), BLOCK):
                yield data[start : start + BLOCK]
    finally:
        file.close()


def _measure(path: Path) -> Parcel:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha512").hexdigest()
        return Parcel(path, file.tell(), digest)


def _prefix(path: Path, length: int) -> str:
    digest = hashlib.sha512()
    with path.open("rb") as file:
        left = length
        while left and (data := file.read(min(left, _READ))):
            digest.update(data)
            left -= len(data)
    return digest.hexdigest()


def nobody(_bytes: int) -> None:
    """Tell nobody how far it is."""
