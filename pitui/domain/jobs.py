"""What an application is made of: jobs, stages, tasks, SQL queries.

Sizes are bytes, times milliseconds, moments Unix time in seconds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil


class WorkState(StrEnum):
    """How a job, a stage, a task or a query stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    KILLED = "killed"
    SKIPPED = "skipped"
    """Of a stage: its result was there already."""
    UNKNOWN = "unknown"

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self in (WorkState.WAITING, WorkState.RUNNING)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tasks there are, and how they stand."""

    all: int = 0
    done: int = 0
    """Each counted once, however many attempts there were."""
    active: int = 0
    failed: int = 0
    """Failed attempts; a task may fail and then be done."""

    @property
    def fraction(self) -> float:
        """Tasks done of all, from 0 to 1; 0 where there are none."""
        return min(1.0, self.done / self.all) if self.all else 0.0


@dataclass(frozen=True, slots=True)
class Work:
    """What tasks did, summed up."""

    run_ms: int = 0
    gc_ms: int = 0
    input_bytes: int = 0
    output_bytes: int = 0
    shuffle_read: int = 0
    shuffle_write: int = 0
    spill_memory: int = 0
    spill_disk: int = 0

    @property
    def gc_share(self) -> float:
        """Share of the run time spent in garbage collection, 0 to 1."""
        return self.gc_ms / self.run_ms if self.run_ms else 0.0

    def __add__(self, other: "Work") -> "Work":
        """Return the sum of both."""
        return Work(
            self.run_ms + other.run_ms,
            self.gc_ms + other.gc_ms,
            self.input_bytes + other.input_bytes,
            self.output_bytes + other.output_bytes,
            self.shuffle_read + other.shuffle_read,
            self.shuffle_write + other.shuffle_write,
            self.spill_memory + other.spill_memory,
            self.spill_disk + other.spill_disk,
        )


@dataclass(frozen=True, slots=True)
class Quartiles:
    """How long the tasks of a stage took, in ms: the shape of its skew."""

    least: float
    first: float
    median: float
    third: float
    most: float

    @staticmethod
    def of(durations: Sequence[float]) -> "Quartiles | None":
        """Return the quartiles of some durations (nearest rank); None where there are none."""
        if not durations:
            return None
        ranked = sorted(durations)
        last = len(ranked) - 1
        marks = [ranked[ceil(share * last)] for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
        return Quartiles(*marks)

    @property
    def skewed(self) -> bool:
        """Whether the slowest task took three times the median, and a second more."""
        return self.most > 3 * self.median and self.most - self.median > 1000


@dataclass(frozen=True, slots=True)
class Task:
    """One attempt at a task."""

    id: int
    index: int
    attempt: int
    state: WorkState
    executor: str = ""
    host: str = ""
    launched_at: float | None = None
    duration_ms: int | None = None
    work: Work = Work()
    locality: str = ""
    speculative: bool = False
    error: str = ""
    """The whole message, with the traceback, where it failed."""
    node: str | None = None
    """The name of the node it runs on, where that is one of ours."""

    @property
    def ended_at(self) -> float | None:
        """When it ended, as far as that is known."""
        if self.state.active or self.launched_at is None or self.duration_ms is None:
            return None
        return self.launched_at + self.duration_ms / 1000


@dataclass(frozen=True, slots=True)
class Stage:
    """One attempt at a stage."""

    id: int
    attempt: int
    name: str
    state: WorkState
    tasks: Tally = Tally()
    submitted_at: float | None = None
    ended_at: float | None = None
    work: Work = Work()
    failure: str = ""
    """Why it failed, with the traceback of the last task."""
    times: Quartiles | None = None
    """Of its tasks that ended; None until it was asked for, or while none has."""
    slowest: Task | None = None

    @property
    def key(self) -> str:
        """Tells attempts apart: `7.0`, as Spark's own log writes it."""
        return f"{self.id}.{self.attempt}"


@dataclass(frozen=True, slots=True)
class SparkJob:
    """One job: what an action of the program set off."""

    id: int
    name: str
    state: WorkState
    description: str = ""
    stage_ids: tuple[int, ...] = ()
    tasks: Tally = Tally()
    stages: int = 0
    stages_done: int = 0
    stages_failed: int = 0
    stages_skipped: int = 0
    submitted_at: float | None = None
    ended_at: float | None = None
    work: Work = Work()


@dataclass(frozen=True, slots=True)
class SqlQuery:
    """One execution of SQL or of a data frame."""

    id: int
    description: str
    state: WorkState
    submitted_at: float | None = None
    duration_ms: int | None = None
    running_jobs: tuple[int, ...] = ()
    done_jobs: tuple[int, ...] = ()
    failed_jobs: tuple[int, ...] = ()
    plan: str = ""
    error: str = ""

    @property
    def jobs(self) -> tuple[int, ...]:
        """All of its jobs."""
        return tuple(sorted({*self.running_jobs, *self.done_jobs, *self.failed_jobs}))


class Origin(StrEnum):
    """Who told of an application's jobs."""

    DRIVER = "its driver"
    HISTORY = "the history server"
    EVENT_LOG = "its event log"


@dataclass(frozen=True, slots=True)
class Inside:
    """An application from the inside, as one of its origins shows it."""

    origin: Origin
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

    def with_sums(self) -> "Inside":
        """Return it with what the stages of each job did summed up in the job."""
        work: dict[int, Work] = {}
        for stage in self.stages:
            work[stage.id] = work.get(stage.id, Work()) + stage.work
        jobs = (replace(job, work=_sum(work, job.stage_ids)) for job in self.jobs)
        return replace(self, jobs=tuple(jobs))

    def stages_of(self, job_id: int) -> tuple[Stage, ...]:
        """Return the stages of a job, the last first."""
        job = self.job(job_id)
        wanted = set(job.stage_ids) if job else set()
        return tuple(stage for stage in self.stages if stage.id in wanted)


@dataclass(frozen=True, slots=True)
class Spot:
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
class Looked:
    """What a look at a spot found, or why it found nothing."""

    spot: Spot
    inside: Inside | None = None
    """None where nothing could be read."""
    tasks: tuple[Task, ...] = ()
    tasks_left_out: int = 0
    error: str = ""
    advice: str = ""

    @property
    def live(self) -> bool:
        """Whether another look may find something else soon."""
        return self.inside is None or self.inside.origin is Origin.DRIVER


def _sum(work: Mapping[int, Work], stages: Iterable[int]) -> Work:
    total = Work()
    for stage in stages:
        total += work.get(stage, Work())
    return total
