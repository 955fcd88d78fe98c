"""What screens of text are made of: titles, facts, two blocks side by side."""

from rich.cells import cell_len, set_cell_size

from pitui.tui.text.cells import BLANK, Cell, Span, Tone, cell, cells, wrapped

SIDE_GAP = 3
"""Columns between two blocks side by side."""
FACT_INDENT = 16
"""Columns before what a fact says."""


INDENT = "  "
WIDEST = 100
"""Columns of a paragraph, beyond which it is hard to read."""


def paragraph(text: str, width: int, tone: Tone = Tone.NORMAL) -> list[Cell]:
    """Return an indented text, in as many lines as it takes."""
    lines = wrapped(cell(text, tone), width - len(INDENT))
    return [Cell(((INDENT, tone), *line.spans)) for line in lines]


def title(text: str, more: str = "") -> Cell:
    """Return the line above a block."""
    return cells((text, Tone.ACCENT), (f"  {more}" if more else "", Tone.DIM))


def fact(name: str, *spans: Span) -> Cell:
    """Return a line of a name and what it is."""
    return cells((f"  {name}".ljust(FACT_INDENT), Tone.DIM), *spans)


def beside(left: list[Cell], right: list[Cell], width: int) -> list[Cell]:
    """Return two blocks side by side, the left one cut and filled to `width` columns."""
    lines = []
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else BLANK
        other = right[index] if index < len(right) else BLANK
        spans = _cut(one, width)
        lines.append(
            Cell(
                (
                    *spans,
                    (" " * (width + SIDE_GAP - Cell(spans).width), Tone.DIM),
                    *other.spans,
                )
            )
        )
    return lines


def _cut(line: Cell, width: int) -> tuple[Span, ...]:
    if line.width <= width:
        return line.spans
    spans: list[Span] = []
    left = width - 1
    for text, tone in line.spans:
        if cell_len(text) >= left:
            return (*spans, (set_cell_size(text, left) + "…", tone))
        spans.append((text, tone))
        left -= cell_len(text)
    return tuple(spans)
