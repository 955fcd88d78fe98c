"""app.driver-unreachable: executors start, cannot reach their driver, and end."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.checks.app.crash_loop import executor_logs
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error
from pitui.domain.apps.executor_end import EXECUTOR_DEATHS
from pitui.domain.apps.stall_reason import StallKind

_SAID = ("Cannot register with driver", *EXECUTOR_DEATHS)


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for app in evidence.snapshot.applications:
        stall = app.stall if app.state.active else None
        if stall is not None and stall.kind is StallKind.DRIVER_UNREACHABLE:
            yield error(
                f"{app.name}: {stall.reason}",
                stall.fix,
                application=app.id,
                log=FindingLine(_SAID, executor_logs(evidence, app.id)),
            )


CHECK = Check(
    id="app.driver-unreachable",
    title="Executors cannot reach their driver",
    why="They start and end again, and no task is ever done: so it is behind NAT or a firewall",
    reads=Reads.SNAPSHOT,
    rule=_rule,
)
