"""A run in words and figures, as its row, its picture and comparisons have them."""

from datetime import datetime

from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.text.number_words import counted
from pitui.tui.text.cells import DASH, Cell, Tone, cell, cells
from pitui.tui.text.number_format import amount, duration

_STATES = {
    RunState.RUNNING: ("▸", Tone.ACCENT),
    RunState.DONE: ("✓", Tone.GOOD),
    RunState.FAILED: ("✗", Tone.BAD),
    RunState.CANCELLED: ("■", Tone.DIM),
    RunState.LOST: ("?", Tone.BAD),
}


def run_state_cell(run: Run) -> Cell:
    """Return a run's state as a glyph and a word."""
    glyph, tone = _STATES[run.state]
    return cell(f"{glyph} {run.state}", tone)


def started_words(run: Run, now: float) -> str:
    """Return when a run began: a time of today, a day of this year, or a date."""
    moment, today = (datetime.fromtimestamp(t).astimezone() for t in (run.started_at, now))
    if moment.date() == today.date():
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%d %b %H:%M" if moment.year == today.year else "%Y-%m-%d")


def parameter_words(run: Run) -> str:
    """Return the parameters that have a value: `size=100m path=/mnt/share`."""
    return " ".join(f"{name}={value}" for name, value in run.parameters.items() if value)


def seconds_words(seconds: float | None) -> str:
    """Return a length of time with the digits that matter; a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 600 else duration(seconds)


def took_cell(run: Run) -> Cell:
    """Return a run's median and spread, for as long as it runs the time since its start."""
    if run.median_seconds is None:
        return DASH
    spread = run.spread_seconds
    around = f" ±{spread / 2:.2g}" if spread is not None else ""
    return cells((seconds_words(run.median_seconds), Tone.STRONG), (around, Tone.DIM))


def place_words(run: Run) -> str:
    """Return on what it ran: `3 workers, 12 cores, 470 MiB an executor`."""
    if run.local:
        where = f"local on {run.node}"
    elif run.workers is not None:
        where = counted(run.workers, "worker")
    else:
        where = ""
    parts = [
        where,
        "" if run.cores is None else counted(run.cores, "core"),
        "" if run.executor_memory_mib is None
        else f"{amount(run.executor_memory_mib)}{'' if run.local else ' each'}",
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)
