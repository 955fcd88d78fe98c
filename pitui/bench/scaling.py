"""How the time of recorded runs changes with their number of workers; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from pitui.bench.compare_runs import other_work_reasons
from pitui.bench.run_matrix import scaling
from pitui.domain.apps.recorded_run import Run


@dataclass(frozen=True, slots=True)
class RunScaling:
    """A number of workers, and how much faster they are than the fewest."""

    run: Run
    workers: int
    speedup: float
    efficiency: float
    """1 where twice as many workers take half the time."""


def run_scaling(runs: Iterable[Run]) -> list[RunScaling]:
    """Return a point for each number of workers, the fewest first; of several runs the newest.

    Empty where fewer than two numbers of workers did the same work.
    """
    newest: dict[int, Run] = {}
    for run in sorted(runs, key=lambda run: run.started_at):
        if run.workers and run.median_seconds and not run.local:
            newest[run.workers] = run
    chosen = [newest[workers] for workers in sorted(newest)]
    if len(chosen) < 2 or any(any(other_work_reasons(a, b)) for a, b in pairwise(chosen)):
        return []
    points = scaling({workers: run.median_seconds or 0.0 for workers, run in newest.items()})
    return [RunScaling(newest[p.workers], p.workers, p.speedup, p.efficiency) for p in points]
