"""What an application is made of: jobs, stages, tasks, SQL queries.

Sizes are bytes, times milliseconds, moments Unix time in seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pitui.domain.apps.work_counts import Quartiles, Tally, WorkDone, WorkState


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """Where a task's run time went, in ms, as the task measured it.

    What its duration has besides is scheduling: it was sent, taken apart, its result sent back.
    """

    cpu_ms: float = 0.0
    """CPU time of the JVM's task thread alone: not of Python workers, not of GC."""
    fetch_wait_ms: int = 0
    """Blocked until shuffle data of other nodes came."""
    shuffle_write_ms: float = 0.0
    """Writing shuffle files, into the page cache at least."""


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
    work: WorkDone = field(default_factory=WorkDone)
    locality: str = ""
    speculative: bool = False
    error: str = ""
    """The whole message, with the traceback, where it failed."""
    node: str | None = None
    """The name of the node it runs on, where that is one of ours."""
    times: TaskTimes | None = None
    """None where it left no metrics: lost, killed, or failed early."""

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
    """What it does and where the program says so: `groupByKey at app.py:9`."""
    state: WorkState
    tasks: Tally = field(default_factory=Tally)
    submitted_at: float | None = None
    ended_at: float | None = None
    work: WorkDone = field(default_factory=WorkDone)
    description: str = ""
    """Of its job, where the program gave it one."""
    failure: str = ""
    """Why it failed, with the traceback of the last task."""
    times: Quartiles | None = None
    """Of its tasks that ended; None until it was asked for, or while none has."""
    slowest: Task | None = None

    @property
    def key(self) -> str:
        """Tells attempts apart: `7.0`, as Spark's own log writes it."""
        return f"{self.id}.{self.attempt}"

    def with_times(self, tasks: Iterable[Task]) -> "Stage":
        """Return it with the quartiles and the slowest of its tasks that were done."""
        done = [task for task in tasks if task.state is WorkState.DONE]
        timed = [(task.duration_ms, task) for task in done if task.duration_ms is not None]
        _, slowest = max(timed, key=lambda pair: pair[0], default=(None, None))
        return replace(self, times=Quartiles.of([ms for ms, _ in timed]), slowest=slowest)


@dataclass(frozen=True, slots=True)
class SparkJob:
    """One job: what an action of the program set off."""

    id: int
    name: str
    state: WorkState
    description: str = ""
    stage_ids: tuple[int, ...] = ()
    tasks: Tally = field(default_factory=Tally)
    stages: int = 0
    stages_done: int = 0
    stages_failed: int = 0
    stages_skipped: int = 0
    submitted_at: float | None = None
    ended_at: float | None = None
    work: WorkDone = field(default_factory=WorkDone)


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
