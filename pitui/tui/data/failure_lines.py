"""What failed with an item on a node, as lines to read; pure."""

from collections.abc import Iterator

from pitui.domain.text.printable import one_line, printable
from pitui.tui.data.data_state import DataFailure, DataRow
from pitui.tui.text.cells import BLANK, Cell, Tone, cells
from pitui.tui.text.facts import local_time
from pitui.tui.text.paragraphs import WIDEST, fact, paragraph, title


def failure_title(row: DataRow, failure: DataFailure) -> str:
    """Return what failed, and where."""
    return f"{one_line(row.item.target)} on {row.node}: {failure.action} failed"


def failure_lines(row: DataRow, failure: DataFailure, width: int) -> list[Cell]:
    """Return the lines of the whole screen."""
    room = min(width, WIDEST)
    lines = [
        cells((f"✗ {failure.action} failed", Tone.BAD), (f"  {local_time(failure.at)}", Tone.DIM)),
        BLANK,
        *paragraph(failure.detail, room, Tone.STRONG),
    ]
    if failure.advice:
        lines += [BLANK, title("What to do"), *paragraph(failure.advice, room, Tone.ACCENT)]
    lines += [BLANK, title(f"What {row.node} said"), *_said(failure.said, width)]
    lines += [BLANK, title("Facts"), fact("from", (one_line(row.item.source), Tone.NORMAL))]
    return [*lines, fact("to", (f"{one_line(row.item.target)} on {row.node}", Tone.NORMAL))]


def _said(text: str, width: int) -> Iterator[Cell]:
    lines = [line for line in printable(text).splitlines() if line.strip()]
    for line in lines:
        yield from paragraph(line, width)
    if not lines:
        yield from paragraph("nothing more (l: the logs of its daemons)", width, Tone.DIM)
