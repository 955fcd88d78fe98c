"""app.idle-holds-cores: a shell or notebook does nothing, and keeps its cores."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import ApplicationState
from pitui.domain.text.printable import time_span

_LONG = 1800.0
"""Seconds without a stage after which an application is taken to be forgotten."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    waiting = [
        app.name for app in evidence.snapshot.applications if app.state is ApplicationState.WAITING
    ]
    for one in evidence.apps.values():
        app, since = one.app, one.idle_since()
        if app.state is not ApplicationState.RUNNING or not app.cores or since is None:
            continue
        idle = evidence.now - max(since, app.submitted_at)
        if idle < _LONG:
            continue
        wanted = f", while {', '.join(waiting)} waits" if waiting else ""
        yield Finding(
            FindingSeverity.WARNING if waiting else FindingSeverity.INFO,
            f"{app.name} has done nothing for {time_span(idle)}, and holds {app.cores} "
            f"cores{wanted}",
            f"end it, or: pitui kill {app.id} ; so that it gives them back by itself: --conf "
            "spark.dynamicAllocation.enabled=true "
            "--conf spark.dynamicAllocation.shuffleTracking.timeout=10min",
            application=app.id,
        )


CHECK = Check(
    id="app.idle-holds-cores",
    title="An application does nothing and holds cores",
    why="In standalone mode an application has its cores until it ends, whether it uses them or "
    "not",
    reads=Reads.APPLICATIONS,
    rule=_rule,
    explains=("app.waiting",),
)
