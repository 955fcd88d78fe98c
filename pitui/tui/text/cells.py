"""What stands in a table: cells, columns, rows. Text from outside is made printable here."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from rich.cells import cell_len

from pitui.domain.text.printable import cut_short, one_line, printable


class Tone(StrEnum):
    """What a piece of text means; a theme gives each its colour."""

    NORMAL = "normal"
    STRONG = "strong"
    DIM = "dim"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    ACCENT = "accent"
    CHART = "chart"
    BADGE = "badge"


Span = tuple[str, Tone]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: pieces of text, each with its meaning."""

    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The cell's words without their meaning."""
        if len(self.spans) == 1:  # nearly every cell, and each is measured with every answer
            return self.spans[0][0]
        return "".join(text for text, _ in self.spans)

    @property
    def width(self) -> int:
        """Columns of the terminal that the whole text takes."""
        return cell_len(self.text)


def cell(text: str, tone: Tone = Tone.NORMAL) -> Cell:
    """Return a cell of one piece."""
    return Cell(((one_line(text), tone),))


def cells(*spans: Span) -> Cell:
    """Return a cell of several pieces; spaces between them are kept."""
    return Cell(
        tuple((printable(cut_short(text)).replace("\n", " "), tone) for text, tone in spans)
    )


_WORD = re.compile(r"\s*\S+|\s+$")


def wrapped(long: Cell, width: int) -> list[Cell]:
    """Return a cell as lines of at most `width` columns; only a longer word takes more."""
    if long.width <= width:
        return [long]
    lines: list[Cell] = []
    line: list[Span] = []
    gap = ""
    for text, tone in long.spans:
        for piece in _WORD.findall(text):
            word = gap + piece
            gap = word if word.isspace() else ""  # a piece that ends in spaces
            if gap:
                continue
            if line and cell_len(word) + Cell(tuple(line)).width > width:
                lines.append(Cell(tuple(line)))
                line = []
            line.append((word if line else word.lstrip(), tone))
    return [*lines, Cell(tuple(line))]


DASH = cell("–", Tone.DIM)
"""Where there is nothing."""

BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `rank` 0 always shows, the highest rank gives way first."""

    id: str
    title: str
    right: bool = False
    rank: int = 0
    least: int = 0
    """Columns of the terminal kept even while all cells are shorter, so that nothing jumps."""
    most: int = 40
    grows: bool = False
    """Takes what room is left, up to its longest cell."""
    wants: int = 0
    """Of a growing column: columns of the terminal that it gets before columns of rank 3 and up."""
    ends: bool = False
    """Shows the ends of cells that are too long: of paths that is what tells them apart."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `key` tells it apart from all others for as long as the table lives."""

    key: str
    cells: tuple[Cell, ...]
    note: Cell | None = None
    """Covers the row from the column `note_at` on."""
    note_at: str = ""
    alias: str = field(default="", compare=False)
    """Another key that the same thing may have had before."""

    @property
    def text(self) -> str:
        """The words of all its cells."""
        return " ".join(c.text for c in (*self.cells, self.note or BLANK))
