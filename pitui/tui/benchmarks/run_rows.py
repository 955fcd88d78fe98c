"""Benchmark runs as table rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pitui.bench.baseline import BaselineCheck, check_baseline
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.tui.benchmarks.run_text import (
    parameter_words,
    place_words,
    run_state_cell,
    started_words,
    took_cell,
)
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import duration, size

COLUMNS = (
    Column("state", "state", least=9),
    Column("name", "benchmark", least=9, most=20),
    Column("took", "median", right=True, least=12),
    Column("baseline", "baseline", least=8, most=18),
    Column("bound", "bound by", least=8, most=16),
    Column("started", "started", rank=1, least=8),
    Column("workers", "workers", right=True, rank=2),
    Column("repeats", "repeats", right=True, rank=4),
    Column("with", "with", rank=3, least=10, most=120, grows=True, wants=30),
    Column("id", "run", rank=5),
)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run, and how it stands against its baseline."""

    run: Run
    check: BaselineCheck | None = None
    kept: bool = False
    """Whether it is a baseline itself."""


def run_rows(runs: Sequence[Run], baselines: Sequence[Run], now: float) -> Rows[RunRow]:
    """Return a row for each run of a benchmark, the newest first."""
    kept = {run.id for run in baselines}
    values = {
        run.id: RunRow(run, check_baseline(run, baselines), run.id in kept)
        for run in runs
        if run.benchmark
    }
    return Rows(values, partial(_benchmark_row, now=now))


def _benchmark_row(value: RunRow, now: float) -> Row:
    run = value.run
    bound = run.bound
    running = run.state is RunState.RUNNING
    return Row(
        key=run.id,
        cells=(
            run_state_cell(run),
            cell(run.name, Tone.STRONG),
            cell(duration(now - run.started_at), Tone.DIM) if running else took_cell(run),
            _against_baseline_cell(value),
            DASH
            if bound is None
            else cells((bound.by, Tone.NORMAL), (f" {bound.share:.0%}", Tone.DIM)),
            cell(started_words(run, now), Tone.DIM),
            cell("local") if run.local else DASH if run.workers is None else cell(str(run.workers)),
            cell(str(len(run.repeats))) if run.repeats else DASH,
            cell(parameter_words(run)),
            cell(run.id, Tone.DIM),
        ),
    )


def _against_baseline_cell(value: RunRow) -> Cell:
    if value.kept:
        return cell("◆ baseline", Tone.ACCENT)
    check = value.check
    if check is None:
        return DASH
    if check.slower:
        return cell(f"✗ {check.ratio:.2f}x slower", Tone.BAD)
    return cell("as before" if check.ratio > 0.995 else f"{check.ratio:.2f}x", Tone.DIM)


def run_summary(value: RunRow) -> tuple[Cell, Cell]:
    """Return the two summary lines of a run: what bound it, and what else is to be known."""
    run = value.run
    if run.error:
        return cell(run.error, Tone.BAD), cell(place_words(run), Tone.DIM)
    if run.state is RunState.RUNNING:
        return cell("What bounds it is told once it has ended.", Tone.DIM), BLANK
    first = cell(run.bound.text) if run.bound else cell(place_words(run), Tone.DIM)
    if value.check is not None and value.check.slower:
        return first, cell(value.check.text, Tone.BAD)
    texts = run.what_if.texts if run.what_if else ()
    return first, cell(texts[0], Tone.DIM) if texts else BLANK


def run_facts(value: RunRow) -> Facts:
    """Return the details of a run."""
    run = value.run
    facts = [
        ("Run", run.id),
        ("Benchmark", run.name),
        ("With", parameter_words(run)),
        ("State", str(run.state)),
        ("Error", run.error or ""),
        ("Started", local_time(run.started_at)),
        ("On", place_words(run)),
        ("Result", run.value or ""),
        ("Repeats", ", ".join(f"{repeat.seconds:.2f} s" for repeat in run.repeats)),
        ("Data", "" if run.data_bytes is None else size(run.data_bytes)),
        ("Spark", run.spark or ""),
        ("Application", run.application or ""),
        ("Baseline", value.check.text if value.check else "this run" if value.kept else ""),
        ("Bound", run.bound.text if run.bound else ""),
    ]
    return [(name, words) for name, words in facts if words]


def no_runs(every: int) -> tuple[Cell, ...]:
    """Return what an empty table says."""
    if every:
        return (cell("No run matches the filter.", Tone.DIM),)
    return (
        cell("No benchmark has run on this cluster yet.", Tone.STRONG),
        cell("b starts one. Its time, what bound it, and each node's load appear here.", Tone.DIM),
        cell("Mark two runs with space and press c to compare them.", Tone.DIM),
    )
