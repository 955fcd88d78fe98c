"""Runs side by side: verdicts, repeats on one scale, what differed, parts, scaling; pure."""

from collections.abc import Sequence

from pitui.bench.compare_runs import RunComparison, RunVerdict, compare_runs, seconds_of
from pitui.bench.scaling import run_scaling
from pitui.domain.apps.recorded_run import Run
from pitui.domain.text.number_words import took
from pitui.tui.benchmarks.bars import LEAST_SHARE, repeat_strip, scaling_bars, solid_bar
from pitui.tui.benchmarks.run_text import (
    parameter_words,
    place_words,
    seconds_words,
    started_words,
)
from pitui.tui.text.cells import BLANK, Cell, Span, Tone, cells, wrapped
from pitui.tui.text.paragraphs import title

_VERDICTS = {
    RunVerdict.FASTER: ("✓", Tone.GOOD),
    RunVerdict.SLOWER: ("✗", Tone.BAD),
    RunVerdict.NO_DIFFERENCE: ("=", Tone.NORMAL),
    RunVerdict.NOT_COMPARABLE: ("!", Tone.WARN),
}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BELOW = " " * 5
MOST_COMPARED = len(_LETTERS)


def comparison_picture_lines(runs: Sequence[Run], now: float, width: int) -> list[Cell]:
    """Return the lines of a comparison of runs with the first of them."""
    found = [compare_runs(runs[0], other) for other in runs[1:]]
    blocks = (
        _compared_runs(runs, now, width),
        _verdict_lines(found, width),
        _repeat_strips(runs, width),
        _scaling_block(runs, width),
        _parts_side_by_side(runs, width),
    )
    lines: list[Cell] = []
    for block in blocks:
        lines += [*([BLANK] if lines and block else []), *block]
    return lines


def _compared_runs(runs: Sequence[Run], now: float, width: int) -> list[Cell]:
    lines: list[Cell] = []
    for letter, run in zip(_LETTERS, runs, strict=False):
        words = (
            (f"{run.name} {parameter_words(run)}".rstrip(), Tone.STRONG),
            (f"  {place_words(run)}", Tone.NORMAL),
            (f"  {started_words(run, now)}", Tone.DIM),
        )
        first, *others = wrapped(cells(*words), width - 5)
        lines.append(Cell(((f"{letter}  ", Tone.ACCENT), *first.spans)))
        lines += [Cell(((_BELOW, Tone.DIM), *line.spans)) for line in others]
    return lines


def _verdict_lines(found: Sequence[RunComparison], width: int) -> list[Cell]:
    lines = [title("Against A")]
    for letter, one in zip(_LETTERS[1:], found, strict=False):
        glyph, tone = _VERDICTS[one.verdict]
        head: tuple[Span, ...] = ((f"{letter}  ", Tone.ACCENT), (f"{glyph} {one.verdict}", tone))
        figures: tuple[Span, ...] = ()
        if one.ratio is not None:
            figures = ((f"  {one.ratio:.2f} times as long", Tone.STRONG),)
        if one.low is not None and one.high is not None:
            interval = f"  95 % interval {one.low:.2f} to {one.high:.2f}, p {one.p:.2g}"
            figures = (*figures, (interval, Tone.DIM))
        lines += wrapped(Cell((*head, *figures)), width)
        for reason in one.reasons:
            lines += _lines_below(reason, width, Tone.NORMAL)
        differences = [
            f"{name} {first or 'none'} → {second or 'none'}"
            for name, (first, second) in one.differences.items()
        ]
        if differences:
            lines += _lines_below(", ".join(differences), width, Tone.DIM)
    return lines


def _repeat_strips(runs: Sequence[Run], width: int) -> list[Cell]:
    """Return the repeats of all runs on one scale."""
    every = [second for run in runs for second in seconds_of(run)]
    if not every:
        return []
    low, high = min(every), max(every)
    room = max(10, width - 30)
    lines = [title("Repeats", f"{seconds_words(low)} to {seconds_words(high)}; ┃ is the median")]
    for letter, run in zip(_LETTERS, runs, strict=False):
        seconds = seconds_of(run)
        if not seconds or run.median_seconds is None:
            continue
        strip = repeat_strip(seconds, run.median_seconds, low, high, room)
        median = f"{seconds_words(run.median_seconds):>10}"
        lines.append(
            cells((f"{letter} ", Tone.ACCENT), (median, Tone.STRONG), ("  ", Tone.DIM), *strip)
        )
    return lines


def _parts_side_by_side(runs: Sequence[Run], width: int) -> list[Cell]:
    """Return the parts of each run's time beside those of the others, in seconds."""
    shares = [run.bound.parts if run.bound else {} for run in runs]
    names = {
        name: max(parts.get(name, 0.0) for parts in shares) for parts in shares for name in parts
    }
    shown = [name for name, most in names.items() if most >= LEAST_SHARE]
    if not shown:
        return []
    seconds = [
        [parts.get(name, 0.0) * (run.median_seconds or 0.0) for name in shown]
        for run, parts in zip(runs, shares, strict=True)
    ]
    most = max(max(row) for row in seconds) or 1.0
    wide = max(len(name) for name in shown)
    room = max(8, min(60, width - wide - 18))
    lines = [title("Parts of the time", "share of the core-time by the median")]
    for index, name in sorted(
        enumerate(shown), key=lambda pair: -max(row[pair[0]] for row in seconds)
    ):
        label = name
        for letter, run, row in zip(_LETTERS, runs, seconds, strict=False):
            if run.bound is None:
                continue
            lines.append(
                cells(
                    (f"  {label.ljust(wide)} ", Tone.NORMAL),
                    (f"{letter} ", Tone.ACCENT),
                    (solid_bar(row[index] / most, room).ljust(room), Tone.CHART),
                    (f" {_part_words(row[index]):>11}", Tone.STRONG),
                )
            )
            label = ""
    return lines


def _part_words(seconds: float) -> str:
    return took(seconds) if seconds else "–"


def _scaling_block(runs: Sequence[Run], width: int) -> list[Cell]:
    points = run_scaling(runs)
    return [title("Scaling"), *scaling_bars(points, width)] if points else []


def _lines_below(text: str, width: int, tone: Tone) -> list[Cell]:
    lines = wrapped(cells((text, tone)), width - len(_BELOW))
    return [Cell(((_BELOW, Tone.DIM), *line.spans)) for line in lines]
