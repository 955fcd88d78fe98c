"""app.driver-unreachable: executors start, cannot reach their driver, and end."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.domain.apps.stall import DRIVER_UNREACHABLE


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for app in evidence.snapshot.applications:
        if app.state.active and (app.why_waiting or "").startswith(DRIVER_UNREACHABLE):
            yield error(f"{app.name}: {app.why_waiting}", app.fix, application=app.id)


CHECK = Check(
    id="app.driver-unreachable",
    title="Executors cannot reach their driver",
    why="They start and end again, and no task is ever done: so it is behind NAT or a firewall",
    reads=Reads.SNAPSHOT,
    rule=_rule,
)
