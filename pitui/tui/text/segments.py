"""Cells as segments of a line."""

from collections.abc import Callable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from pitui.tui.text.cells import Cell, Tone

ELLIPSIS = "…"


def put(
    line: list[Segment],
    cell: Cell,
    x: int,
    width: int,
    style: Callable[[Tone], Style],
    *,
    right: bool = False,
) -> list[Segment]:
    """Append a cell to a line so that it stands at `x`, cut or aligned to `width` cells.

    `style` returns the style of a tone. Returns the line.
    """
    pieces = shorten(cell, width)
    length = sum(cell_len(text) for text, _ in pieces)
    start = x + (width - length if right else 0)
    line.append(Segment(" " * max(0, start - Segment.get_line_length(line))))
    line.extend(Segment(text, style(tone)) for text, tone in pieces if text)
    if not right and length < width:
        line.append(Segment(" " * (width - length)))
    return line


def shorten(cell: Cell, width: int) -> list[tuple[str, Tone]]:
    """Return a cell's pieces in at most `width` cells; an ellipsis stands for what is cut."""
    if cell.width <= width:
        return list(cell.spans)
    left = width - 1
    pieces: list[tuple[str, Tone]] = []
    for text, tone in cell.spans:
        if cell_len(text) > left:
            pieces.append((set_cell_size(text, left).rstrip() + ELLIPSIS, tone))
            break
        pieces.append((text, tone))
        left -= cell_len(text)
    return pieces if width > 0 else []
