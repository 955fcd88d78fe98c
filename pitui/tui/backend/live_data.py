"""What is under `data:`, as the UI uses it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pitui.domain.errors import UsageError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.services.cluster import Cluster
from pitui.services.data.item_presence import ItemPresence, find_data
from pitui.services.data.push_items import item_of_section
from pitui.services.data.pushing import Delivery, Pushing
from pitui.services.data.remove_data import configured_item, remove_data


class LiveDataService:
    """What is under `data:`, looked at and moved by the services."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def find(self, *, verify: bool) -> Sequence[ItemPresence]:
        """Return what the nodes have."""
        return await find_data(self._cluster, verify=verify)

    async def push(
        self,
        wanted: Mapping[int, Sequence[str]],
        progress: Callable[[int, str, int, int], None],
        report: Callable[[int, Outcome], None],
    ) -> None:
        """Bring items to nodes, one item after the other."""
        config = self._cluster.config
        for number, nodes in wanted.items():

            def told(node: str, have: int, size: int, number: int = number) -> None:
                progress(number, node, have, size)

            def ended(delivery: Delivery, number: int = number) -> None:
                report(number, delivery.outcome)

            try:
                section = config.data[number]
                item = await asyncio.to_thread(item_of_section, section, config.folder)
                await Pushing(self._cluster, told, ended).run([item], nodes)
            except UsageError as error:
                # Its source cannot be read; the other items have theirs.
                for node in nodes:
                    failed = OutcomeState.FAILED
                    report(number, Outcome(node, "", failed, error.message, error.advice))

    async def remove(
        self, wanted: Mapping[int, Sequence[str]], report: Callable[[int, Outcome], None]
    ) -> None:
        """Remove items from nodes."""
        for number, nodes in wanted.items():
            item = configured_item(self._cluster, number)
            await remove_data(self._cluster, item, nodes, partial(report, number))
