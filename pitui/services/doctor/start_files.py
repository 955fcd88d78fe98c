"""What daemons are started from, looked up before a fix starts them."""

import time
from collections.abc import Collection, Mapping

from pitui.doctor.evidence import Evidence
from pitui.doctor.start_steps import start_steps
from pitui.domain.errors import PituiError
from pitui.domain.snapshot import Snapshot
from pitui.provision.engine.provision_report import NodeReport, StepState
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.doctor.gather_evidence import ask_node
from pitui.services.provisioning.provision import provisioning

_CHANGES = (StepState.WOULD_CHANGE, StepState.UNKNOWN)


async def outdated_start_steps(
    cluster: Cluster, names: Collection[str], snapshot: Snapshot
) -> Mapping[str, tuple[str, ...]]:
    """Return by node the steps that would change something in what its daemons are started from.

    Nothing is changed. Nodes that provisioning has not set up, or cannot reach, are left out: their
    files are somebody's own.
    """

    async def ask(name: str) -> tuple[str, ...]:
        facts = {name: await ask_node(cluster, name, snapshot)}
        evidence = Evidence(cluster.config, cluster.nodes, snapshot, facts, now=time.time())
        return start_steps(evidence, name)

    said = await fan_out(list(names), ask)
    steps = {name: own for name, own in said.items() if own and not isinstance(own, PituiError)}
    found: dict[str, tuple[str, ...]] = {}
    for wanted in dict.fromkeys(steps.values()):
        alike = [name for name, own in steps.items() if own == wanted]
        reports = await provisioning(
            cluster, cluster.prompter, lambda _step: None, names=alike, only=wanted, plan=True
        ).run()
        found |= {report.node: changed for report in reports if (changed := _changed(report))}
    return found


def _changed(report: NodeReport) -> tuple[str, ...]:
    """Return the steps that would change something; none where that could not be found out."""
    if not report.state.good:
        return ()
    return tuple(step.step for step in report.steps if step.state in _CHANGES)
