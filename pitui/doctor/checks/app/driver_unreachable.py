"""app.driver-unreachable: executors start, cannot reach their driver, and end."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.checks.app.crash_loop import executor_logs
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error
from pitui.domain.apps.executor_end import EXECUTOR_DEATHS
from pitui.domain.apps.why_waiting import DRIVER_UNREACHABLE

_SAID = ("Cannot register with driver", *EXECUTOR_DEATHS)


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for app in evidence.snapshot.applications:
        if app.state.active and (app.why_waiting or "").startswith(DRIVER_UNREACHABLE):
            yield error(
                f"{app.name}: {app.why_waiting}",
                app.fix,
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
