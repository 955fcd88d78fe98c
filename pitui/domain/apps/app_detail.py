"""An application from the inside, and the places that somebody can look at in there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from pitui.domain.apps.jobs import SparkJob, SqlQuery, Stage, Task
from pitui.domain.apps.work_counts import WorkDone, WorkState
from pitui.domain.cluster import Progress
from pitui.domain.spark_driver import DriverAge


class DetailOrigin(StrEnum):
    """Who told of an application's jobs."""

    DRIVER = "its driver"
    HISTORY = "the history server"
    EVENT_LOG = "its event log"


_NAMELESS = "$anonfun$"
"""Begins the names that Spark takes from a place in itself."""


@dataclass(frozen=True, slots=True)
class AppDetail:
    """An application from the inside, as one of its origins shows it."""

    origin: DetailOrigin
    jobs: tuple[SparkJob, ...] = ()
    stages: tuple[Stage, ...] = ()
    queries: tuple[SqlQuery, ...] = ()
    note: str = ""
    """What could not be read, or is not whole."""

    def job(self, job_id: int) -> SparkJob | None:
        """Return the job of that id, if there is one."""
        return next((job for job in self.jobs if job.id == job_id), None)

    def stage(self, stage_id: int, attempt: int) -> Stage | None:
        """Return that attempt at a stage, if there is one."""
        return next((s for s in self.stages if (s.id, s.attempt) == (stage_id, attempt)), None)

    def with_sums(self) -> "AppDetail":
        """Return it with what the stages of each job did summed up in the job."""
        work: dict[int, WorkDone] = {}
        for stage in self.stages:
            work[stage.id] = work.get(stage.id, WorkDone()) + stage.work
        jobs = (replace(job, work=_sum_of_stages(work, job.stage_ids)) for job in self.jobs)
        return replace(self, jobs=tuple(jobs))

    def named_by_queries(self) -> "AppDetail":
        """Return it with what adaptive execution submits named as its query is.

        Spark names these jobs and stages after a place in itself, all alike.
        """
        names = {job: query.description for query in self.queries for job in query.jobs}
        stages = {stage: names.get(job.id) for job in self.jobs for stage in job.stage_ids}
        return replace(
            self,
            jobs=tuple(_named_by_query(job, names.get(job.id)) for job in self.jobs),
            stages=tuple(_named_by_query(stage, stages.get(stage.id)) for stage in self.stages),
        )

    def when_over(self) -> "AppDetail":
        """Return it as it is once its application has ended: what went on then was killed."""
        return replace(
            self,
            jobs=tuple(_over(job) for job in self.jobs),
            stages=tuple(_over(stage) for stage in self.stages),
            queries=tuple(
                replace(q, state=WorkState.KILLED) if q.state.active else q for q in self.queries
            ),
        )

    def stages_of(self, job_id: int) -> tuple[Stage, ...]:
        """Return the stages of a job, the last first."""
        job = self.job(job_id)
        wanted = set(job.stage_ids) if job else set()
        return tuple(stage for stage in self.stages if stage.id in wanted)


@dataclass(frozen=True, slots=True)
class AppLocation:
    """A place inside an application: itself, a query, a job, an attempt at a stage, a task."""

    app_id: str
    query: int | None = None
    job: int | None = None
    stage: tuple[int, int] | None = None
    """Its id and attempt."""
    task: int | None = None

    def __str__(self) -> str:
        """Return it in words: `stage 7.0 of app-...`."""
        if self.task is not None:
            return f"task {self.task} of {self.app_id}"
        if self.stage is not None:
            return f"stage {self.stage[0]}.{self.stage[1]} of {self.app_id}"
        if self.job is not None:
            return f"job {self.job} of {self.app_id}"
        if self.query is not None:
            return f"query {self.query} of {self.app_id}"
        return self.app_id


@dataclass(frozen=True, slots=True)
class DetailResult:
    """What is at a location of an application, or why that could not be read."""

    location: AppLocation
    inside: AppDetail | None = None
    """None where nothing could be read."""
    tasks: tuple[Task, ...] = ()
    tasks_left_out: int = 0
    error: str = ""
    advice: str = ""
    age: DriverAge | None = None
    """Where what the driver said is old, or it takes long to answer."""

    @property
    def live(self) -> bool:
        """Whether another look may find something else soon."""
        return self.inside is None or self.inside.origin is DetailOrigin.DRIVER


_Counted = TypeVar("_Counted", SparkJob, Stage)


def _named_by_query(part: _Counted, name: str | None) -> _Counted:
    return replace(part, name=name) if name and part.name.startswith(_NAMELESS) else part


def _over(part: _Counted) -> _Counted:
    state = WorkState.KILLED if part.state.active else part.state
    return replace(part, state=state, tasks=replace(part.tasks, active=0))


def tasks_when_over(tasks: Iterable[Task]) -> tuple[Task, ...]:
    """Return tasks as they are once their application has ended: nobody wrote down the last end."""
    return tuple(
        replace(task, state=WorkState.KILLED, duration_ms=None) if task.state.active else task
        for task in tasks
    )


def progress_of(jobs: Sequence[SparkJob], stages: Iterable[Stage]) -> Progress:
    """Return how far an application is, by its jobs; the stages that run name what it is at.

    Spark calls a stage skipped only when its job ends, so until then it counts among those to do.
    """
    active = [stage for stage in stages if stage.state is WorkState.RUNNING]
    names = [stage.name for stage in sorted(active, key=lambda stage: stage.id)]
    names = names or [job.name for job in jobs if job.state is WorkState.RUNNING][:1]
    # What a failed job never got to would keep the whole below 100 % for ever.
    ended = sum(job.stages_done + job.stages_failed for job in jobs)
    return Progress(
        stages=ended + sum(_stages_left(job) for job in jobs),
        stages_done=ended,
        tasks=sum(j.tasks.done if j.state is WorkState.FAILED else j.tasks.all for j in jobs),
        tasks_done=sum(job.tasks.done for job in jobs),
        tasks_active=sum(job.tasks.active for job in jobs),
        tasks_failed=sum(job.tasks.failed for job in jobs),
        current=names[-1] if names else "",
    )


def _stages_left(job: SparkJob) -> int:
    ended = job.stages_done + job.stages_failed
    return job.stages - ended if job.state is WorkState.RUNNING else 0


def _sum_of_stages(work: Mapping[int, WorkDone], stages: Iterable[int]) -> WorkDone:
    total = WorkDone()
    for stage in stages:
        total += work.get(stage, WorkDone())
    return total
