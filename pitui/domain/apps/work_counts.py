"""What jobs, stages and tasks have in common: their state, their tasks counted, what they did.

Sizes are bytes, times milliseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
class WorkDone:
    """What tasks did, summed up."""

    run_ms: int = 0
    gc_ms: int = 0
    input_bytes: int = 0
    output_bytes: int = 0
    shuffle_read: int = 0
    shuffle_write: int = 0
    spill_memory: int = 0
    spill_disk: int = 0
    result_bytes: int = 0
    """Sent to the driver."""

    @property
    def gc_share(self) -> float:
        """Share of the run time spent in garbage collection, 0 to 1."""
        return self.gc_ms / self.run_ms if self.run_ms else 0.0

    def __add__(self, other: "WorkDone") -> "WorkDone":
        """Return the sum of both."""
        return WorkDone(
            self.run_ms + other.run_ms,
            self.gc_ms + other.gc_ms,
            self.input_bytes + other.input_bytes,
            self.output_bytes + other.output_bytes,
            self.shuffle_read + other.shuffle_read,
            self.shuffle_write + other.shuffle_write,
            self.spill_memory + other.spill_memory,
            self.spill_disk + other.spill_disk,
            self.result_bytes + other.result_bytes,
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
