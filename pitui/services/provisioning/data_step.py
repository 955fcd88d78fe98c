"""The step that brings what is under `data:`, as to a node that joins late."""

import asyncio
from functools import partial

from pitui.config.paths import cache_folder
from pitui.domain.errors import NodeError
from pitui.domain.text.number_words import bytes_words, counted
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_report import Transfer
from pitui.provision.engine.step import CheckResult, Step, ok, skipped, would_change
from pitui.provision.steps import DATA
from pitui.remote.copy.transfer_rate import RateMeter
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.copy.tree.entry import Tree
from pitui.services.cluster import Cluster
from pitui.services.data.item_presence import look_at_data
from pitui.services.data.push_items import (
    Content,
    Item,
    PlainFile,
    item_of_section,
    read_recalled,
    recall_content,
)
from pitui.services.data.pushing import Pushing

_Recalled = tuple[Item, Content]
_Lacking = tuple[int, Item, Content]
"""With its number under `data:`."""


class DataStep(Step):
    """Brings the data that a node lacks; nodes pass it on to each other, as with `pitui push`."""

    id, title = DATA, "data"
    needs = ("access", "account")
    needs_root = False
    prepares = True

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._bundles: ArchiveStore | None = None
        self._users = 0

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare what the node has with what is here."""
        lacking: list[_Lacking] = []
        count = 0
        for number in range(len(self._cluster.config.data)):
            item, content = await ctx.context.once((self.id, number), partial(self._recall, number))
            if not item.on([ctx.name]):
                continue
            count += 1
            found = await look_at_data(self._cluster, ctx.name, item, content, "state")
            if found.state != "present":
                lacking.append((number, item, content))
        if not count:
            return skipped("the configuration has no data for it")
        if not lacking:
            return ok(f"{counted(count, 'item')} as here")
        words = (f"{item.label} ({bytes_words(content.size)})" for _, item, content in lacking)
        return would_change(f"push {', '.join(words)}", data=lacking)

    async def prepare(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Push: nothing that runs notices."""
        await self.apply(ctx, finding)

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Push what it lacks."""
        lacking = finding.data
        if not isinstance(lacking, list):
            raise TypeError("not this step's finding")
        items = [item for _, item, _ in lacking]
        contents = [await self._read(ctx, *one) for one in lacking]
        meter = RateMeter()

        def progress(_node: str, have: int, size: int) -> None:
            ctx.progress("pushing", Transfer(have, size, meter.add(have)))

        pushing = Pushing(self._cluster, progress, lambda _: None)
        self._users += 1
        try:
            if self._bundles is None:
                self._bundles = ArchiveStore(ctx.context.distributor, cache_folder())
            way = ctx.context.distributor, self._bundles
            ended = await pushing.deliver(*way, items, contents, [ctx.name])
        finally:
            self._users -= 1
            if not self._users and self._bundles is not None:
                self._bundles.close()
                self._bundles = None
        for one in ended:
            if one.error:
                raise NodeError(ctx.name, one.error, one.advice)

    async def _recall(self, number: int) -> _Recalled:
        config = self._cluster.config
        item = await asyncio.to_thread(item_of_section, config.data[number], config.folder)
        return item, await asyncio.to_thread(recall_content, item)

    async def _read(
        self, ctx: NodeContext, number: int, item: Item, content: Content
    ) -> PlainFile | Tree:
        """Read what was recalled, once for all nodes that lack it."""

        async def read() -> PlainFile | Tree:
            return await asyncio.to_thread(read_recalled, item, content)

        return await ctx.context.once((self.id, number, "read"), read)
