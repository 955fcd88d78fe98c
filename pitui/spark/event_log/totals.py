"""What the events of one job, stage or query amount to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pitui.domain.apps.jobs import SparkJob, SqlQuery, Stage, Task, TaskTimes
from pitui.domain.apps.work_counts import Tally, WorkDone, WorkState
from pitui.spark.event_log.events import (
    DriverFigures,
    JobEnded,
    JobStarted,
    PlanChanged,
    PlanNode,
    QueryEnded,
    QueryStarted,
    StageInfo,
    TaskEnded,
    TaskMetrics,
    TaskStarted,
)
from pitui.spark.event_log.plans import QueryPlan, StagePlan, stage_plan
from pitui.spark.json_reader import NANOSECONDS, unix_seconds


@dataclass(slots=True)
class StageSum:
    """One attempt at a stage, as far as its events came."""

    id: int
    attempt: int
    info: StageInfo | None = None
    begun: bool = False
    """Whether it was submitted: a stage that never was is skipped."""
    plan: StagePlan = field(default_factory=StagePlan)
    tasks: dict[int, Task] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    failed: int = 0
    active: int = 0
    work: WorkDone = field(default_factory=WorkDone)

    def submitted(self, info: StageInfo) -> None:
        """Take note that it was submitted, or that it ended."""
        self.begun = True
        self.plan = stage_plan(info.rdds)
        self.outline(info)

    def outline(self, info: StageInfo) -> None:
        """Take note of what it is; its RDDs, which may be hundreds, are not kept."""
        info.rdds = []
        self.info = info

    def starts(self, event: TaskStarted) -> None:
        """Take note of a task that began."""
        self.active += 1
        self.tasks[event.info.id] = _task_of_event(event, WorkState.RUNNING)

    def ends(self, event: TaskEnded, *, keep: bool) -> None:
        """Take note of a task that ended."""
        self.active = max(0, self.active - 1)
        state = _ended_state(event)
        if state is WorkState.DONE:
            self.done.add(event.info.index)
        self.failed += state is WorkState.FAILED
        task = _task_of_event(event, state)
        self.work += task.work
        if keep:
            self.tasks[event.info.id] = task
        else:
            self.tasks.pop(event.info.id, None)

    def value(self, *, over: bool) -> Stage:
        """Return the stage; `over` says whether the application has ended."""
        info = self.info or StageInfo(self.id, self.attempt)
        return Stage(
            id=self.id,
            attempt=self.attempt,
            name=info.name,
            state=self._state(info, over=over),
            tasks=Tally(info.tasks, len(self.done), 0 if over else self.active, self.failed),
            submitted_at=_seconds(info.submitted),
            ended_at=_seconds(info.completed),
            work=self.work,
            failure=info.failure or "",
        )

    def _state(self, info: StageInfo, *, over: bool) -> WorkState:
        if info.failure:
            return WorkState.FAILED
        if info.completed:
            return WorkState.DONE
        if not self.begun:
            return WorkState.SKIPPED if over else WorkState.WAITING
        return WorkState.KILLED if over else WorkState.RUNNING


@dataclass(slots=True)
class JobSum:
    """One job, as far as its events came."""

    start: JobStarted
    end: JobEnded | None = None

    def value(self, stages: Iterable[Stage], *, over: bool) -> SparkJob:
        """Return the job with the sums of its stages."""
        ids = self.start.stage_ids or sorted({info.stage_id for info in self.start.stage_infos})
        own = [stage for stage in stages if stage.id in set(ids)]
        counted = [stage for stage in own if stage.state is not WorkState.SKIPPED]
        names = [info.name for info in self.start.stage_infos if info.name]
        properties = self.start.properties
        work = WorkDone()
        for stage in own:
            work += stage.work
        return SparkJob(
            id=self.start.job_id,
            name=properties.get("callSite.short") or (names[-1] if names else ""),
            state=self._state(failed=_last_attempt_failed(own), over=over),
            description=properties.get("spark.job.description") or "",
            stage_ids=tuple(ids),
            tasks=Tally(
                all=sum(stage.tasks.all for stage in counted),
                done=sum(stage.tasks.done for stage in counted),
                active=sum(stage.tasks.active for stage in counted),
                failed=sum(stage.tasks.failed for stage in counted),
            ),
            stages=len({stage.id for stage in counted}),
            stages_done=sum(stage.state is WorkState.DONE for stage in own),
            stages_failed=sum(stage.state is WorkState.FAILED for stage in own),
            stages_skipped=sum(stage.state is WorkState.SKIPPED for stage in own),
            submitted_at=_seconds(self.start.submitted),
            ended_at=_seconds(self.end.completed) if self.end else None,
            work=work,
        )

    def _state(self, *, failed: bool, over: bool) -> WorkState:
        """Return the state; `failed` says whether a stage has failed, for an end without result."""
        if self.end is None:
            return WorkState.KILLED if over else WorkState.RUNNING
        if not self.end.result.result:
            return WorkState.FAILED if failed else WorkState.DONE
        return WorkState.DONE if self.end.result.result == "JobSucceeded" else WorkState.FAILED


@dataclass(slots=True)
class QuerySum:
    """One SQL execution, as far as its events came."""

    start: QueryStarted
    jobs: list[int] = field(default_factory=list)
    end: QueryEnded | None = None
    plan: QueryPlan = field(default_factory=QueryPlan)

    def __post_init__(self) -> None:
        """Take the first plan; the tree itself, which may be large, is not kept."""
        self.plan.take(self.start.root)
        self.start.root = PlanNode()

    def take(self, event: QueryEnded | PlanChanged | DriverFigures) -> None:
        """Take note of its end, of another plan, or of figures."""
        match event:
            case QueryEnded():
                self.end = event
            case PlanChanged():
                self.plan.take(event.root)
            case DriverFigures():
                self.plan.take_figures(event)

    def value(self, jobs: Mapping[int, WorkState], *, over: bool) -> SqlQuery:
        """Return the query; `jobs` are the states of all jobs."""

        def of(*states: WorkState) -> tuple[int, ...]:
            return tuple(job for job in self.jobs if jobs.get(job) in states)

        failed = of(WorkState.FAILED, WorkState.KILLED)
        return SqlQuery(
            id=self.start.id,
            description=self.start.description,
            state=self._state(failed=bool(failed), over=over),
            submitted_at=_seconds(self.start.time),
            duration_ms=self.end.time - self.start.time if self.end else None,
            running_jobs=of(WorkState.RUNNING),
            done_jobs=of(WorkState.DONE),
            failed_jobs=failed,
            plan=self.start.plan,
            error=(self.end.error or "") if self.end else "",
        )

    def _state(self, *, failed: bool, over: bool) -> WorkState:
        if self.end is None:
            return WorkState.KILLED if over else WorkState.RUNNING
        return WorkState.FAILED if failed or self.end.error else WorkState.DONE


def _last_attempt_failed(stages: Iterable[Stage]) -> bool:
    """Say whether the last attempt at a stage failed."""
    last: dict[int, Stage] = {}
    for stage in stages:
        if stage.id not in last or stage.attempt > last[stage.id].attempt:
            last[stage.id] = stage
    return any(stage.state is WorkState.FAILED for stage in last.values())


def _ended_state(event: TaskEnded) -> WorkState:
    reason = event.reason.reason
    if reason == "TaskKilled" or (not reason and event.info.killed):
        return WorkState.KILLED
    if reason == "Success" or (not reason and not event.info.failed):
        return WorkState.DONE
    return WorkState.FAILED


def _task_of_event(event: TaskStarted | TaskEnded, state: WorkState) -> Task:
    info = event.info
    metrics = event.metrics if isinstance(event, TaskEnded) else None
    error = ""
    if isinstance(event, TaskEnded) and state is not WorkState.DONE:
        reason = event.reason
        error = (
            reason.trace
            or reason.description
            or reason.message
            or reason.loss
            or reason.kill
            or reason.reason
        )
    return Task(
        id=info.id,
        index=info.index,
        attempt=info.attempt,
        state=state,
        executor=info.executor,
        host=info.host,
        launched_at=_seconds(info.launched),
        # The driver's clock may have been set back meanwhile.
        duration_ms=max(0, info.finished - info.launched) if info.finished else None,
        work=_work_of_task(metrics) if metrics else WorkDone(),
        locality=info.locality,
        speculative=info.speculative,
        error=error,
        times=_times_of_metrics(metrics) if metrics else None,
    )


def _times_of_metrics(metrics: TaskMetrics) -> TaskTimes:
    return TaskTimes(
        cpu_ms=metrics.cpu / NANOSECONDS,
        fetch_wait_ms=metrics.shuffle_read.wait,
        shuffle_write_ms=metrics.shuffle_write.time / NANOSECONDS,
    )


def _work_of_task(metrics: TaskMetrics) -> WorkDone:
    return WorkDone(
        run_ms=metrics.run,
        gc_ms=metrics.gc,
        input_bytes=metrics.input.read,
        output_bytes=metrics.output.written,
        shuffle_read=metrics.shuffle_read.remote + metrics.shuffle_read.local,
        shuffle_write=metrics.shuffle_write.written,
        spill_memory=metrics.spill_memory,
        spill_disk=metrics.spill_disk,
        result_bytes=metrics.result,
    )


def _seconds(milliseconds: int | None) -> float | None:
    return unix_seconds(milliseconds or 0) or None
