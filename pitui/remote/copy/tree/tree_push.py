"""One tree on its way to one node."""

import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pitui.domain.errors import NodeError
from pitui.domain.text.printable import printable
from pitui.remote.copy.path_presence import Presence, Trust, parse_presence
from pitui.remote.copy.payload import (
    LOOK_LIMIT,
    SLOW_DISK,
    Payload,
    Pushed,
    Sent,
    need_inodes,
    need_room,
    refused,
    would_be_lost,
)
from pitui.remote.copy.receive_script import Placing
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.retrying_upload import AWAY_LIMIT, RetriedPush
from pitui.remote.copy.tree.archive import ChangedError
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.copy.tree.entry import Tree, TreeEntry, TreeIdentity
from pitui.remote.copy.tree.tree_plan import TreeTransfer, foreign_paths, part_name, plan_transfer
from pitui.remote.copy.tree.tree_script import (
    Lists,
    TreeInventory,
    TreePlace,
    inventory_command,
    look_command,
    names_line,
    parse_inventory,
    place_command,
    plan_input,
    stage_command,
    unpack_archives_command,
)
from pitui.remote.runner import Result

_SLOW_FILES = 50
"""Files a second that the slowest SD card makes."""


class Execute(Protocol):
    """Runs a command on a node, as the login user or as root."""

    def __call__(
        self, command: str, *, stdin: bytes, limit: float, changes: bool = True
    ) -> Awaitable[Result]:
        """Run it to its end; see `Runner.run`."""


@dataclass(frozen=True, slots=True)
class TreeTarget:
    """A node and the place of a tree there."""

    node: str
    path: str
    """As a person knows it."""
    place: TreePlace
    execute: Execute
    stage_for: str = ""
    """The login user, where root has to let them write beside the place."""


async def look_at_tree(target: TreeTarget, tree: TreeIdentity, trust: Trust) -> Presence:
    """Return what a node has of a tree.

    Raises:
        NodeError: it cannot be read there.
        LinkError: the node cannot be reached.
    """
    command = look_command(target.place, tree, trust)
    result = await target.execute(
        command, stdin=names_line(tree), limit=_limit(tree), changes=False
    )
    found = parse_presence(result.stdout, tree.size)
    if not result.ok or found is None:
        raise refused(target.node, target.path, result.stderr, "read")
    return found


class TreePush(RetriedPush):
    """Brings what a node lacks, and then changes the whole tree for what was there."""

    def __init__(  # noqa: PLR0917 - `services.data.pushing` alone calls it
        self,
        distributor: FileDistributor,
        archives: ArchiveStore,
        tree: Tree,
        target: TreeTarget,
        prepare: Callable[[], Awaitable[None]],
        sent: Sent,
        *,
        durable: bool = True,
        force: bool = False,
    ) -> None:
        super().__init__()
        self._distributor = distributor
        self._archives = archives
        self._tree = tree
        self._target = target
        self._stage = target.place.stage(tree)
        self._prepare = prepare
        self._sent = sent
        self._durable = durable
        self._force = force
        self._total = 0
        self._resumed = 0
        self._have = 0

    async def run(self, away_limit: float = AWAY_LIMIT) -> Pushed:
        """Bring it, unless it is there; a node that goes away meanwhile is waited for.

        Raises:
            NodeError: the node does not take it.
            LinkError: it cannot be reached, or did not come back.
        """
        return await self.run_with_retries(away_limit)

    async def go(self) -> Pushed:
        """Do one try; see `RetriedPush.go`."""
        found = await self._inventory()
        self.moved()
        if found.there:
            self._sent(self._tree.size)
            return Pushed(self._total, self._resumed)
        if not self._force:
            self._refuse_loss(found)
        if not found.writable:
            await self._prepare()
        transfer = plan_transfer(self._tree, found)
        node, path = self._target.node, self._target.path
        need_room(node, path, transfer.room, found.free)
        need_inodes(node, path, transfer.inodes, found.inodes)
        self._resumed += bool(found.staged)
        self._have = self._tree.size - transfer.size
        try:
            await self._bring(transfer, found.fingerprint)
        except ChangedError as error:
            message = f"{error} changed during the push"
            raise NodeError(node, printable(message), "Push it again.") from error
        except OSError as error:
            what = f"{error.filename or ''} {error.strerror or error}".strip()
            raise NodeError(node, f"cannot read what is pushed: {printable(what)}") from error
        return Pushed(self._total, self._resumed, rearranged=True)

    async def _inventory(self) -> TreeInventory:
        result = await self._execute(inventory_command(self._target.place, self._tree))
        found = parse_inventory(result.stdout)
        if not result.ok or found is None:
            raise self._refused(result)
        return found

    def _refuse_loss(self, found: TreeInventory) -> None:
        """Refuse to replace what would be lost by it, and pitui did not bring.

        Raises:
            NodeError: there is something.
        """
        lost = foreign_paths(self._tree, found)
        if lost:
            first = printable(os.fsdecode(lost[0]))
            what = f"{first} and {len(lost) - 1} more" if len(lost) > 1 else first
            target = self._target
            raise would_be_lost(target.node, target.path, what, changed=found.changed)

    async def _bring(self, transfer: TreeTransfer, fingerprint: str) -> None:
        place, tree = self._target.place, self._tree
        if self._target.stage_for:
            await self._must(stage_command(place, tree, self._target.stage_for), b"", "")
        for number, entries in enumerate(transfer.archives):
            await self._archive(entries)
            if number + 1 < len(transfer.archives) or transfer.single:
                await self._unpack(transfer.lists)
        for entry in transfer.single:
            payload = Payload(Path(os.fsdecode(entry.source)), entry.size, entry.sha512)
            await self._deliver(payload, part_name(entry), entry.mode, entry.size)
        command = place_command(
            place, tree, transfer.lists, fingerprint, durable=self._durable, forced=self._force
        )
        await self._must(command, plan_input(tree, transfer.lists), "done")
        self.moved()
        self._sent(tree.size)

    async def _archive(self, entries: Sequence[TreeEntry]) -> None:
        size = sum(entry.size for entry in entries)
        async with self._archives.archive(entries) as payload:
            await self._deliver(payload, f"{payload.sha512[:32]}.tar", 0o600, size)

    async def _unpack(self, lists: Lists) -> None:
        command = unpack_archives_command(self._target.place, self._tree)
        await self._must(command, plan_input(self._tree, lists), "done")
        self.moved()

    async def _deliver(self, payload: Payload, name: str, mode: int, size: int) -> None:
        """Bring what holds `size` bytes of the tree, whatever its own size is."""
        begun = self._have

        def sent(have: int) -> None:
            self.moved()
            self._sent(begun + size * have // max(1, payload.size))

        pushed = await self._distributor.deliver(
            self._target.node, payload, f"{self._stage}/parts/{name}",
            placing=Placing(mode, durable=False), sent=sent,
        )  # fmt: skip
        self._total += pushed.sent
        self._resumed += pushed.resumed
        self._have += size
        self.moved()

    async def _execute(self, command: str, rest: bytes = b"") -> Result:
        stdin = rest or names_line(self._tree)
        return await self._target.execute(command, stdin=stdin, limit=_limit(self._tree))

    async def _must(self, command: str, stdin: bytes, word: str) -> None:
        """Run a command that has to succeed, and to say a word.

        Raises:
            NodeError: it does not.
        """
        result = await self._execute(command, stdin)
        if not result.ok or result.stdout.strip() != word:
            raise self._refused(result)

    def _refused(self, result: Result) -> NodeError:
        # What xargs says of its command comes last, and says nothing.
        lines = [line for line in result.stderr.splitlines() if not line.startswith("xargs:")]
        return refused(self._target.node, self._target.path, "\n".join(lines))


def _limit(tree: TreeIdentity) -> float:
    return LOOK_LIMIT + tree.size / SLOW_DISK + tree.count / _SLOW_FILES
