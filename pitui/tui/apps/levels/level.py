"""`DetailLevel`, and the cells that several levels share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.work_counts import Quartiles, Tally, WorkDone, WorkState
from pitui.domain.text.tracebacks import error_line
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.text.facts import Facts
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import bar, duration, percent, size
from pitui.tui.text.sorting import Order, Sorting

T = TypeVar("T")

GC_MUCH, GC_SOME = 0.10, 0.05
"""Shares of run time in garbage collection; Spark's own page turns red at 0.1."""

_STATES = {
    WorkState.WAITING: ("◌", Tone.WARN),
    WorkState.RUNNING: ("▸", Tone.ACCENT),
    WorkState.DONE: ("✓", Tone.GOOD),
    WorkState.FAILED: ("✗", Tone.BAD),
    WorkState.KILLED: ("■", Tone.DIM),
    WorkState.SKIPPED: ("○", Tone.DIM),
    WorkState.UNKNOWN: ("?", Tone.DIM),
}
_BAR = 10
_SKEW = 12


@dataclass(frozen=True)
class DetailLevel(Generic[T]):
    """One level: how to get its items from an answer, and how to show them."""

    title: str
    columns: tuple[Column, ...]
    items: Callable[[DetailResult], Sequence[T]]
    key: Callable[[T], str]
    row: Callable[[T, float], Row]
    """Of an item at Unix time."""
    search: Callable[[T], str]
    """What a filter looks at."""
    summary: Callable[[T], tuple[Cell, Cell]]
    facts: Callable[[T], Facts]
    location: Callable[[AppLocation, T], AppLocation]
    """Where an item is, seen from where its level is."""
    failed: Callable[[T], bool]
    active: Callable[[T], bool]
    orders: tuple[Order[T], ...]
    empty: str

    def rows(self, looked: DetailResult, sorting: Sorting, now: float) -> Rows[T]:
        """Return a row an item."""
        items = sorting.apply(self.items(looked), self.orders)
        values = {self.key(item): item for item in items}
        return Rows(values, partial(self._row, now), search=self.search)

    def _row(self, now: float, item: T) -> Row:
        return self.row(item, now)

    def find(self, result: DetailResult | None, key: str | None) -> T | None:
        """Return the item of a row, or None."""
        if result is None or key is None:
            return None
        return next((item for item in self.items(result) if self.key(item) == key), None)


WORK_COLUMNS = (
    Column("gc", "gc", right=True, rank=3, least=4),
    Column("input", "input", right=True, rank=4, least=6),
    Column("read", "shuf in", right=True, rank=5, least=7),
    Column("write", "shuf out", right=True, rank=5, least=8),
    Column("spill", "spill", right=True, rank=6, least=5),
)


def work_cells(work: WorkDone) -> tuple[Cell, ...]:
    """Return the cells of `WORK_COLUMNS`."""
    return (
        gc_cell(work),
        size_cell(work.input_bytes),
        size_cell(work.shuffle_read),
        size_cell(work.shuffle_write),
        size_cell(work.spill_disk or work.spill_memory, Tone.WARN),
    )


def work_facts(work: WorkDone) -> Facts:
    """Return the details of the work that tasks did."""
    return [
        ("Run time", span(work.run_ms) if work.run_ms else ""),
        ("GC time", f"{span(work.gc_ms)} ({percent(work.gc_share)})" if work.gc_ms else ""),
        ("Input", size(work.input_bytes) if work.input_bytes else ""),
        ("Output", size(work.output_bytes) if work.output_bytes else ""),
        ("Shuffle read", size(work.shuffle_read) if work.shuffle_read else ""),
        ("Shuffle write", size(work.shuffle_write) if work.shuffle_write else ""),
        ("Spilled", f"{size(work.spill_memory)} of memory as {size(work.spill_disk)} on disk"
         if work.spill_memory else ""),
    ]  # fmt: skip


def work_state_cell(state: WorkState) -> Cell:
    """Return a state as a glyph and a word."""
    glyph, tone = _STATES[state]
    return cells((f"{glyph} {state}", tone))


def gc_cell(work: WorkDone) -> Cell:
    """Return the share of run time spent in garbage collection."""
    if not work.run_ms:
        return DASH
    share = work.gc_share
    tone = Tone.BAD if share > GC_MUCH else Tone.WARN if share > GC_SOME else Tone.NORMAL
    return cell(percent(share), tone)


def size_cell(count: int, tone: Tone = Tone.NORMAL) -> Cell:
    """Return a number of bytes, or a dash for zero."""
    return cell(size(count), tone) if count else DASH


def failed_cell(count: int) -> Cell:
    """Return how many failed, or a dash for zero."""
    return cell(f"{count:,}", Tone.BAD) if count else DASH


def tally_cell(tally: Tally, state: WorkState) -> Cell:
    """Return a bar with the tasks done, those that run, and all."""
    if state is WorkState.SKIPPED or not tally.all:
        return DASH
    active = f" +{tally.active:,}" if tally.active else ""
    return cells(
        *bar(tally.fraction, _BAR),
        (f" {tally.done:,}", Tone.STRONG),
        (active, Tone.ACCENT),
        (f"/{tally.all:,}", Tone.DIM),
    )


def tally_words(tally: Tally) -> str:
    """Return the tasks in words."""
    failed = f", {tally.failed:,} failed" if tally.failed else ""
    return f"{tally.done:,} of {tally.all:,} done, {tally.active:,} active{failed}"


def time_cell(begin: float | None, end: float | None, state: WorkState, now: float) -> Cell:
    """Return how long something took, or has taken so far; a dash where that is not known.

    Times are Unix time; None where that moment is not known, or still to come.
    """
    if begin is None or (end is None and not state.active):
        return DASH
    return cell(duration_ms(((now if end is None else end) - begin) * 1000))


def duration_ms(milliseconds: float) -> str:
    """Return a time span: `0.4 s` below ten seconds, else as a clock."""
    seconds = max(0.0, milliseconds / 1000)
    return f"{seconds:.1f} s" if seconds < 10 else duration(seconds)


def span(milliseconds: float) -> str:
    """Return a time span in words that fit into a sentence."""
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return duration_ms(milliseconds)


def skew_cell(times: Quartiles | None) -> Cell:
    """Return the shape of a stage's times: `───━╋━─────┤` from 0 to the longest; None: a dash."""
    if times is None or times.most <= 0:
        return DASH
    marks = (times.least, times.first, times.median, times.third)
    scale = (_SKEW - 1) / times.most
    least, first, median, third = (min(_SKEW - 1, int(mark * scale)) for mark in marks)
    tone = Tone.WARN if times.skewed else Tone.CHART
    spans = []
    for place in range(_SKEW):
        if place == median:
            spans.append(("╋", tone))
        elif place == _SKEW - 1:
            spans.append(("┤", tone))
        elif first <= place <= third:
            spans.append(("━", tone))
        elif place >= least:
            spans.append(("─", tone))
        else:
            spans.append((" ", Tone.DIM))
    return cells(*spans)


def skew_words(times: Quartiles | None) -> str:
    """Return the distribution of task times in numbers; empty where it is not known (None)."""
    if times is None:
        return ""
    middle = " / ".join(span(mark) for mark in (times.first, times.median, times.third))
    return f"min {span(times.least)}, quartiles {middle}, max {span(times.most)}"


def error_cell(text: str) -> Cell:
    """Return the most telling line of an error, in red."""
    return cell(error_line(text), Tone.BAD) if text else BLANK
