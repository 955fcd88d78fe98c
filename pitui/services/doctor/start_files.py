"""What daemons are started from, looked up before a fix starts them."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class StartFiles:
    """What was found out about the files that daemons are started from, by node."""

    outdated: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The steps of provisioning that would change something in them."""
    unknown: dict[str, str] = field(default_factory=dict)
    """Why nobody can tell."""


async def look_at_start_files(
    cluster: Cluster, names: Collection[str], snapshot: Snapshot
) -> StartFiles:
    """Return what provisioning would change in them; nothing is changed.

    Nodes that provisioning has not set up are left out: their files are somebody's own.
    """

    async def ask(name: str) -> tuple[str, ...]:
        facts = {name: await ask_node(cluster, name, snapshot)}
        evidence = Evidence(cluster.config, cluster.nodes, snapshot, facts, now=time.time())
        return start_steps(evidence, name)

    said = await fan_out(list(names), ask)
    found = StartFiles()
    steps: dict[str, tuple[str, ...]] = {}
    for name, own in said.items():
        if isinstance(own, PituiError):
            found.unknown[name] = own.message
        elif own:
            steps[name] = own
    for wanted in dict.fromkeys(steps.values()):
        alike = [name for name, own in steps.items() if own == wanted]
        reports = await provisioning(
            cluster, cluster.prompter, lambda _step: None, names=alike, only=wanted, plan=True
        ).run()
        for report in reports:
            if not report.state.good:
                found.unknown[report.node] = report.error or str(report.state)
            elif changed := _changed(report):
                found.outdated[report.node] = changed
    return found


def _changed(report: NodeReport) -> tuple[str, ...]:
    return tuple(step.step for step in report.steps if step.state in _CHANGES)
