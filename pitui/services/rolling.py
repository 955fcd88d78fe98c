"""One node at a time: what ran there is started anew and back before the next node is begun."""

from dataclasses import replace

from pitui.domain.cluster import Role
from pitui.domain.outcome import Outcome
from pitui.provision.report import NodeReport, NodeState, StepState
from pitui.services import control
from pitui.services.cluster import Cluster
from pitui.services.targets import Target

_NEED_RESTART = frozenset({"java", "spark", "conf", "sizing", "service"})


class Restarting:
    """Restarts the daemons of nodes whose Spark changed."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    async def after(self, report: NodeReport) -> NodeReport:
        """Restart the node's worker where it has one, and return the report with what failed."""
        changed = {s.step for s in report.steps if s.state is StepState.CHANGED}
        if report.state is not NodeState.CHANGED or not changed & _NEED_RESTART:
            return report
        node = self._cluster.node(report.node)
        roles = [Role.MASTER] * node.is_master + [Role.WORKER] * node.is_worker
        targets = [Target(node.name, role) for role in roles]
        outcomes = await control.restart(self._cluster, targets, _silent)
        bad = next((outcome for outcome in outcomes if not outcome.state.good), None)
        if bad is None:
            return report
        error = f"restart of the {bad.role}: {bad.detail}. {bad.advice}".rstrip(". ")
        return replace(report, state=NodeState.FAILED, error=error)


def _silent(_outcome: Outcome) -> None:
    """Report nothing: the node's own report says how it ended."""
