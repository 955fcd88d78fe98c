"""Pushing a large file over a node's own link: the way that works with nothing but a shell there.

See `pitui.remote.copy.relay.file_distributor` for many nodes at once.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import NoReturn

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import Failure, LinkError, NodeError, ungrouped
from pitui.remote.copy.payload import (
    READ,
    Payload,
    Pushed,
    Sent,
    end_limit,
    nobody,
    refused,
    source_changed,
)
from pitui.remote.copy.receive_script import ORDINARY, Placing, RemoteFile, receive_command
from pitui.remote.copy.retrying_upload import AWAY_LIMIT, RetryingUpload
from pitui.remote.remote_process import read_all
from pitui.remote.runner import BLOCK, RemoteProcess, Runner

STALL_LIMIT = 60.0
"""Seconds in which a block has to get through; an SD card that flushes may take long."""

_SIGNALLED = 128
"""What a command's exit status is above where a signal ended it."""

_SIGNALS = 3


async def push(
    runner: Runner,
    payload: Payload,
    target: str,
    *,
    placing: Placing = ORDINARY,
    sent: Sent | None = None,
    away_limit: float = AWAY_LIMIT,
) -> Pushed:
    """Bring a file to a path on a node, unless it is there.

    A broken link is waited for, and the push goes on where it stopped; so does one that an earlier
    run began. What was at the target is replaced in one step, once the whole file was verified.

    Args:
        runner: the node.
        payload: the file.
        target: a path on the node; `~/` is the login user's home there.
        placing: how it is put in its place.
        sent: called with the bytes that are there by now.
        away_limit: seconds that the node may be away.

    Raises:
        NodeError: it cannot be written there (names disk full, read-only, ...).
        LinkError: the node cannot be reached, or did not come back.
    """
    upload = _Direct(runner, payload, target, placing, sent or nobody)
    return await upload.run_with_retries(away_limit)


class _Direct(RetryingUpload):
    """One file on its way through the standard input of a receiver on the node."""

    wants_prefix = True

    def __init__(
        self, runner: Runner, payload: Payload, target: str, placing: Placing, sent: Sent
    ) -> None:
        super().__init__(runner, payload, target, placing, sent)
        self._signalled = 0

    async def bring(self, found: RemoteFile) -> bool:
        """Send what the node lacks."""
        offset = 0
        if found.offset and await self.payload.prefix(found.offset) == found.prefix:
            self.resumed += 1
            offset = found.offset
        return await self._send(offset)

    async def _send(self, offset: int) -> bool:
        """Send the rest of the file; False where what arrived is not the file."""
        payload = self.payload
        command = receive_command(self.target, payload.sha512, payload.size, offset, self.placing)
        async with self.runner.open(command, stdin=True) as process:
            with ungrouped(NodeError, OSError):
                said = await self._exchange(process, offset)
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
        self._signalled += 1
        node, message = self.runner.node, f"signal {number} ended the receiver of {self.target}"
        if self._signalled > _SIGNALS:
            raise NodeError(node, message, f"Is there memory left on {node}? See `dmesg`.")
        raise LinkError(node, Failure.LOST, message)

    async def _exchange(self, process: RemoteProcess, offset: int) -> str:
        """Feed the receiver and return what it says in the end."""
        limit = end_limit(self.payload)
        async with TaskGroup() as group:
            answering = group.create_task(read_all(self.runner.node, process))
            feeding = group.create_task(self._feed(process, offset))
            await asyncio.wait({answering, feeding}, return_when=asyncio.FIRST_COMPLETED)
            try:
                async with asyncio.timeout(limit):
                    said = (await answering).decode(errors="replace").strip()
            except TimeoutError as error:
                message = f"{self.target} was not verified within {limit:.0f} s"
                raise NodeError(self.runner.node, message, "Its disk may be failing.") from error
            # A receiver that gave up takes no more.
            feeding.cancel()
        return said

    async def _feed(self, process: RemoteProcess, offset: int) -> None:
        done = offset
        async with contextlib.aclosing(_read_ahead(self.payload.path, offset)) as blocks:
            async for block in blocks:
                try:
                    async with asyncio.timeout(STALL_LIMIT):
                        await process.write(block)
                except TimeoutError as error:
                    message = f"no data was accepted for {STALL_LIMIT:.0f} s"
                    raise LinkError(self.runner.node, Failure.LOST, message) from error
                done += len(block)
                self.total += len(block)
                self.moved()
                self.sent(done)
        if done != self.payload.size:
            raise source_changed(self.runner.node, self.payload)
        await process.write_eof()


async def _read_ahead(path: Path, offset: int) -> AsyncGenerator[bytes, None]:
    """Yield a file from an offset on, in blocks; reads ahead of them in a thread."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        file.seek(offset)
        while data := await asyncio.to_thread(file.read, READ):
            for start in range(0, len(data), BLOCK):
                yield data[start : start + BLOCK]
    finally:
        file.close()
