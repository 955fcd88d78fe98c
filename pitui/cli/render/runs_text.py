"""A run as JSON and as lines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from pitui.bench.baseline import BaselineCheck, check_baseline
from pitui.bench.compare_runs import RunComparison, RunVerdict
from pitui.bench.run_matrix import scaling
from pitui.cli.render.status_text import compact_duration, table
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.text.number_words import counted
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
            {
                "seconds": r.seconds,
                "value": _parameter_value(r.value),
                "began_at": None if r.began_at is None else _run_time(r.began_at),
            }
            for r in run.repeats
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
        if result.run.what_if is not None:
            yield from (f"  {text}" for text in result.run.what_if.texts)
        yield from (f"  {name}: {words}" for name, words in result.run.detail.items())
    for point in scaling(_taken(results)) if len(results) > 1 else []:
        plural = "s" if point.workers > 1 else ""
        yield (
            f"{point.workers} worker{plural}: {point.speedup:.2f} times as fast,"
            f" efficiency {point.efficiency:.0%}"
        )


def history_json(runs: Sequence[Run], baselines: Sequence[Run]) -> list[dict[str, object]]:
    """Return runs as `bench history --json` has them, with how each is against its baseline."""
    kept = {run.id for run in baselines}
    return [
        {
            **run_json(run),
            "baseline": run.id in kept,
            "against_baseline": _against_baseline(check_baseline(run, baselines)),
        }
        for run in runs
    ]


def _against_baseline(check: BaselineCheck | None) -> dict[str, object] | None:
    if check is None:
        return None
    return {
        "run": check.baseline.id,
        "ratio": round(check.ratio, 4),
        "spread_seconds": check.spread,
        "slower": check.slower,
        "text": check.text,
    }


def _baseline_words(run: Run, baselines: Sequence[Run]) -> str:
    if any(run.id == baseline.id for baseline in baselines):
        return "baseline"
    check = check_baseline(run, baselines)
    if check is None:
        return "-"
    return f"! slower, {check.ratio:.2f}x" if check.slower else "as before"


def run_lines(runs: Sequence[Run], baselines: Sequence[Run] = ()) -> Iterable[str]:
    """Return a table of runs, with a column on baselines where there are any."""
    if not runs:
        yield "No runs on this cluster yet; see `pitui bench list`."
        return
    against = ("BASELINE",) if baselines else ()
    yield from table(
        (
            "RUN",
            "NAME",
            "STARTED",
            "STATE",
            "VALUE",
            "SECONDS",
            "CORES",
            "EXECUTORS",
            *against,
            "WITH",
        ),
        [
            (
                run.id,
                run.name,
                datetime.fromtimestamp(run.started_at).astimezone().strftime("%Y-%m-%d %H:%M:%S"),
                str(run.state),
                run.value or "-",
                "-" if run.median_seconds is None else f"{run.median_seconds:.2f}",
                "-" if run.cores is None else str(run.cores),
                "-" if run.executors is None else str(run.executors),
                *([_baseline_words(run, baselines)] if baselines else []),
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
            f"{run.name}: {run.value} in {run.seconds:.2f} s{each}"
            f" on {counted(run.cores or 0, 'core')} of {counted(run.executors or 0, 'executor')}"
        )
    took = (
        "" if run.ended_at is None else f" after {compact_duration(run.ended_at - run.started_at)}"
    )
    reason = f": {run.error}" if run.error else ""
    return f"{run.name}: {run.state}{took}{reason}"


def run_comparison_json(found: Sequence[RunComparison]) -> dict[str, object]:
    """Return the object of `bench compare --json`, without the schema's number.

    What it says at the top is of the first comparison: two runs have one.
    """
    return {
        **_run_comparison(found[0]),
        "runs": [run_json(run) for run in (found[0].first, *(one.second for one in found))],
        "comparisons": [
            {"first": one.first.id, "second": one.second.id, **_run_comparison(one)}
            for one in found
        ],
    }


def run_comparison_lines(found: Sequence[RunComparison]) -> Iterable[str]:
    """Return the lines of `bench compare`: the runs, and what can be said of each."""
    yield from run_lines([found[0].first, *(one.second for one in found)])
    for one in found:
        yield ""
        yield one.text
        for name, (first, second) in one.differences.items():
            yield f"  {name}: {first or 'none'} and {second or 'none'}"
        if one.verdict is RunVerdict.NO_DIFFERENCE:
            yield from (f"  {reason}" for reason in one.reasons)


def _run_comparison(found: RunComparison) -> dict[str, object]:
    return {
        "ratio": _rounded_ratio(found.ratio),
        "low": _rounded_ratio(found.low),
        "high": _rounded_ratio(found.high),
        "p": _rounded_ratio(found.p),
        "verdict": str(found.verdict),
        "reasons": list(found.reasons),
        "text": found.text,
        "differences": [
            {"name": name, "values": list(values)} for name, values in found.differences.items()
        ],
    }


def _rounded_ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


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
