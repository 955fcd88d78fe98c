"""One run in pictures: its figures, the parts of its time, its nodes, its tasks; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitui.bench.baseline import check_baseline
from pitui.bench.compare_runs import seconds_of
from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.node_sample import NodeSample, recorded_span
from pitui.tui.benchmarks.bars import part_bars, repeat_strip
from pitui.tui.benchmarks.gantt_lines import gantt_lines
from pitui.tui.benchmarks.node_charts import node_chart_lines
from pitui.tui.benchmarks.run_text import (
    parameter_words,
    place_words,
    run_state_cell,
    seconds_words,
    started_words,
)
from pitui.tui.text.cells import BLANK, Cell, Span, Tone, cells, wrapped
from pitui.tui.text.number_format import duration, size
from pitui.tui.text.paragraphs import FACT_INDENT, SIDE_GAP, beside, fact, title

_INDENT = 2
WIDE = 120
"""Columns of the terminal from which figures and parts stand side by side."""


@dataclass(frozen=True, slots=True)
class RunPicture:
    """All that a run's screen shows; None is still being read."""

    run: Run
    baselines: Sequence[Run] = ()
    samples: Mapping[str, Sequence[NodeSample]] | None = None
    tasks: Sequence[TaskBar] | None = None
    tasks_problem: str = ""
    """Why tasks could not be read."""
    samples_problem: str = ""
    """Why what was recorded could not be read."""
    now: float = 0.0


def run_picture_lines(picture: RunPicture, width: int) -> list[Cell]:
    """Return the lines of a run's screen, of at most `width` cells."""
    half = (width - SIDE_GAP) // 2
    whole = (
        [beside(_figure_block(picture, half), _bound_block(picture.run, half), half)]
        if width >= WIDE
        else [_figure_block(picture, width), _bound_block(picture.run, width)]
    )
    blocks = [*whole, _node_block(picture, width), _task_block(picture, width)]
    lines: list[Cell] = []
    for block in blocks:
        lines += [*([BLANK] if lines and block else []), *block]
    return lines


def _figure_block(picture: RunPicture, width: int) -> list[Cell]:
    run = picture.run
    lines = wrapped(
        cells(
            (run.name, Tone.STRONG),
            (f"  {parameter_words(run)}", Tone.NORMAL),
            (f"  {started_words(run, picture.now)}  ", Tone.DIM),
            *run_state_cell(run).spans,
        ),
        width,
    )
    if run.error:
        lines += _indented(run.error, width, Tone.BAD)
    if run.median_seconds is not None:
        lines.append(fact("median", (seconds_words(run.median_seconds), Tone.STRONG)))
    lines += _repeat_lines(run, width)
    value = run.value or ""
    data = "" if run.data_bytes is None else size(run.data_bytes)
    for name, words in (
        ("result", value),
        ("on", place_words(run)),
        ("data", data),
        ("Spark", run.spark or ""),
        *run.detail.items(),
    ):
        if words:
            lines += _fact_lines(name, words, width)
    return [*lines, *_baseline_lines(picture, width)]


def _repeat_lines(run: Run, width: int) -> list[Cell]:
    seconds = seconds_of(run)
    if len(seconds) < 2:
        words = "none: one measurement, no spread; --repeat 5 says how much is chance"
        return _fact_lines("repeats", words, width, Tone.DIM) if seconds else []
    low, high, middle = min(seconds), max(seconds), run.median_seconds or 0.0
    room = max(10, min(48, width - 44))
    warm = ", after a warm-up" if run.warm_up else ""
    strip = repeat_strip(seconds, middle, low, high, room)
    return [
        fact(
            "repeats",
            (f"{seconds_words(low)} ", Tone.DIM),
            *strip,
            (f" {seconds_words(high)}", Tone.DIM),
        ),
        fact("", (f"{len(seconds)}{warm}; spread {seconds_words(run.spread_seconds)}", Tone.DIM)),
    ]


def _fact_lines(name: str, text: str, width: int, tone: Tone = Tone.NORMAL) -> list[Cell]:
    """Return a fact in as many lines as it needs."""
    first, *others = wrapped(cells((text, tone)), max(10, width - FACT_INDENT))
    return [fact(name, *first.spans), *(fact("", *line.spans) for line in others)]


def _baseline_lines(picture: RunPicture, width: int) -> list[Cell]:
    run = picture.run
    if any(run.id == baseline.id for baseline in picture.baselines):
        return [fact("baseline", ("this run is the baseline of its kind", Tone.GOOD))]
    check = check_baseline(run, picture.baselines)
    if check is None:
        return []
    sign, tone = ("✗ ", Tone.BAD) if check.slower else ("", Tone.NORMAL)
    return _fact_lines("baseline", sign + check.text, width, tone)


_LATER = "known once it has ended"


def _bound_block(run: Run, width: int) -> list[Cell]:
    head = title("What bound it")
    if run.bound is None:
        words = _LATER if run.state is RunState.RUNNING else "not known of this run"
        return [head, cells((f"  {words}", Tone.DIM))]
    lines = [
        head,
        *_indented(run.bound.text, width, Tone.STRONG),
        *part_bars(run.bound.parts, width),
    ]
    if run.what_if is not None:
        for text in run.what_if.texts:
            lines += _indented(text, width, Tone.NORMAL)
    return lines


def _node_block(picture: RunPicture, width: int) -> list[Cell]:
    head = title("Nodes meanwhile")
    if picture.samples_problem:
        return [head, *_indented(picture.samples_problem, width, Tone.WARN)]
    if picture.samples is None:
        return [head, cells(("  reading …", Tone.DIM))]
    span = recorded_span(picture.samples.values())
    if span is None:
        return [head, _nothing_line(picture.run, "No node was recorded during this run.")]
    said = f"{duration(span[1] - span[0])} from left to right"
    return [title("Nodes meanwhile", said), *node_chart_lines(picture.samples, width)[:-1]]


def _task_block(picture: RunPicture, width: int) -> list[Cell]:
    head = title("Tasks on cores")
    if picture.tasks_problem:
        return [head, *_indented(picture.tasks_problem, width, Tone.WARN)]
    if picture.tasks is None:
        return [head, cells(("  reading …", Tone.DIM))]
    if not picture.tasks:
        return [head, _nothing_line(picture.run, "No task of it is known.")]
    return [head, *gantt_lines(picture.tasks, width)]


def _nothing_line(run: Run, words: str) -> Cell:
    return cells((f"  {_LATER if run.state is RunState.RUNNING else words}", Tone.DIM))


def _indented(text: str, width: int, tone: Tone) -> list[Cell]:
    """Return a text indented, in as many lines as it needs."""
    indent: Span = (" " * _INDENT, Tone.DIM)
    lines = wrapped(cells((text, tone)), max(10, width - _INDENT))
    return [Cell((indent, *line.spans)) for line in lines]
