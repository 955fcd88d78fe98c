"""Runs as a table for other programs: a row a repeat."""

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from pitui.bench.compare_runs import seconds_of
from pitui.domain.apps.recorded_run import Run

COLUMNS = (
    "run", "benchmark", "started_at", "state", "parameters", "workers", "cores", "executors",
    "executor_memory_mib", "local", "spark", "data_bytes", "warm_up", "repeat", "seconds", "value",
    "bound_by", "bound_share",
)  # fmt: skip


def csv_table(runs: Iterable[Run]) -> str:
    """Return a row for each repeat, one without seconds for a run that measured nothing."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for run in runs:
        for number, seconds in enumerate(seconds_of(run), 1):
            writer.writerow(_csv_row(run, number, seconds))
        if not seconds_of(run):
            writer.writerow(_csv_row(run, None, None))
    return out.getvalue()


def _csv_row(run: Run, number: int | None, seconds: float | None) -> list[object]:
    values = [repeat.value for repeat in run.repeats]
    value = values[number - 1] if number is not None and number <= len(values) else run.value
    return [
        run.id,
        run.name,
        datetime.fromtimestamp(run.started_at, UTC).isoformat(),
        str(run.state),
        " ".join(f"{name}={text}" for name, text in run.parameters.items() if text),
        run.workers,
        run.cores,
        run.executors,
        run.executor_memory_mib,
        run.local,
        run.spark,
        run.data_bytes,
        run.warm_up,
        number,
        seconds,
        value,
        run.bound.by if run.bound else None,
        run.bound.share if run.bound else None,
    ]
