"""A run as JSON and as lines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pitui.cli.render.status_text import compact_duration, table
from pitui.domain.apps.run import Run


def run_json(run: Run) -> dict[str, object]:
    """Return a run as one JSON object; `value` is a number where it reads as one."""
    return {
        "id": run.id,
        "name": run.name,
        "benchmark": run.benchmark,
        "state": str(run.state),
        "value": _parameter_value(run.value),
        "seconds": run.seconds,
        "cores": run.cores,
        "executors": run.executors,
        "parameters": run.parameters,
        "application": run.application,
        "started_at": _run_time(run.started_at),
        "ended_at": None if run.ended_at is None else _run_time(run.ended_at),
        "status": run.status,
        "error": run.error,
        "warm_up": run.warm_up,
        "repeats": [
            {"seconds": r.seconds, "value": _parameter_value(r.value)} for r in run.repeats
        ],
        "median_seconds": run.median_seconds,
        "spread_seconds": run.spread_seconds,
        "spark": run.spark,
        "data_bytes": run.data_bytes,
        "workers": run.workers,
        "executor_memory_mib": run.executor_memory_mib,
        "executor_cores": run.executor_cores,
        "local": run.local,
        "detail": run.detail,
        "nodes": {name: asdict(use) for name, use in run.nodes.items()},
        "bound": None if run.bound is None else run.bound.json(),
        "what_if": None if run.what_if is None else run.what_if.json(),
    }


def run_lines(runs: Sequence[Run]) -> Iterable[str]:
    """Return a table of runs."""
    if not runs:
        yield "No runs on this cluster yet; see `pitui bench list`."
        return
    yield from table(
        ("RUN", "NAME", "STARTED", "STATE", "VALUE", "SECONDS", "CORES", "EXECUTORS", "WITH"),
        [
            (
                run.id,
                run.name,
                datetime.fromtimestamp(run.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
                str(run.state),
                run.value or "-",
                "-" if run.seconds is None else f"{run.seconds:.2f}",
                "-" if run.cores is None else str(run.cores),
                "-" if run.executors is None else str(run.executors),
                " ".join(f"{key}={value}" for key, value in run.parameters.items() if value),
            )
            for run in runs
        ],
    )


def result_line(run: Run) -> str:
    """Return one line that says how a run ended."""
    if run.value is not None:
        return (
            f"{run.name}: {run.value} in {run.seconds:.2f} s on {run.cores} cores"
            f" of {run.executors} executors"
        )
    took = (
        "" if run.ended_at is None else f" after {compact_duration(run.ended_at - run.started_at)}"
    )
    reason = f": {run.error}" if run.error else ""
    return f"{run.name}: {run.state}{took}{reason}"


def _parameter_value(text: str | None) -> float | int | str | None:
    if text is None:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _run_time(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
