"""Looking into executors and nodes by the real services."""

from collections.abc import AsyncGenerator, Sequence

from pitui.domain.cluster import Role
from pitui.domain.node_detail import DiskUse, Point
from pitui.domain.outcome import Outcome, OutcomeReport
from pitui.services.apps.thread_dump import thread_dump
from pitui.services.cluster import Cluster
from pitui.services.daemons import control
from pitui.services.daemons.decommission import refusal
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.nodes.disk_use import Cleaned, clean, disk_use
from pitui.services.nodes.inspect_node import NodeInspection, look_at_node
from pitui.spark.api.decommission import Refusal


class LiveInspectionService:
    """Asks the nodes, the master and the drivers of one cluster."""

    def __init__(self, cluster: Cluster, monitor: ClusterMonitor) -> None:
        self._cluster = cluster
        self._monitor = monitor

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        """Return the threads of an executor."""
        return await thread_dump(self._cluster, app_id, executor_id)

    def history(self, node: str) -> Sequence[Point]:
        """Return a node's load of the last hour."""
        return self._monitor.history(node)

    def look_at_node(self, node: str) -> AsyncGenerator[NodeInspection, None]:
        """Yield what a node says of itself."""
        return look_at_node(self._cluster, self._monitor, node)

    async def disk_use(self, node: str) -> DiskUse:
        """Return what lies in a node's work and log folders."""
        return await disk_use(self._cluster, node)

    async def clean(self, node: str, names: Sequence[str]) -> Cleaned:
        """Remove folders and old logs that nothing uses."""
        return await clean(self._cluster, node, names)

    async def decommission_refusal(self) -> Refusal | None:
        """Return why the master would not decommission a worker."""
        return await refusal(self._cluster)

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        """Decommission, wait, stop."""
        targets = [control.Target(name, Role.WORKER) for name in nodes]
        return await control.drain(self._cluster, targets, report)
