"""Logs by the real services."""

from collections.abc import Sequence

from pitui.domain.cluster import Snapshot
from pitui.domain.log_tree import LogBranch
from pitui.services.cluster import Cluster
from pitui.services.log_tree import log_tree


class LiveLogShelf:
    """The logs of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def tree(self, snapshot: Snapshot) -> Sequence[LogBranch]:
        """Return the logs of every node."""
        return await log_tree(self._cluster, snapshot)
