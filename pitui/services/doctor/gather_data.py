"""Where the data of the configuration is, as the checks read it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pitui.doctor.evidence.data_evidence import DataItem, DataOnNode
from pitui.services.cluster import Cluster
from pitui.services.data.item_presence import ItemPresence, find_data

LIMIT = 60.0
"""Seconds; of files that were never pushed, here and there all has to be read."""


async def gather_data(cluster: Cluster, say: Callable[[str], None]) -> tuple[DataItem, ...]:
    """Return what `pitui data` would say."""
    if not cluster.config.data:
        return ()
    say("looking at the data")
    try:
        async with asyncio.timeout(LIMIT):
            found = await find_data(cluster)
    except TimeoutError:
        why = f"it took longer than {LIMIT:.0f} s: see `pitui data`"
        return tuple(DataItem(item.target, error=why) for item in cluster.config.data)
    return tuple(map(_data_item, found))


def _data_item(found: ItemPresence) -> DataItem:
    target = found.target
    if target.endswith("/"):  # a folder, in which it keeps its name
        target += Path(found.source).name
    states = {
        name: DataOnNode(state.state, state.size, state.error)
        for name, state in found.nodes.items()
    }
    return DataItem(target, found.size, states, found.error)
