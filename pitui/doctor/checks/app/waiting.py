"""app.waiting: an application gets no executor, or does not move, and pitui knows why."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.checks.memory.executor_does_not_fit import executor_does_not_fit
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding
from pitui.doctor.severity import FindingSeverity
from pitui.domain.apps.stall_reason import StallKind
from pitui.domain.cluster import ApplicationState
from pitui.domain.text.printable import time_span

_SHORT = 30.0
"""Seconds of waiting that are usual."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for app in evidence.snapshot.applications:
        stall = app.stall
        if not app.state.active or stall is None or app.duration_s < _SHORT:
            continue
        if stall.kind is not StallKind.WAITS or executor_does_not_fit(evidence, app):
            continue
        waits = app.state is ApplicationState.WAITING
        for_long = f"has waited for {time_span(app.duration_s)}" if waits else "does not move"
        yield Finding(
            FindingSeverity.WARNING if waits else FindingSeverity.INFO,
            f"{app.name} {for_long}: {stall.reason}",
            stall.fix or f"pitui jobs {app.id}",
            application=app.id,
        )


CHECK = Check(
    id="app.waiting",
    title="An application waits",
    why="Spark itself only says `Initial job has not accepted any resources`",
    reads=Reads.SNAPSHOT,
    rule=_rule,
)
