"""What runs are news: those that were slower than their baseline."""

from collections.abc import Iterator, Sequence

from pitui.bench.baseline import check_baseline
from pitui.domain.apps.recorded_run import Run
from pitui.domain.events.event import KEPT_S, Event, EventKind, Severity


def run_events(runs: Sequence[Run], baselines: Sequence[Run], now: float) -> Iterator[Event]:
    """Yield an event for each run of the last days that was slower than its baseline."""
    if not baselines:
        return
    for run in runs:
        if run.ended_at is None or run.ended_at < now - KEPT_S:
            continue
        check = check_baseline(run, baselines)
        if check is not None and check.slower:
            yield Event(
                run.ended_at,
                EventKind.BENCHMARK,
                "slower",
                run.name,
                f"run {run.id}",
                Severity.BAD,
                f"run {run.id}: {check.text}",
                application=run.application,
                once=True,
            )
