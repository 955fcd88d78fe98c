"""The cells of one call of a benchmark: what is compared, and in which order it is run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

from pitui.bench.suites import Benchmark
from pitui.domain.apps.recorded_run import Run
from pitui.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class BenchmarkCell:
    """One way to run a benchmark."""

    parameters: Mapping[str, str]
    """Checked, one for each of the benchmark."""
    workers: int | None = None
    """On how many machines; None for all."""
    local: bool = False
    """In one JVM on the master's machine."""

    def __str__(self) -> str:
        """Return what tells it from the others."""
        where = "local" if self.local else "all workers"
        if self.workers:
            where = f"{self.workers} worker{'s' if self.workers > 1 else ''}"
        return " ".join(
            [where, *(f"{k}={v}" for k, v in self.parameters.items() if v not in ("", "0"))]
        )


def cells_of(
    benchmark: Benchmark,
    values: Iterable[tuple[str, str]],
    workers: Sequence[int] = (),
    *,
    local: bool = False,
) -> list[BenchmarkCell]:
    """Return the cells of PARAMETER=VALUE pairs: one that stands twice is compared with itself.

    Numbers of workers are compared too, and with them, or alone, the master's machine.

    Raises:
        UsageError: an unknown parameter, or values that do not fit.
    """
    given: dict[str, list[str]] = {}
    for name, value in values:
        given.setdefault(name, []).append(value)
    checked = [
        benchmark.check(dict(zip(given, combination, strict=True)))
        for combination in product(*given.values())
    ]
    places = [(number, False) for number in workers] + [(None, True)] * local or [(None, False)]
    cells = [BenchmarkCell(values, number, alone) for number, alone in places for values in checked]
    for cell in cells:
        _sensible(cell)
    return list({str(cell): cell for cell in cells}.values())


def _sensible(cell: BenchmarkCell) -> None:
    if cell.workers and cell.parameters.get("executor_cores"):
        raise UsageError(
            "executor_cores does not go with --workers",
            "There each worker has one executor, with as many cores as the smallest worker.",
        )
    if cell.local and cell.parameters.get("executor_cores"):
        raise UsageError(
            "executor_cores does not go with --local", "It uses all cores of the node."
        )
    if cell.parameters.get("generate") and cell.parameters.get("size"):
        raise UsageError("generate and size are two words for one thing", "Leave one of them out.")


def merge_rounds(runs: Sequence[Run]) -> Run:
    """Return the rounds of one cell as one run: the one in the middle with the repeats of all."""
    repeats = tuple(repeat for run in runs for repeat in run.repeats)
    if not repeats:
        return runs[-1]
    ranked = sorted(runs, key=lambda run: run.seconds or 0.0)
    return replace(
        ranked[(len(ranked) - 1) // 2],
        started_at=runs[0].started_at,
        ended_at=runs[-1].ended_at,
        repeats=repeats,
        seconds=round(median(repeat.seconds for repeat in repeats), 3),
    )


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """How much faster a number of workers was than the least number."""

    workers: int
    speedup: float
    efficiency: float
    """The speedup by how many times as many workers there were; 1 is perfect."""


def scaling(taken: Mapping[int, float]) -> list[ScalingPoint]:
    """Return the scaling curve of seconds by number of workers; the fewest workers are its 1."""
    if not taken:
        return []
    least = min(taken)
    return [
        ScalingPoint(n, round(taken[least] / s, 4), round(taken[least] / s * least / n, 4))
        for n, s in sorted(taken.items())
        if s > 0
    ]
