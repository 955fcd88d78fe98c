"""What an event log tells of where an application's time went, as one record."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pitui.domain.apps.app_detail import tasks_when_over
from pitui.domain.apps.jobs import Task
from pitui.domain.bottleneck.task_record import (
    ApplicationRecord,
    ExecutorRecord,
    FilesRead,
    StageRecord,
)
from pitui.spark.event_log.events import ApplicationStarted, Ended, ExecutorAdded, ExecutorRemoved
from pitui.spark.event_log.plans import QueryPlan
from pitui.spark.event_log.totals import JobSum, QuerySum, StageSum
from pitui.spark.json_reader import unix_seconds

_STREAMING = "sql.streaming.queryId"
"""The property that the jobs of a streaming query have."""

NodeOf = Callable[[str, str], str | None]
"""Returns the name of an executor's node: by the executor's id and its host."""


@dataclass(slots=True)
class ExecutorSum:
    """One executor, as far as its events came."""

    start: ExecutorAdded
    end: ExecutorRemoved | None = None


@dataclass(frozen=True, slots=True)
class Events:
    """What was read of a log."""

    started: ApplicationStarted | None
    ended: Ended | None
    jobs: Mapping[int, JobSum]
    stages: Mapping[tuple[int, int], StageSum]
    queries: Mapping[int, QuerySum]
    executors: Mapping[str, ExecutorSum]
    task_cpus: int
    cut: bool
    """Whether there were more tasks than are kept: the record then ends with the last of them."""
    compacted: bool
    """Whether what was done is left out: what is left would say that nothing was done."""
    note: str


def application_record(events: Events, node_of: NodeOf) -> ApplicationRecord:
    """Return the record of an application."""
    plans = _plans_by_stage(events)
    # The job of a DataFrame that is used as an RDD names no query, and its query no job.
    alone = [query.plan for query in events.queries.values() if not query.jobs]
    stages = [
        _stage_record(stage, plans.get(stage.id), alone, node_of, over=events.ended is not None)
        for _, stage in sorted(events.stages.items())
        if stage.begun and not events.compacted
    ]
    executors = tuple(_executor_record(executor, node_of) for executor in events.executors.values())
    last = max(_task_ends(stages), default=0.0)
    ended = unix_seconds(events.ended.timestamp) if events.ended and not events.cut else 0.0
    until = max(ended, last)
    began = unix_seconds(events.started.timestamp) if events.started else 0.0
    earliest = min((s.stage.submitted_at for s in stages if s.stage.submitted_at), default=until)
    began = began or earliest
    return ApplicationRecord(
        began,
        began if events.compacted else until,
        executors,
        tuple(s for s in stages if (s.stage.submitted_at or 0.0) <= until),
        events.task_cpus,
        events.note,
        _files_by_stage(stages, plans),
        any(_STREAMING in job.start.properties for job in events.jobs.values()),
    )


def _task_ends(stages: Iterable[StageRecord]) -> Iterable[float]:
    for stage in stages:
        yield from (task.ended_at for task in stage.tasks if task.ended_at is not None)


def _stage_record(
    stage: StageSum,
    plan: QueryPlan | None,
    alone: Sequence[QueryPlan],
    node_of: NodeOf,
    *,
    over: bool,
) -> StageRecord:
    def named(task: Task) -> Task:
        return replace(task, node=node_of(task.executor, task.host))

    tasks = sorted(stage.tasks.values(), key=lambda task: task.id)
    own = stage.plan
    operators = plan.operators(own.operators) if plan else own.operators
    return StageRecord(
        stage.value(over=over),
        tuple(named(task) for task in (tasks_when_over(tasks) if over else tasks)),
        own.python,
        operators,
        own.computes,
        own.keeps,
        plan.rows_of(own.operators) if plan else frozenset(),
        plan.wants_one_task(own.operators) if plan else False,
        plan.expressions_of(own.operators) if plan else frozenset(),
        own.packed or any(p.reads_packed(own.operators) for p in ([plan] if plan else alone)),
    )


def _executor_record(executor: ExecutorSum, node_of: NodeOf) -> ExecutorRecord:
    start, end = executor.start, executor.end
    return ExecutorRecord(
        start.id,
        node_of(start.id, start.info.host) or start.info.host,
        start.info.cores,
        unix_seconds(start.timestamp),
        unix_seconds(end.timestamp) if end else None,
        end.reason if end else "",
    )


def _plans_by_stage(events: Events) -> dict[int, QueryPlan]:
    return {
        stage: query.plan
        for query in events.queries.values()
        for job in query.jobs
        if job in events.jobs
        for stage in events.jobs[job].start.stage_ids
    }


def _files_by_stage(
    stages: Iterable[StageRecord], plans: Mapping[int, QueryPlan]
) -> dict[int, FilesRead]:
    """Return the files of queries of which one stage alone read something."""
    reading: dict[int, list[int]] = {}
    for stage in stages:
        if stage.stage.work.input_bytes and stage.stage.id in plans:
            reading.setdefault(id(plans[stage.stage.id]), []).append(stage.stage.id)
    return {
        own[0]: plans[own[0]].files
        for own in reading.values()
        if len(own) == 1 and plans[own[0]].files.count
    }
