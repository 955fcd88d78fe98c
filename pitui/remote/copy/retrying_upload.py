"""Uploads to one node, and resumes after a lost connection."""

import asyncio
from abc import ABC, abstractmethod
from dataclasses import replace
from pathlib import PurePosixPath

from pitui.domain.errors import AwayError, Failure, LinkError, NodeError
from pitui.remote.copy.payload import (
    Payload,
    Pushed,
    Sent,
    end_limit,
    need_room,
    refused,
    source_changed,
    source_unreadable,
    would_be_lost,
    wrong_twice,
)
from pitui.remote.copy.receive_script import (
    Placing,
    RemoteFile,
    Taken,
    find_received_command,
    parse_received,
)
from pitui.remote.runner import Runner

AWAY_LIMIT = 60.0
"""Seconds that a node may be away in the middle of a push, from the last byte that got through."""

RETRY_EVERY = 1.0

_COMES_BACK = (Failure.LOST, Failure.TIMED_OUT, Failure.NO_ROUTE, Failure.REFUSED)


class FolderThereError(NodeError):
    """A folder stands where a file is to be put."""


class RetriedPush(ABC):
    """Something on its way to one node, in as many tries as the link needs."""

    def __init__(self) -> None:
        self._began = False
        self._moved_at = 0.0

    async def run_with_retries(self, away_limit: float) -> Pushed:
        """Go, and go on whenever the node is back, until it was away for too long.

        Raises:
            NodeError: the node does not take the file.
            LinkError: it cannot be reached, or did not come back.
        """
        first = True
        while True:
            try:
                return await self.go()
            except LinkError as error:
                if error.failure not in _COMES_BACK or not self._began:
                    raise
                away = asyncio.get_running_loop().time() - self._moved_at
                # A link that was lost without a word is tried once more in any case.
                if away > away_limit and not first:
                    raise _away_error(error, away) from error
            first = False
            await asyncio.sleep(RETRY_EVERY)

    @abstractmethod
    async def go(self) -> Pushed:
        """Do one try, from where the last one stopped.

        Raises:
            NodeError: the node does not take it.
            LinkError: the link broke.
        """

    def moved(self) -> None:
        """Note that the node was heard of."""
        self._began = True
        self._moved_at = asyncio.get_running_loop().time()


class RetryingUpload(RetriedPush):
    """One file on its way to one node."""

    wants_prefix = False
    """Whether the node is to read through what it has of the file."""

    def __init__(
        self, runner: Runner, payload: Payload, target: str, placing: Placing, sent: Sent
    ) -> None:
        super().__init__()
        self.runner = runner
        self.payload = payload
        self.target = target
        self.placing = placing
        self.sent = sent
        self.total = 0
        """Bytes put on the link, over all tries."""
        self.resumed = 0
        self._wrong = 0

    async def go(self) -> Pushed:
        """Do one try, from where the last one stopped.

        Raises:
            NodeError: the node does not take the file.
            LinkError: the link broke.
        """
        while True:
            found = await find_received(
                self.runner, self.payload, self.target, self.placing, prefix=self.wants_prefix
            )
            self.moved()
            if found.taken is not None:
                raise _taken_error(self.runner.node, self.target, found.taken)
            if found.there:
                self.sent(self.payload.size)
                return self.pushed()
            need_room(self.runner.node, self.target, self.payload.size - found.have, found.free)
            try:
                whole = await self.bring(found)
            except OSError as error:
                raise source_unreadable(self.runner.node, self.payload, error) from error
            if whole:
                return replace(self.pushed(), rearranged=True)
            self._wrong += 1
            await self._see_source()
            if self._wrong > 1:
                raise wrong_twice(self.runner.node, self.target)

    async def _see_source(self) -> None:
        """See that the source is what was measured, before the node is blamed.

        Raises:
            NodeError: it is not.
        """
        try:
            now = await Payload.of(self.payload.path)
        except OSError as error:
            raise source_unreadable(self.runner.node, self.payload, error) from error
        if now != self.payload:
            raise source_changed(self.runner.node, self.payload)

    @abstractmethod
    async def bring(self, found: RemoteFile) -> bool:
        """Bring what the node lacks, and have it verified and put in its place.

        Returns:
            False where what arrived is not the file.

        Raises:
            NodeError: the node does not take the file.
            LinkError: the link broke.
            OSError: the file cannot be read here.
        """

    def pushed(self) -> Pushed:
        """Return what the upload did, once it has ended."""
        return Pushed(self.total, self.resumed)


def _away_error(error: LinkError, away: float) -> AwayError:
    message = f"it was unreachable for {away:.0f} s during a push: {error.message}"
    advice = "The next run resumes where this one stopped."
    return AwayError(error.node, error.failure, message, advice)


def _taken_error(node: str, target: str, taken: Taken) -> NodeError:
    if taken == "folder":
        return FolderThereError(node, f"cannot write {target}: it is a folder")
    name = PurePosixPath(target).name
    return would_be_lost(node, target, name, changed=taken == "changed")


async def find_received(
    runner: Runner, payload: Payload, target: str, placing: Placing, *, prefix: bool = True
) -> RemoteFile:
    """Return what a node has of a file; `prefix` is whether it reads what it has of it.

    Raises:
        NodeError: nothing can be written there.
        LinkError: the node cannot be reached.
    """
    command = find_received_command(target, payload.sha512, payload.size, placing, prefix=prefix)
    result = await runner.run(command, limit=end_limit(payload))
    found = parse_received(result.stdout)
    if not result.ok or found is None:
        raise refused(runner.node, target, result.stderr)
    return found
