"""Charts of a time span in blocks: a few rows of eighths, a scale at the left, a caption above."""

from collections.abc import Callable, Sequence

from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.number_format import size

_BLOCKS = " ▁▂▃▄▅▆▇█"
_LABEL = 7
"""Columns of the terminal for the scale, at least."""

Sample = tuple[float, float | None]
"""A time and a value; None where there was none."""


def buckets(samples: Sequence[Sample], begin: float, end: float, count: int) -> list[float | None]:
    """Return the mean of each of `count` equal spans between two times; None where none fell."""
    sums, numbers = [0.0] * count, [0] * count
    for at, value in samples:
        if value is None or not begin <= at <= end:
            continue
        index = min(count - 1, int((at - begin) / (end - begin) * count))
        sums[index] += value
        numbers[index] += 1
    return [total / n if n else None for total, n in zip(sums, numbers, strict=True)]


def chart(
    values: Sequence[float | None], rows: int, top: float, label: Callable[[float], str]
) -> list[Cell]:
    """Return a chart of columns, `top` at its upper edge; the scale stands at the left.

    A value of None leaves its column blank. `label` writes a value for the scale.
    """
    lines, room = [], _label_room(label(top))
    for row in range(rows):
        floor = (rows - 1 - row) / rows
        scale = label(top) if row == 0 else label(0) if row == rows - 1 else ""
        blocks = "".join(_chart_block(value, top, floor, rows) for value in values)
        lines.append(cells((scale.rjust(room - 1) + " ", Tone.DIM), (blocks, Tone.CHART)))
    return lines


def _label_room(text: str) -> int:
    return max(_LABEL, len(text) + 1)


def _chart_block(value: float | None, top: float, floor: float, rows: int) -> str:
    """Return the block of one column in a row that begins at the share `floor` of the top."""
    if value is None:
        return " "
    share = min(1.0, max(0.0, value / top)) if top else 0.0
    eighths = round((share - floor) * rows * 8)
    if floor == 0:
        # What was measured leaves a trace, also where it was nothing.
        eighths = max(1, eighths)
    return _BLOCKS[min(8, max(0, eighths))]


def captioned(
    title: str,
    samples: Sequence[Sample],
    span: tuple[float, float],
    width: int,
    *,
    label: Callable[[float], str],
    top: float | None = None,
    rows: int = 3,
    unknown: str = "no data yet",
) -> list[Cell]:
    """Return a chart under a line with its title, the newest and the highest value.

    `label` writes a value with its unit; `top` is the value at the upper edge, None: a round one
    above the highest; `unknown` stands where there is no value.
    """
    known = [value for at, value in samples if value is not None and span[0] <= at <= span[1]]
    if not known:
        return [cells((title, Tone.STRONG), (f"  {unknown}", Tone.DIM))]
    newest, most = known[-1], max(known)
    caption = cells(
        (title, Tone.STRONG),
        (f"  {label(newest)}", Tone.NORMAL),
        (f"  max {label(most)}", Tone.DIM),
    )
    top = top or _round_up(most)
    values = buckets(samples, *span, max(1, width - _label_room(label(top))))
    return [caption, *chart(values, rows, top, label)]


def _round_up(value: float) -> float:
    """Return 1, 2, 5, 10, ... 500 of a unit of bytes, not smaller: the scale rarely moves."""
    unit = 1.0
    while value > 500 * unit:
        unit *= 1024
    return next(
        unit * part for part in (1, 2, 5, 10, 20, 50, 100, 200, 500) if unit * part >= value
    )


def percent_label(value: float) -> str:
    """Return a percentage as a scale shows it."""
    return f"{value:.0f}%"


def degrees_label(value: float) -> str:
    """Return degrees Celsius as a scale shows them."""
    return f"{value:.0f} °C"


def rate_label(value: float) -> str:
    """Return bytes a second as a scale shows them."""
    return f"{size(int(value))}/s" if value >= 1 else "0 B/s"
