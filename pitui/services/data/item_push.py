"""One item on its way to any node."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError, UsageError
from pitui.remote.copy.payload import Pushed
from pitui.remote.copy.receive_script import Placing
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.retrying_upload import FolderThereError
from pitui.remote.copy.tree.archive import ChangedError
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.copy.tree.entry import Tree
from pitui.remote.copy.tree.tree_plan import first_archive
from pitui.remote.copy.tree.tree_push import TreePush
from pitui.services.cluster import Cluster
from pitui.services.data.item_presence import look_at_data
from pitui.services.data.node_target import tree_target
from pitui.services.data.push_items import Content, Item, PlainFile, read_recalled
from pitui.services.data.target_folder import make_folder

PushProgress = Callable[[str, int, int], None]
"""Called with a node's name, and how many of how many bytes of an item it has."""


@dataclass(frozen=True, slots=True)
class PushContext:
    """What brings anything to any node."""

    distributor: FileDistributor
    archives: ArchiveStore
    progress: PushProgress
    durable: bool
    force: bool
    """Whether what pitui did not bring, or somebody changed since, is replaced too."""


class ItemPush:
    """One item to any node; `opened` makes one."""

    def __init__(
        self, cluster: Cluster, context: PushContext, item: Item, content: Content, group: TaskGroup
    ) -> None:
        self._cluster = cluster
        self._context = context
        self.item = item
        self.content = content
        """As far as it is known; see `Content`."""
        self._group = group
        self._reading = asyncio.Lock()
        self._packing: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, cluster: Cluster, context: PushContext, item: Item, content: Content
    ) -> AsyncIterator["ItemPush"]:
        """Hand out the push of an item; what it began ends with the context."""
        async with TaskGroup() as group:
            push = cls(cluster, context, item, content, group)
            yield push
            if push._packing is not None:
                push._packing.cancel()

    async def is_there(self, name: str) -> bool:
        """Say whether a node surely has it, by its receipt; that needs no lock.

        For one that has nothing of it, the item is packed while the node is made ready.

        Raises:
            NodeError: its place is inside itself, or cannot be read.
            LinkError: the node cannot be reached.
        """
        if self._cluster.node(name).local and is_in_place(self.item, name):
            return True
        found = await look_at_data(self._cluster, name, self.item, self.content, "receipt")
        if found.state == "present":
            return True
        if found.state == "missing" and self._packing is None:
            self._packing = self._group.create_task(self._pack())
        return False

    async def bring(self, name: str) -> Pushed:
        """Bring it to a node.

        Raises:
            NodeError: it cannot be written there.
            LinkError: the node cannot be reached, or did not come back.
            UsageError: it cannot be read any more, or changed since it was recalled.
        """
        content = await self._read()

        def sent(have: int) -> None:
            self._context.progress(name, have, content.size)

        if isinstance(content, PlainFile):
            return await self._file(name, content, sent)
        return await self._tree(name, content, sent)

    async def _read(self) -> PlainFile | Tree:
        """Return what is brought: a folder of which only the identity is known is read now."""
        async with self._reading:
            content = await asyncio.to_thread(read_recalled, self.item, self.content)
            self.content = content
            return content

    async def _pack(self) -> None:
        """Make the archive that a node without anything needs first, and keep it for all."""
        # Whoever needs it is told why it cannot be made.
        with suppress(ChangedError, OSError, UsageError):
            content = await self._read()
            entries = () if isinstance(content, PlainFile) else first_archive(content)
            if entries:
                async with self._context.archives.archive(entries):
                    await asyncio.Event().wait()

    async def _file(self, name: str, file: PlainFile, sent: Callable[[int], None]) -> Pushed:
        target = self.item.target
        await make_folder(self._cluster, name, str(PurePosixPath(target).parent))
        placing = Placing(file.mode, durable=self._context.durable, guarded=not self._context.force)
        try:
            return await self._context.distributor.deliver(
                name, file.payload, target, placing=placing, sent=sent
            )
        except FolderThereError:
            # It is ours, or not: to change the one for the other is what trees can.
            return await self._tree(name, file.tree, sent)

    async def _tree(self, name: str, tree: Tree, sent: Callable[[int], None]) -> Pushed:
        target = await tree_target(self._cluster, name, self.item)

        async def prepare() -> None:
            folder = target.place.folder
            await make_folder(self._cluster, name, folder, by_root=bool(target.stage_for))

        tree_push = TreePush(
            self._context.distributor, self._context.archives, tree, target, prepare, sent,
            durable=self._context.durable, force=self._context.force,
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
