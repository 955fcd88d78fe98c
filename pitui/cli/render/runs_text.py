"""A run as JSON and as lines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pitui.bench.cells import scaling
from pitui.cli.render.status_text import compact_duration, table
from pitui.domain.apps.run import Run, RunState
from pitui.services.benchmarks.benchmark_run import CellResult


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


def cells_json(name: str, results: Sequence[CellResult]) -> dict[str, object]:
    """Return one run as it is, several as cells with the scaling over numbers of workers."""
    if len(results) == 1 and results[0].cell.workers is None:
        return run_json(results[0].run)
    cells = [
        {"workers": result.cell.workers or result.run.workers, **_cell_json(result.run)}
        for result in results
    ]
    points = [asdict(point) for point in scaling(_taken(results))]
    return {"name": name, "cells": cells, "scaling": points}


def _cell_json(run: Run) -> dict[str, object]:
    return {key: value for key, value in run_json(run).items() if key != "workers"}


def _taken(results: Sequence[CellResult]) -> dict[int, float]:
    """Return the seconds by number of workers, where nothing else was compared."""
    asked = [result for result in results if result.cell.workers]
    numbers = [result.cell.workers or 0 for result in asked]
    if len(set(numbers)) < len(numbers):
        return {}
    return {r.cell.workers or 0: r.run.median_seconds or 0.0 for r in asked}


def cells_lines(results: Sequence[CellResult]) -> Iterable[str]:
    """Return a line a cell, and what scaling came of it."""
    for result in results:
        yield (f"{result.cell}: " if len(results) > 1 else "") + result_line(result.run)
        if result.run.bound is not None:
            yield f"  {result.run.bound.text}"
        yield from (f"  {name}: {words}" for name, words in result.run.detail.items())
    for point in scaling(_taken(results)) if len(results) > 1 else []:
        plural = "s" if point.workers > 1 else ""
        yield (
            f"{point.workers} worker{plural}: {point.speedup:.2f} times as fast,"
            f" efficiency {point.efficiency:.0%}"
        )


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
    if run.value is not None and run.state is RunState.DONE:
        spread = run.spread_seconds
        each = "" if spread is None else f" (median of {len(run.repeats)}, spread {spread:.2f} s)"
        return (
            f"{run.name}: {run.value} in {run.seconds:.2f} s{each} on {run.cores} cores"
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
