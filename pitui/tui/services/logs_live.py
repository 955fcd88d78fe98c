"""Logs by the real services."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from pitui.domain.cluster import Snapshot
from pitui.domain.logs.log_line import LogSource
from pitui.domain.logs.log_tree import LogBranch
from pitui.services.cluster import Cluster
from pitui.services.logs.log_save import save_log, save_name, save_targets
from pitui.services.logs.log_tree import log_tree


class LiveLogService:
    """The logs of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        """Return the logs of every node."""
        return await log_tree(self._cluster, snapshot)

    def name(self, source: LogSource) -> str:
        """Return a file name for a log."""
        return save_name(source)

    async def save(
        self, source: LogSource, target: Path, progress: Callable[[int, int | None], None]
    ) -> int:
        """Save a whole log; into a folder under its own name, over nothing that is there."""
        (path,) = await asyncio.to_thread(save_targets, [source], target)
        return (await save_log(self._cluster, source, path, progress)).size
