"""app.exit-code: executors ended by themselves, and their exit code says why."""

from collections import defaultdict
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine
from pitui.doctor.severity import FindingSeverity
from pitui.domain.apps.executor_end import EXECUTOR_DEATHS, EndKind, end_of
from pitui.domain.bottleneck.task_record import ExecutorRecord
from pitui.domain.text.number_words import counted

_RECENT = 3600.0
_STOPPED = 143
"""What it or its worker was told to do, by SIGTERM."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for one in evidence.apps.values():
        ended: dict[int, list[ExecutorRecord]] = defaultdict(list)
        for executor in one.record.executors if one.record is not None else ():
            end = end_of(executor.removed_because)
            old = evidence.now - (executor.removed_at or 0.0) > _RECENT
            if end.kind is EndKind.LOST and end.code and end.code != _STOPPED and not old:
                ended[end.code].append(executor)
        for code, executors in ended.items():
            means = end_of(f"exited with code {code}").meaning or "a code that is not Spark's own"
            nodes = ", ".join(dict.fromkeys(executor.node for executor in executors))
            number = counted(len(executors), "executor")
            yield Finding(
                FindingSeverity.WARNING if one.app.state.active else FindingSeverity.INFO,
                f"{number} of {one.app.name} ended with code {code} on {nodes}: {means}",
                f"pitui logs {one.app.id}/{executors[-1].id} ; pitui doctor --only memory,logs",
                application=one.app.id,
                about=str(code),
                log=_line_of_end(evidence, one.app.id, executors[-1]),
            )


def _line_of_end(evidence: Evidence, app: str, executor: ExecutorRecord) -> FindingLine:
    """Return what explains an end: a line of the executor's own log, else its worker's word."""
    name = f"{app}/{executor.id}"
    own = ("OutOfMemoryError", rf"Executor {name} finished with state", *EXECUTOR_DEATHS)
    worker = (executor.node,) if executor.node in evidence.nodes else ()
    return FindingLine(own, (name, *worker))


CHECK = Check(
    id="app.exit-code",
    title="Executors ended by themselves",
    why="Their tasks are done again elsewhere, with what they had computed; Spark names the code "
    "alone",
    reads=Reads.APPLICATIONS,
    rule=_rule,
)
