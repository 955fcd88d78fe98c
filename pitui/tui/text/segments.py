"""Cells as segments of a line."""

from collections.abc import Callable

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from pitui.tui.text.cells import Cell, Tone

ELLIPSIS = "…"


class Line:
    """A line that is put together from left to right; `style` returns the style of a tone."""

    def __init__(self, style: Callable[[Tone], Style]) -> None:
        self._style = style
        self._segments: list[Segment] = []
        self._end = 0

    def put(
        self, cell: Cell, x: int, width: int, *, right: bool = False, ends: bool = False
    ) -> "Line":
        """Append a cell so that it stands at `x`, cut or aligned to `width` cells.

        With `ends` it is its beginning that is cut.
        """
        pieces, length = cell.spans, cell.width
        if length > width:
            pieces = tuple(_end_of(cell, width) if ends else shorten(cell, width))
            length = sum(cell_len(text) for text, _ in pieces)
        self._blank(x + (width - length if right else 0) - self._end)
        self._segments += [Segment(text, self._style(tone)) for text, tone in pieces if text]
        self._end += length
        if not right and length < width:
            self._blank(width - length)
        return self

    def _blank(self, width: int) -> None:
        self._segments.append(Segment(" " * width))
        self._end += max(0, width)

    def strip(self, width: int, base: Style) -> Strip:
        """Return the line in `width` cells, on a style that holds where no other does."""
        return Strip(self._segments, self._end).crop_extend(0, width, base).apply_style(base)


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


def _end_of(cell: Cell, width: int) -> list[tuple[str, Tone]]:
    """Return the end of a cell's pieces in at most `width` cells, after an ellipsis."""
    left = width - 1
    pieces: list[tuple[str, Tone]] = []
    for text, tone in reversed(cell.spans):
        if cell_len(text) <= left:
            pieces.append((text, tone))
            left -= cell_len(text)
            continue
        end = text[-left:] if left > 0 else ""
        while cell_len(end) > left:  # wide characters
            end = end[1:]
        pieces.append((ELLIPSIS + end, tone))
        break
    return pieces[::-1] if width > 0 else []
