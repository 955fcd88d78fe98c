"""Nodes by steps: a glyph each, with a cursor that stays with its node."""

from collections.abc import Sequence
from typing import ClassVar

from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pitui.tui.backend.backend_interface import StepName
from pitui.tui.provision.board_painter import BoardCursor, BoardPainter
from pitui.tui.provision.board_rows import BoardLayout, BoardRow, board_layout

_HEADS = 1


class StepBoard(ScrollView, can_focus=True):
    """One or two lines a node; redraws only the rows that differ."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"step-board--heads", "step-board--cursor"}

    class Moved(Message):
        """The cursor is on another node or step."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[BoardRow] = ()
        self._steps: Sequence[StepName] = ()
        self._layout = BoardLayout(0, (), (), beside=True)
        self._painter = BoardPainter(self)
        self.node: str | None = None
        """The node under the cursor."""
        self.step: int | None = None
        """The index of the chosen step; None while whichever says most is meant."""

    def show(self, steps: Sequence[StepName], rows: Sequence[BoardRow]) -> None:
        """Show rows, redrawing those that differ."""
        before, self._rows = self._rows, rows
        if [row.key for row in before] != [row.key for row in rows] or steps != self._steps:
            self._steps = steps
            if self.node not in [row.key for row in rows]:
                self.node, self.step = (rows[0].key if rows else None), None
            self._place()
            return
        for index, (old, new) in enumerate(zip(before, rows, strict=True)):
            if old != new:
                self._refresh_row(index)

    def _place(self) -> None:
        self._layout = self._layout_at(self.size.width)
        self.virtual_size = Size(self.size.width, self._height(self._layout))
        self.refresh(layout=True)

    def _layout_at(self, width: int) -> BoardLayout:
        return board_layout(self._steps, [row.name.text for row in self._rows], width)

    def _height(self, placed: BoardLayout) -> int:
        return _HEADS + _tall(placed) * len(self._rows)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many lines all rows take at a width."""
        return self._height(self._layout_at(width))

    @property
    def _tall(self) -> int:
        return _tall(self._layout)

    def _refresh_row(self, index: int) -> None:
        self.refresh_lines(_HEADS + index * self._tall, self._tall)

    def on_resize(self) -> None:
        """Lay it out anew."""
        self._place()
        self._reveal()

    # -- the cursor ------------------------------------------------------------------------

    @property
    def _index(self) -> int:
        return next((i for i, row in enumerate(self._rows) if row.key == self.node), 0)

    def move_by(self, rows: int) -> None:
        """Move the cursor by nodes."""
        self.move_to(self._index + rows)

    def move_to(self, index: int) -> None:
        """Move the cursor to a node; -1 is the last."""
        if self._rows:
            place = len(self._rows) - 1 if index == -1 else index
            self.node = self._rows[max(0, min(place, len(self._rows) - 1))].key
            self._moved()

    def aside(self, steps: int, start: int) -> None:
        """Move the cursor by steps, from `start` where none was chosen."""
        before = start if self.step is None else self.step
        self.step = max(0, min(before + steps, len(self._steps) - 1))
        self._moved()

    def page(self) -> int:
        """Return how many nodes are seen at once."""
        return max(1, (self.size.height - _HEADS) // self._tall)

    def _moved(self) -> None:
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    def _reveal(self) -> None:
        top, seen = self._index * self._tall, self.size.height - _HEADS
        offset = round(self.scroll_offset.y)
        if top < offset:
            self.scroll_to(y=top, animate=False, force=True)
        elif top + self._tall > offset + seen:
            self.scroll_to(y=top + self._tall - seen, animate=False, force=True)

    def on_click(self, event: Click) -> None:
        """Put the cursor where it was clicked."""
        line = event.y - _HEADS + round(self.scroll_offset.y)
        index = line // self._tall
        if event.y < _HEADS or index >= len(self._rows):
            return
        self.step = self._step_at(event.x) if line % self._tall == 0 else None
        self.move_to(index)

    def _step_at(self, x: int) -> int | None:
        at = self._layout.first
        for index, width in enumerate(self._layout.width):
            if at <= x < at + width:
                return index
            at += width
        return None

    # -- drawing ---------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width = self.size.width
        if y < _HEADS:
            return self._painter.heads(self._layout, width)
        index, part = divmod(y - _HEADS + round(self.scroll_offset.y), self._tall)
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        row = self._rows[index]
        chosen = BoardCursor(self.step) if row.key == self.node else None
        return self._painter.row(self._layout, row, part, width, chosen)


def _tall(placed: BoardLayout) -> int:
    """Return how many lines a row takes."""
    return 1 if placed.beside else 2
