"""The step that brings what is under `data:`, as to a node that joins late."""

import asyncio
from collections.abc import Sequence
from functools import partial

from pitui.config.paths import cache_folder
from pitui.domain.errors import NodeError
from pitui.domain.text.number_words import bytes_words
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.report import Transfer
from pitui.provision.engine.step import CheckResult, Step, ok, skipped, would_change
from pitui.provision.steps import DATA
from pitui.remote.copy.transfer_rate import RateMeter
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.services.cluster import Cluster
from pitui.services.data.item_presence import look_at_data
from pitui.services.data.push_items import Content, Item, item_of_section, recall_content
from pitui.services.data.pushing import Pushing

_Read = tuple[Item, Content]


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
        lacking: list[_Read] = []
        count = 0
        for number in range(len(self._cluster.config.data)):
            item, content = await ctx.context.once((self.id, number), partial(self._read, number))
            if not item.on([ctx.name]):
                continue
            count += 1
            found = await look_at_data(self._cluster, ctx.name, item, content, "state")
            if found.state != "present":
                lacking.append((item, content))
        if not count:
            return skipped("the configuration has no data for it")
        if not lacking:
            return ok(f"{count} {'item' if count == 1 else 'items'} as here")
        words = (f"{item.label} ({bytes_words(content.size)})" for item, content in lacking)
        return would_change(f"push {', '.join(words)}", data=lacking)

    async def prepare(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Push: nothing that runs notices."""
        await self.apply(ctx, finding)

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Push what it lacks."""
        lacking = finding.data
        if not isinstance(lacking, list):
            raise TypeError("not this step's finding")
        meter = RateMeter()

        def progress(_node: str, have: int, size: int) -> None:
            ctx.progress("pushing", Transfer(have, size, meter.add(have)))

        pushing = Pushing(self._cluster, progress, lambda _: None)
        self._users += 1
        try:
            if self._bundles is None:
                self._bundles = ArchiveStore(ctx.context.distributor, cache_folder())
            way = ctx.context.distributor, self._bundles
            ended = await pushing.deliver(*way, *_apart(lacking), [ctx.name])
        finally:
            self._users -= 1
            if not self._users and self._bundles is not None:
                self._bundles.close()
                self._bundles = None
        for one in ended:
            if one.error:
                raise NodeError(ctx.name, one.error, one.advice)

    async def _read(self, number: int) -> _Read:
        config = self._cluster.config
        item = await asyncio.to_thread(item_of_section, config.data[number], config.folder)
        return item, await asyncio.to_thread(recall_content, item)


def _apart(pairs: Sequence[_Read]) -> tuple[list[Item], list[Content]]:
    return [item for item, _ in pairs], [content for _, content in pairs]
