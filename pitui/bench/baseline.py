"""Baselines: runs that were kept, against which later runs of the same kind are held; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from pitui.bench.compare_runs import other_work_reasons, seconds_of
from pitui.domain.apps.recorded_run import Run
from pitui.domain.errors import UsageError

LEAST_REPEATS = 2
"""A baseline needs a spread of its own; what is within it is no news."""


@dataclass(frozen=True, slots=True)
class BaselineCheck:
    """A run against its baseline."""

    run: Run
    baseline: Run
    ratio: float
    """How many times as long the run took, by the medians."""
    spread: float
    """Seconds: the wider of the spreads of both."""
    slower: bool
    """Whether it took longer by more than the spread."""

    @property
    def text(self) -> str:
        """The check in words, with its figures."""
        took, before = (run.median_seconds or 0.0 for run in (self.run, self.baseline))
        figures = f"{took:.2f} s against {before:.2f} s of {self.baseline.id}"
        words = f"{self.ratio:.2f} times as long as" if self.slower else "not slower than"
        return f"{words} its baseline: {figures}, spread {self.spread:.2f} s"


def same_kind(one: Run, other: Run) -> bool:
    """Say whether two runs are of one benchmark, run in one way on as many workers."""
    return _kind_of_run(one) == _kind_of_run(other)


def _kind_of_run(run: Run) -> tuple[object, ...]:
    parameters = sorted((name, value) for name, value in run.parameters.items() if value)
    return (
        run.cluster,
        run.name,
        tuple(parameters),
        run.local,
        run.workers,
        run.executor_memory_mib,
        run.executor_cores,
    )


def check_baseline(run: Run, baselines: Iterable[Run]) -> BaselineCheck | None:
    """Return a run against the baseline of its kind; None where there is none older than it."""
    baseline = next((b for b in baselines if b.id != run.id and same_kind(b, run)), None)
    if baseline is None or run.started_at <= baseline.started_at:
        return None
    took, before = run.median_seconds, baseline.median_seconds
    if took is None or not before or any(other_work_reasons(baseline, run)):
        return None
    spread = max(baseline.spread_seconds or 0.0, run.spread_seconds or 0.0)
    return BaselineCheck(run, baseline, took / before, spread, took - before > spread)


def check_can_be_baseline(run: Run) -> None:
    """See that a run can be kept as a baseline.

    Raises:
        UsageError: it cannot; says why and what to do.
    """
    reason = next(other_work_reasons(run, run), "")
    if reason:
        raise UsageError(f"{reason}, so it cannot be a baseline")
    if len(seconds_of(run)) < LEAST_REPEATS:
        words = "".join(f" {name}={value}" for name, value in run.parameters.items() if value)
        raise UsageError(
            f"{run.id} has one repeat, and so no spread to hold later runs against",
            f"Repeat it: pitui bench run {run.name}{words} --repeat 5.",
        )
