"""The lines of the board as strips: the steps' names, and a node's states."""

from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from pitui.tui.provision.board_rows import BoardLayout, BoardRow
from pitui.tui.text.cells import Tone, cells
from pitui.tui.text.segments import Line
from pitui.tui.text.styles import tone_style

_INDENT = 4


@dataclass(frozen=True, slots=True)
class BoardCursor:
    """The cursor, on the row that is drawn."""

    step: int | None
    """The index of the chosen step; None while none is."""


class BoardPainter:
    """Draws in the styles that a board has now."""

    def __init__(self, board: Widget) -> None:
        self._board = board

    def heads(self, layout: BoardLayout, width: int) -> Strip:
        """Draw the line with the steps' names."""
        style = self._board.get_component_rich_style("step-board--heads")
        line = Line(self._tone)
        x = layout.first
        for head, room in zip(layout.heads, layout.width, strict=True):
            line.put(cells((head, Tone.DIM)), x, room)
            x += room
        return line.strip(width, style)

    def row(
        self, layout: BoardLayout, row: BoardRow, part: int, width: int, cursor: BoardCursor | None
    ) -> Strip:
        """Draw one of the lines of a node; `cursor`: None where it is on another node."""
        line = Line(self._tone)
        if part == 0:
            self._states(line, layout, row, cursor)
        if layout.beside or part == 1:
            x = layout.end + 1 if layout.beside else _INDENT
            line.put(row.line, x, max(0, width - x - 1))
        style = self._board.rich_style
        if cursor is not None:
            style += self._board.get_component_rich_style("step-board--cursor", partial=True)
        return line.strip(width, style)

    def _states(
        self, line: Line, layout: BoardLayout, row: BoardRow, cursor: BoardCursor | None
    ) -> None:
        bar = "▌" if cursor is not None else " "
        line.put(cells((bar, Tone.ACCENT)), 0, 1)
        line.put(row.name, 2, layout.first - 3)
        x = layout.first
        for index, (state, width) in enumerate(zip(row.states, layout.width, strict=False)):
            chosen = cursor is not None and index == cursor.step
            left, right = ("[", "]") if chosen else (" ", " ")
            spans = ((left, Tone.ACCENT), *state.spans, (right, Tone.ACCENT))
            line.put(cells(*spans), x, width)
            x += width

    def _tone(self, tone: Tone) -> Style:
        return tone_style(self._board, tone)
