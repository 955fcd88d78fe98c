"""The same data at the same path on every node."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pitui.config.paths import cache_folder
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LinkError, NodeError, PituiError, UsageError, ungrouped
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.remote.copy.payload import Pushed
from pitui.remote.copy.receive_script import Placing
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.retrying_upload import FolderThereError
from pitui.remote.copy.tree.bundle_store import BundleStore
from pitui.remote.copy.tree.entry import Tree
from pitui.remote.copy.tree.tree_push import TreePush
from pitui.remote.fanout import fan_out
from pitui.remote.node_locks import Holding
from pitui.services.cluster import Cluster
from pitui.services.data.node_target import tree_target
from pitui.services.data.push_items import Content, Item, PlainFile, read_content
from pitui.services.data.target_folder import make_folder

PushProgress = Callable[[str, int, int], None]
"""Called with a node's name, and how many of how many bytes of an item it has."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How one item came to one node."""

    node: str
    item: Item
    state: OutcomeState
    """OK, UNCHANGED where it was there already, FAILED or UNREACHABLE."""
    size: int
    """Bytes of the item."""
    files: int = 1
    sent: int = 0
    """Bytes that went over the network to the node."""
    via: str | None = None
    """The node that passed it on; None where it came from here."""
    seconds: float = 0.0
    error: str = ""
    advice: str = ""
    said: str = ""
    """What the node said last, in lines; see `Outcome`."""

    @property
    def outcome(self) -> Outcome:
        """The same as that of any action."""
        detail = self.error
        if not detail and self.state is OutcomeState.OK:
            via = f", through {self.via}" if self.via else ""
            detail = f"{self.sent / 1024 / 1024:.1f} MiB in {self.seconds:.1f} s{via}"
        return Outcome(self.node, "", self.state, detail, self.advice, self.seconds, self.said)


DeliveryReport = Callable[[Delivery], None]
"""Called with each delivery that ended."""


class Pushing:
    """Data on its way to nodes: one item after the other, each to all nodes at once."""

    def __init__(
        self,
        cluster: Cluster,
        progress: PushProgress,
        report: DeliveryReport,
        *,
        durable: bool = True,
        force: bool = False,
    ) -> None:
        self._cluster = cluster
        self._progress = progress
        self._report = report
        self._durable = durable
        self._force = force
        self._away: dict[str, Delivery] = {}
        """Nodes that could not be reached; they are not waited for a second time."""

    async def run(self, items: Sequence[Item], names: Sequence[str]) -> list[Delivery]:
        """Push and return how each item came to each node; each node ends for itself.

        Raises:
            UsageError: something cannot be read; nothing was pushed then.
        """
        wanted = list(dict.fromkeys(name for item in items for name in item.on(names)))
        # Nodes are connected to while the data is read: with nothing to do that is most of it.
        with ungrouped(UsageError):
            async with TaskGroup() as group:
                connecting = [group.create_task(self._connect(name)) for name in wanted]
                contents = [await asyncio.to_thread(read_content, item) for item in items]
                ended = await self._bring(items, contents, names)
                for task in connecting:
                    task.cancel()
        return ended

    async def _connect(self, name: str) -> None:
        # Who cannot be reached is told of by the first item that goes there.
        with suppress(PituiError):
            await self._cluster.connections.connect(name)

    async def _bring(
        self, items: Sequence[Item], contents: Sequence[Content], names: Sequence[str]
    ) -> list[Delivery]:
        async with FileDistributor(self._cluster.connections) as distributor:
            bundles = BundleStore(distributor, cache_folder())
            try:
                return await self.deliver(distributor, bundles, items, contents, names)
            finally:
                bundles.close()

    async def deliver(
        self,
        distributor: FileDistributor,
        bundles: BundleStore,
        items: Sequence[Item],
        contents: Sequence[Content],
        names: Sequence[str],
    ) -> list[Delivery]:
        """Push what was read already, by a way that others may use at the same time."""
        ended: list[Delivery] = []
        way = _Way(distributor, bundles, self._progress, durable=self._durable, force=self._force)
        async with self._cluster.locks.holding("push") as locks:
            for item, content in zip(items, contents, strict=True):
                push = _Push(self._cluster, way, item, content)

                async def one(name: str, push: _Push = push) -> None:
                    found = await self._one(name, push, locks)
                    ended.append(found)
                    self._report(found)

                await fan_out(item.on(names), one)
        return ended

    async def _one(self, name: str, push: "_Push", locks: Holding) -> Delivery:
        item, size, files = push.item, push.content.size, push.content.files
        if name in self._away:
            return replace(self._away[name], item=item, size=size, files=files, seconds=0.0)
        begun = time.monotonic()
        try:
            if not push.is_in_place(name):
                await locks.take(name)
            found = await push.bring(name)
        except asyncio.CancelledError:
            self._record(name, item, OutcomeState.CANCELLED)
            raise
        except PituiError as error:
            away = isinstance(error, LinkError)
            state = OutcomeState.UNREACHABLE if away else OutcomeState.FAILED
            found = Delivery(
                name, item, state, size, files,
                error=error.message, advice=error.advice, said=error.said,
            )  # fmt: skip
            if away:
                self._away[name] = found
        if found.state is not OutcomeState.UNCHANGED:
            self._record(name, item, found.state, found.error)
        return replace(found, seconds=time.monotonic() - begun)

    def _record(self, name: str, item: Item, state: OutcomeState, error: str = "") -> None:
        paths = {"source": str(item.source), "target": item.target}
        if error:
            paths["detail"] = error
        action = "push --force" if self._force else "push"
        self._cluster.audit.record(action, name, str(state), **paths)


@dataclass(frozen=True, slots=True)
class _Way:
    """What brings anything to any node."""

    distributor: FileDistributor
    bundles: BundleStore
    progress: PushProgress
    durable: bool
    force: bool
    """Whether what pitui did not bring, or somebody changed since, is replaced too."""


@dataclass(frozen=True, slots=True)
class _Push:
    """One item to any node."""

    cluster: Cluster
    way: _Way
    item: Item
    content: Content

    def is_in_place(self, name: str) -> bool:
        """Say whether it is this machine's own, where it belongs."""
        return self.cluster.node(name).local and is_in_place(self.item, name)

    async def bring(self, name: str) -> Delivery:
        """Bring it to a node.

        Raises:
            NodeError: it cannot be written there.
            LinkError: the node cannot be reached, or did not come back.
        """
        size, files = self.content.size, self.content.files
        if self.is_in_place(name):
            return Delivery(name, self.item, OutcomeState.UNCHANGED, size, files)

        def sent(have: int) -> None:
            self.way.progress(name, have, size)

        if isinstance(self.content, PlainFile):
            pushed = await self._file(name, self.content, sent)
        else:
            pushed = await self._tree(name, self.content, sent)
        state = OutcomeState.UNCHANGED if pushed.was_there else OutcomeState.OK
        return Delivery(name, self.item, state, size, files, pushed.sent, pushed.via)

    async def _file(self, name: str, file: PlainFile, sent: Callable[[int], None]) -> Pushed:
        target = self.item.target
        await make_folder(self.cluster, name, str(PurePosixPath(target).parent))
        placing = Placing(file.mode, durable=self.way.durable, guarded=not self.way.force)
        try:
            return await self.way.distributor.deliver(
                name, file.payload, target, placing=placing, sent=sent
            )
        except FolderThereError:
            # It is ours, or not: to change the one for the other is what trees can.
            return await self._tree(name, file.tree, sent)

    async def _tree(self, name: str, tree: Tree, sent: Callable[[int], None]) -> Pushed:
        target = await tree_target(self.cluster, name, self.item)

        async def prepare() -> None:
            folder = target.place.folder
            await make_folder(self.cluster, name, folder, by_root=bool(target.stage_for))

        tree_push = TreePush(
            self.way.distributor, self.way.bundles, tree, target, prepare, sent,
            durable=self.way.durable, force=self.way.force,
        )  # fmt: skip
        return await tree_push.run()


def is_in_place(item: Item, node: str) -> bool:
    """Say whether an item of this machine is where it belongs already.

    Raises:
        NodeError: its place is inside itself.
    """
    with suppress(OSError, RuntimeError):
        target = Path(item.target).expanduser()
        if item.pattern:
            return item.source.parent.samefile(target)
        if item.source.samefile(target):
            return True
    with suppress(OSError, RuntimeError):
        source, target = item.source.resolve(), Path(item.target).expanduser().resolve()
        if source.is_dir() and (target.is_relative_to(source) or source.is_relative_to(target)):
            raise NodeError(
                node, f"{item.target} and {item.source} are inside each other on this machine"
            )
    return False
