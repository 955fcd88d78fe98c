"""What daemons are started from, looked at before a fix starts them."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.fix.daemon_start_steps import start_steps
from pitui.doctor.fix.fix_plan import FixPlan
from pitui.domain.errors import PituiError
from pitui.domain.snapshot import Snapshot
from pitui.provision.engine.provision_report import NodeReport, StepState
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.doctor.gather_evidence import ask_node

_CHANGES = (StepState.WOULD_CHANGE, StepState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class StartFiles:
    """The steps of provisioning that write what daemons are started from, by node."""

    steps: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    """Why nobody can tell."""

    def heeded(
        self, plan: FixPlan, looked: Sequence[NodeReport]
    ) -> tuple[FixPlan, list[NodeReport]]:
        """Return a plan with those of the steps that would change something, and its reports.

        `looked` is how the plan with all of them would go. What was only looked at, and is as it
        should be, is left out. Where the look went wrong, that is noted as unknown.
        """
        own: dict[str, set[str]] = {}
        for node, step in plan.targets:
            own.setdefault(node, set()).add(step)
        outdated: dict[str, tuple[str, ...]] = {}
        kept = []
        for report in looked:
            asked = self.steps.get(report.node, ())
            if asked and not report.state.good:
                self.unknown[report.node] = report.error or str(report.state)
            elif changed := _changed(report, asked):
                outdated[report.node] = changed
            idle = set(asked) - own.get(report.node, set()) - {*outdated.get(report.node, ())}
            steps = tuple(step for step in report.steps if step.step not in idle)
            kept.append(replace(report, steps=steps))
        complete = plan.with_steps(outdated)
        at_work = {name for group in complete.steps for name in group.nodes}
        return complete, [report for report in kept if report.node in at_work]


async def find_start_files(
    cluster: Cluster, names: Collection[str], snapshot: Snapshot
) -> StartFiles:
    """Return which steps write them on some nodes; nothing is changed.

    Nodes that provisioning has not set up are left out: their files are somebody's own.
    """

    async def ask(name: str) -> tuple[str, ...]:
        facts = {name: await ask_node(cluster, name, snapshot)}
        evidence = Evidence(cluster.config, cluster.nodes, snapshot, facts, now=time.time())
        return start_steps(evidence, name)

    found = StartFiles()
    for name, own in (await fan_out(list(names), ask)).items():
        if isinstance(own, PituiError):
            found.unknown[name] = own.message
        elif own:
            found.steps[name] = own
    return found


def _changed(report: NodeReport, asked: Collection[str]) -> tuple[str, ...]:
    return tuple(s.step for s in report.steps if s.step in asked and s.state in _CHANGES)
