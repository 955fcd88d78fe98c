"""The same data at the same path on every node."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from pitui.config.paths import cache_folder
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LinkError, PituiError, UsageError, ungrouped
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.fanout import fan_out
from pitui.remote.locks.node_locks import Holding
from pitui.services.cluster import Cluster
from pitui.services.data.item_push import ItemPush, PushContext, PushProgress
from pitui.services.data.push_items import Content, Item, recall_content


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
            UsageError: something cannot be read; nothing was pushed then. What is as it was the
                last time is only read where a node lacks it: that is a failure of this node's.
        """
        wanted = list(dict.fromkeys(name for item in items for name in item.on(names)))
        # Nodes are connected to while the data is read: with nothing to do that is most of it.
        with ungrouped(UsageError):
            async with TaskGroup() as group:
                connecting = [group.create_task(self._connect(name)) for name in wanted]
                contents = [await asyncio.to_thread(recall_content, item) for item in items]
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
            archives = ArchiveStore(distributor, cache_folder())
            try:
                return await self.deliver(distributor, archives, items, contents, names)
            finally:
                archives.close()

    async def deliver(
        self,
        distributor: FileDistributor,
        archives: ArchiveStore,
        items: Sequence[Item],
        contents: Sequence[Content],
        names: Sequence[str],
    ) -> list[Delivery]:
        """Push what was read already, by a way that others may use at the same time."""
        ended: list[Delivery] = []
        context = PushContext(
            distributor, archives, self._progress, durable=self._durable, force=self._force
        )
        async with self._cluster.locks.holding("push") as locks:
            for item, content in zip(items, contents, strict=True):
                async with ItemPush.opened(self._cluster, context, item, content) as push:

                    async def one(name: str, push: ItemPush = push) -> None:
                        found = await self._one(name, push, locks)
                        ended.append(found)
                        self._report(found)

                    await fan_out(item.on(names), one)
        return ended

    async def _one(self, name: str, push: ItemPush, locks: Holding) -> Delivery:
        item, size, files = push.item, push.content.size, push.content.files
        if name in self._away:
            return replace(self._away[name], item=item, size=size, files=files, seconds=0.0)
        begun = time.monotonic()
        try:
            found = await self._bring_one(name, push, locks)
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

    async def _bring_one(self, name: str, push: ItemPush, locks: Holding) -> Delivery:
        if await push.is_there(name):
            size, files = push.content.size, push.content.files
            self._progress(name, size, size)
            return Delivery(name, push.item, OutcomeState.UNCHANGED, size, files)
        await locks.take(name)
        pushed = await push.bring(name)
        state = OutcomeState.UNCHANGED if pushed.was_there else OutcomeState.OK
        size, files = push.content.size, push.content.files
        return Delivery(name, push.item, state, size, files, pushed.sent, pushed.via)

    def _record(self, name: str, item: Item, state: OutcomeState, error: str = "") -> None:
        paths = {"source": str(item.source), "target": item.target}
        if error:
            paths["detail"] = error
        action = "push --force" if self._force else "push"
        self._cluster.audit.record(action, name, str(state), **paths)
