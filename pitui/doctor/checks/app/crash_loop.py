"""app.crash-loop: the executors of an application die one after the other."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error, warning
from pitui.domain.apps.executor_end import EXECUTOR_DEATHS
from pitui.domain.apps.stall_reason import StallKind
from pitui.domain.apps.why_waiting import SEE_ITS_LOG
from pitui.domain.cluster import ApplicationState

_RECENT = 3600.0
"""Seconds for which an application that was given up is worth a word."""


_LOGS = 4
"""Executors whose logs are looked at: the newest, which end as those before them did."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for app in evidence.snapshot.applications:
        if app.state.active:
            if app.stall is not None and app.stall.kind is StallKind.EXECUTORS_DIE:
                log = f"pitui logs {app.id}/{app.stall.executor} ; " if app.stall.executor else ""
                yield error(
                    f"{app.name}: {app.stall.reason}",
                    f"{log}pitui kill {app.id}" if app.fix in ("", SEE_ITS_LOG) else app.fix,
                    application=app.id,
                    log=FindingLine(EXECUTOR_DEATHS, executor_logs(evidence, app.id)),
                )
            continue
        ended = app.submitted_at + app.duration_s
        if app.state is ApplicationState.FAILED and evidence.now - ended < _RECENT:
            yield warning(
                f"{app.name} was given up, because its executors died one after the other",
                f"pitui jobs {app.id} ; pitui logs {app.id}/0  shows what the first one said",
                application=app.id,
                detail="Spark removes an application after ten such deaths "
                "(spark.deploy.maxExecutorRetries)",
                log=FindingLine(EXECUTOR_DEATHS, executor_logs(evidence, app.id)),
            )


def executor_logs(evidence: Evidence, app: str) -> tuple[str, ...]:
    """Return the logs of an application's newest executors, as `pitui logs` names them."""
    ids = [e.id for e in evidence.snapshot.executors.get(app, ()) if e.id.isdigit()]
    known = evidence.snapshot.application(app)
    latest = known.stall.executor if known is not None and known.stall is not None else ""
    if latest:
        # The master no longer lists it, and others may have begun since.
        ids = [*(one for one in ids if one != latest), latest]
    return tuple(f"{app}/{one}" for one in ids[-_LOGS:])


CHECK = Check(
    id="app.crash-loop",
    title="Executors of an application die one after the other",
    why="The master starts them again and again: it holds cores, and nothing is ever done",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("app.exit-code",),
)
