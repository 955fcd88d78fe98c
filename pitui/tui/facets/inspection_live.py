"""Looking into executors and nodes by the real services."""

from collections.abc import Sequence

from pitui.domain.cluster import Role
from pitui.domain.outcome import Outcome, Report
from pitui.services import control
from pitui.services.cluster import Cluster
from pitui.services.decommission import refusal
from pitui.services.thread_dump import thread_dump
from pitui.spark.decommission import Refusal


class LiveInspector:
    """Asks the nodes, the master and the drivers of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        """Return the threads of an executor."""
        return await thread_dump(self._cluster, app_id, executor_id)

    async def drain_refusal(self) -> Refusal | None:
        """Return why the master would not decommission a worker."""
        return await refusal(self._cluster)

    async def drain(self, nodes: Sequence[str], report: Report) -> list[Outcome]:
        """Decommission, wait, stop."""
        targets = [control.Target(name, Role.WORKER) for name in nodes]
        return await control.drain(self._cluster, targets, report)
