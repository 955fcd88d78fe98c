"""A table whose cursor, marks and scroll position stay with their rows while it is updated."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pitui.tui.text.cells import Cell, Column, Row
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.widgets.row_model import RowModel
from pitui.tui.widgets.row_painter import TABLE_CLASSES, RowPainter
from pitui.tui.widgets.table_columns import TableColumns

TITLES = 1


class RowTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of cells; makes those in sight only, and redraws what changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = TABLE_CLASSES

    class Moved(Message):
        """The cursor is on another row, or on none."""

    class Entered(Message):
        """A row was double-clicked."""

    def __init__(self, columns: Sequence[Column], empty: Sequence[Cell] = ()) -> None:
        super().__init__()
        self.model = RowModel()
        self.columns = TableColumns(columns)
        self._painter = RowPainter(self, self.columns)
        self._empty = tuple(empty)

    # -- what is shown ---------------------------------------------------------------------

    def show(self, rows: Sequence[Row]) -> None:
        """Show new rows, redrawing the cells that differ."""
        model = self.model
        before, cursor, place = model.visible, model.cursor, model.place
        model.update(rows)
        self._measure((*self._in_sight(), *self.columns.next_rows(model.rows)))
        if cursor is not None and model.cursor == cursor and model.place != place:
            self._scroll_rows(self.scroll_offset.y + model.place - place)
        self._redraw(before)
        if model.cursor != cursor:
            self.post_message(self.Moved())

    def set_empty(self, lines: Sequence[Cell]) -> None:
        """Say what stands in place of rows while there are none."""
        if tuple(lines) != self._empty:
            self._empty = tuple(lines)
            if not self.model.visible:
                self.refresh()

    def set_filter(self, text: str) -> None:
        """Show only rows that hold every word of the text."""
        self.model.set_filter(text)
        self._measure(self._in_sight())
        self._resize_rows()
        self.refresh()
        self._reveal()
        self.post_message(self.Moved())

    def _redraw(self, before: Rows[Any]) -> None:
        after = self.model.visible
        if len(before) != len(after):
            self._resize_rows()
            self.refresh()
            return
        top = self.scroll_offset.y
        changed: list[Region] = []
        for y in range(top, min(len(after), top + self.page())):
            old, new = before[y], after[y]
            if old is not new and (old != new or old.key != new.key):
                line = TITLES + y - top
                changed += self.columns.changed(old, new, line, self.size.width)
        if changed:
            self.refresh(*changed)

    def _in_sight(self) -> Sequence[Row]:
        top = self.scroll_offset.y
        return self.model.visible[top : top + self.page()]

    def _measure(self, rows: Iterable[Row]) -> None:
        """Let columns grow to their longest cell."""
        if self.columns.measure(rows, self.size.width):
            self.refresh()

    def _resize_rows(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.model.visible) + TITLES)

    def on_resize(self) -> None:
        """Place the columns anew."""
        self._measure(self._in_sight())
        if self.columns.place(self.size.width):
            self.refresh()
        self._resize_rows()
        self._reveal()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Let columns grow to what comes into sight."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._measure(self._in_sight())

    # -- the cursor ------------------------------------------------------------------------

    @property
    def cursor(self) -> str | None:
        """The key of the row under the cursor; None where that row is gone, or there is none."""
        return self.model.cursor

    def move_by(self, step: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.model.index_after(step))

    def move_to(self, index: int) -> None:
        """Move the cursor to the row at an index; -1 is the last.

        The row that it left and the one that it is on are drawn; scrolling draws all.
        """
        left = self.model.place
        self.model.move_to(len(self.model.visible) - 1 if index < 0 else index)
        self._reveal()
        for place in {left, self.model.place}:
            line = TITLES + place - self.scroll_offset.y
            if TITLES <= line < self.size.height:
                self.refresh(Region(0, line, self.size.width, 1))
        self.post_message(self.Moved())

    def select(self, key: str) -> None:
        """Move the cursor to a row, where it is shown."""
        index = self.model.index_of(key)
        if index is not None:
            self.move_to(index)

    def page(self) -> int:
        """Return how many rows are seen at once."""
        return max(1, self.size.height - TITLES)

    def _reveal(self) -> None:
        place, top, seen = self.model.place, self.scroll_offset.y, self.page()
        if place < top:
            self._scroll_rows(place)
        elif place >= top + seen:
            self._scroll_rows(place - seen + 1)

    def _scroll_rows(self, y: int) -> None:
        self.scroll_to(y=max(0, y), animate=False, force=True)

    def on_click(self, event: Click) -> None:
        """Put the cursor on the row that was clicked; a double click enters it."""
        index = event.y - TITLES + self.scroll_offset.y
        if event.y < TITLES or index >= len(self.model.visible):
            return
        self.move_to(index)
        if event.chain == 2:
            self.post_message(self.Entered())

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines, which have the table's style in common."""
        self._painter.begin()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line: the titles, a row, or what stands in place of rows."""
        width, model = self.size.width, self.model
        if y < TITLES:
            return self._painter.titles(width, shown=bool(model.rows))
        index = y - TITLES + self.scroll_offset.y
        if index < len(model.visible):
            row = model.visible[index]
            at_cursor, marked = row.key == model.cursor, row.key in model.marks
            return self._painter.row(row, width, at_cursor=at_cursor, marked=marked)
        if model.visible or y == TITLES:
            return self._painter.blank(width)
        return self._painter.instead(self._empty, y - TITLES - 1, width)
