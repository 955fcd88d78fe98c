"""One node at a time: what ran there is started anew and back before the next node is begun."""

import time
from dataclasses import replace

from pitui.domain.cluster import Role
from pitui.domain.outcome import Outcome
from pitui.provision.report import NodeReport, NodeState, Report, StepReport, StepState
from pitui.services import control
from pitui.services.cluster import Cluster
from pitui.services.targets import Target

RESTART = ("restart", "its daemons anew")
"""What is reported like a step, after all others of a node: id and title."""

_NEED_RESTART = frozenset({"java", "spark", "conf", "sizing", "service"})


class Restarting:
    """Restarts the daemons of nodes whose Spark changed."""

    def __init__(self, cluster: Cluster, report: Report) -> None:
        self._cluster = cluster
        self._report = report

    async def after(self, report: NodeReport) -> NodeReport:
        """Restart the node's worker where it has one, and return the report with what failed."""
        changed = {s.step for s in report.steps if s.state is StepState.CHANGED}
        if report.state is not NodeState.CHANGED or not changed & _NEED_RESTART:
            return self._with(report, StepState.SKIPPED, "what runs there was not changed")
        begun = time.monotonic()
        doing = "waiting until the master has its daemons back"
        self._report(StepReport(report.node, RESTART[0], StepState.APPLYING, doing))
        node = self._cluster.node(report.node)
        roles = [Role.MASTER] * node.is_master + [Role.WORKER] * node.is_worker
        targets = [Target(node.name, role) for role in roles]
        outcomes = await control.restart(self._cluster, targets, _silent)
        bad = next((outcome for outcome in outcomes if not outcome.state.good), None)
        seconds = time.monotonic() - begun
        if bad is None:
            roles_in_words = " and ".join(str(role) for role in roles)
            detail = f"{roles_in_words} started anew"
            return self._with(report, StepState.CHANGED, detail, seconds=seconds)
        error = f"restart of the {bad.role}: {bad.detail}. {bad.advice}".rstrip(". ")
        failed = self._with(report, StepState.FAILED, bad.detail, bad.advice, seconds)
        return replace(failed, state=NodeState.FAILED, error=error)

    def _with(
        self,
        report: NodeReport,
        state: StepState,
        detail: str,
        advice: str = "",
        seconds: float = 0.0,
    ) -> NodeReport:
        """Report how the restart ended, and return the node's report with it."""
        step = StepReport(report.node, RESTART[0], state, detail, advice, seconds=seconds)
        self._report(step)
        return replace(report, steps=(*report.steps, step))


def _silent(_outcome: Outcome) -> None:
    """Report nothing: the node's own report says how it ended."""
