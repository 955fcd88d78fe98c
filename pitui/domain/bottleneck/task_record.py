"""An application as its tasks tell it: what bound it is computed from nothing but this."""

from dataclasses import dataclass, field, replace
from statistics import median_low

from pitui.domain.apps.jobs import Stage, Task

_TINY_MS = 200
_TINY_A_CORE = 20

MUCH_MORE_DATA = 2.0
"""Times the median of its stage from which on a task has more data than the others."""

_ROUNDED = 0.002
"""Seconds by which Spark's moments, in whole ms, may be before those of a program."""


@dataclass(frozen=True, slots=True)
class ExecutorRecord:
    """An executor, and when its cores were the application's. Moments are Unix time."""

    id: str
    node: str
    """The node's name, else the host as Spark calls it."""
    cores: int
    added_at: float
    removed_at: float | None = None
    removed_because: str = ""
    """Why it is gone, in the driver's words."""


@dataclass(frozen=True, slots=True)
class CostlyExpression:
    """What a stage computes of its data."""

    text: str
    """Cut to be shown."""
    key: str
    """Equal where the whole text and the data are the same."""
    length: int
    """Of the whole text."""


@dataclass(frozen=True, slots=True)
class StageRecord:
    """One attempt at a stage, with its tasks."""

    stage: Stage
    tasks: tuple[Task, ...] = ()
    python: bool | None = None
    """Whether it computes in Python; None where that is not known."""
    operators: frozenset[str] = frozenset()
    """Of its plan: `FileScan`, `CartesianProduct`, ..."""
    computes: frozenset[int] = frozenset()
    """Ids of the RDDs that it computes and that nobody asked to keep."""
    keeps: bool = False
    """Whether it makes or uses an RDD that is kept (cached)."""
    rows: frozenset[str] = frozenset()
    """Names of the rows that it makes by its plan: equal where they are made of the same."""
    in_one_task: bool = False
    """Whether its plan wants all rows in one task."""
    expressions: frozenset[CostlyExpression] = frozenset()
    """Costly ones that it computes."""
    packed: bool = False
    """Whether it reads packed files (gzip), of each of which one task has to read all."""

    @property
    def key(self) -> tuple[int, int]:
        """Return what tells attempts apart."""
        return self.stage.id, self.stage.attempt

    @property
    def median_ms(self) -> float:
        """Return the median duration of its tasks that ended; 0 where none did."""
        ended = [t.duration_ms for t in self.tasks if t.ended_at and t.duration_ms is not None]
        return median_low(ended) if ended else 0.0

    @property
    def median_bytes(self) -> int:
        """Return the median of what its tasks read; 0 where it has none."""
        return median_low(map(bytes_read, self.tasks)) if self.tasks else 0

    @property
    def work_seconds(self) -> float:
        """Return the run time of its tasks."""
        return sum(task.work.run_ms for task in self.tasks) / 1000

    @property
    def longest(self) -> Task | None:
        """Return the task that took longest, of those that ended."""
        ended = [task for task in self.tasks if task.ended_at is not None]
        return max(ended, key=lambda task: task.duration_ms or 0, default=None)


@dataclass(frozen=True, slots=True)
class FilesRead:
    """Files that a query read, whole or in parts."""

    count: int
    size: int
    """Bytes of these files, of which a query may need a few columns only; 0 where not known."""


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """An application from its start to its end, or to now."""

    began_at: float
    ended_at: float
    executors: tuple[ExecutorRecord, ...] = ()
    stages: tuple[StageRecord, ...] = ()
    """Attempts that began."""
    task_cpus: int = 1
    """Cores that a task holds (`spark.task.cpus`)."""
    note: str = ""
    """What of it is missing."""
    files: dict[int, FilesRead] = field(default_factory=dict)
    """Files that each stage read, where that is known."""
    streaming: bool = False
    """Whether some of its jobs are batches of a streaming query."""

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return max(0.0, self.ended_at - self.began_at)

    def from_first_stage_to_last(self) -> "ApplicationRecord":
        """Return it without its start and its end, where there is a stage that has ended."""
        begins = [one.stage.submitted_at for one in self.stages if one.stage.submitted_at]
        ends = [one.stage.ended_at for one in self.stages if one.stage.ended_at]
        if not begins or not ends:
            return self
        return self._cut(max(self.began_at, min(begins)), min(self.ended_at, max(ends)))

    def between(self, began: float, ended: float) -> "ApplicationRecord":
        """Return it with nothing but the stages that began between two moments."""
        begin = began - _ROUNDED
        inside = [one for one in self.stages if begin <= (one.stage.submitted_at or 0.0) < ended]
        return replace(self._cut(began, ended), stages=tuple(inside))

    def _cut(self, began: float, ended: float) -> "ApplicationRecord":
        there = tuple(
            replace(executor, added_at=max(began, executor.added_at))
            for executor in self.executors
            if executor.added_at < ended and (executor.removed_at or ended) > began
        )
        return replace(self, began_at=began, ended_at=ended, executors=there)


def node_of(task: Task) -> str:
    """Return the node that a task ran on, else the host as Spark calls it."""
    return task.node or task.host


def bytes_read(task: Task) -> int:
    """Return what a task read, of files and of shuffles."""
    return task.work.input_bytes + task.work.shuffle_read


def had_more_data(task: Task, median_bytes: int) -> bool:
    """Say whether a task's data explains that it took longer than the others of its stage."""
    return bytes_read(task) > MUCH_MORE_DATA * max(1, median_bytes)


def many_tiny_tasks(stage: StageRecord, cores: int) -> bool:
    """Say whether a stage has so many and so small tasks that what each takes besides counts."""
    return len(stage.tasks) > _TINY_A_CORE * cores and stage.median_ms < _TINY_MS
