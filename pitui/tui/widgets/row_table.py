"""A table whose cursor, marks and scroll position stay with their rows while it is updated."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pitui.tui.text.cells import BLANK, Cell, Column, Row, Tone, wrapped
from pitui.tui.text.column_fit import ColumnPlace, fit
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.segments import put
from pitui.tui.text.styles import tone_style
from pitui.tui.widgets.row_model import RowModel

GUTTER = 3
"""Cells before the first column: the cursor's bar, the mark, a space."""
TITLES = 1
_MEASURED = 64
"""Rows whose width is looked at with each update, beside those in sight: a longer table's next."""


class RowTable(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of cells; makes those in sight only, and redraws what changed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-table--titles",
        "row-table--cursor",
        "row-table--cursor-blurred",
        "row-table--mark",
    }

    class Moved(Message):
        """The cursor is on another row, or on none."""

    class Entered(Message):
        """A row was double-clicked."""

    def __init__(self, columns: Sequence[Column], empty: Sequence[Cell] = ()) -> None:
        super().__init__()
        self.model = RowModel()
        self._columns = columns
        self._index = {column.id: index for index, column in enumerate(columns)}
        self._natural = [0] * len(columns)
        self._measured = 0
        self._places: list[ColumnPlace] = []
        self._empty = tuple(empty)

    # -- what is shown ---------------------------------------------------------------------

    def show(self, rows: Sequence[Row]) -> None:
        """Show new rows, redrawing the cells that differ."""
        model = self.model
        before, cursor, place = model.visible, model.cursor, model.place
        model.update(rows)
        self._measure((*self._in_sight(), *self._next_to_measure()))
        if cursor is not None and model.cursor == cursor and model.place != place:
            self._scroll_rows(self.scroll_offset.y + model.place - place)
        self._redraw(before)
        if model.cursor != cursor:
            self.post_message(self.Moved())

    def forget_widths(self) -> None:
        """Let columns be as narrow as the next rows are: they show something else."""
        self._natural = [0] * len(self._columns)
        self._measured = 0

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
        for y in self._places_in_sight():
            old, new = before[y], after[y]
            if old is not new and (old != new or old.key != new.key):
                self._refresh_cells(y, old, new)

    def _places_in_sight(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(len(self.model.visible), top + self.page()))

    def _in_sight(self) -> list[Row]:
        return [self.model.visible[y] for y in self._places_in_sight()]

    def _refresh_cells(self, y: int, old: Row, new: Row) -> None:
        line = TITLES + y - self.scroll_offset.y
        if old.key != new.key or old.note != new.note:
            self.refresh(Region(0, line, self.size.width, 1))
            return
        for place in self._places:
            if old.cells[place.index] != new.cells[place.index]:
                self.refresh(Region(place.x, line, place.width, 1))

    def _next_to_measure(self) -> list[Row]:
        rows, begin = self.model.rows, self._measured
        if begin >= len(rows):
            begin = 0
        self._measured = begin + _MEASURED
        return rows[begin : begin + _MEASURED]

    def _measure(self, rows: Iterable[Row]) -> None:
        """Let columns grow to their longest cell; they never shrink, so that nothing jumps."""
        natural = list(self._natural)
        for row in rows:
            for index, cell in enumerate(row.cells):
                if not self._covered(row, index):
                    natural[index] = max(natural[index], cell.width)
        if natural != self._natural:
            self._natural = natural
            self._place_columns()

    def _covered(self, row: Row, index: int) -> bool:
        return row.note is not None and index >= self._index[row.note_at]

    def _place_columns(self) -> None:
        places = fit(self._columns, self._natural, self.size.width - 1, GUTTER)
        if places != self._places:
            self._places = places
            self.refresh()

    def _resize_rows(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.model.visible) + TITLES)

    def on_resize(self) -> None:
        """Place the columns anew."""
        self._measure(self._in_sight())
        self._place_columns()
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
        """The key of the row under the cursor."""
        return self.model.cursor

    def move_by(self, step: int) -> None:
        """Move the cursor by rows."""
        self.model.move_by(step)
        self._moved()

    def move_to(self, index: int) -> None:
        """Move the cursor to the row at an index; -1 is the last."""
        self.model.move_to(len(self.model.visible) - 1 if index < 0 else index)
        self._moved()

    def select(self, key: str) -> None:
        """Move the cursor to a row, where it is shown."""
        index = self.model.index_of(key)
        if index is not None:
            self.move_to(index)

    def page(self) -> int:
        """Return how many rows are seen at once."""
        return max(1, self.size.height - TITLES)

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go on to the next."""
        self.model.toggle_mark()
        self.move_by(1)

    def mark_all(self) -> None:
        """Mark every visible row, or none where all are marked."""
        self.model.mark_all()
        self.refresh()

    def clear_marks(self) -> None:
        """Unmark every row."""
        self.model.marks.clear()
        self.refresh()

    def _moved(self) -> None:
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

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

    # -- drawing ---------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one line: the titles, a row, or what stands in place of rows."""
        width, base = self.size.width, self.rich_style
        if y < TITLES:
            return self._titles(width)
        index = y - TITLES + self.scroll_offset.y
        if index < len(self.model.visible):
            return self._row(self.model.visible[index], width)
        if self.model.visible or y == TITLES:
            return Strip.blank(width, base)
        line = put([], self._instead(y - TITLES - 1), GUTTER, width - GUTTER, self._tone)
        return Strip(line).crop_extend(0, width, base).apply_style(base)

    def _instead(self, y: int) -> Cell:
        """Return a line of what stands in place of rows."""
        room = max(1, self.size.width - 2 * GUTTER)
        lines = [line for said in self._empty for line in wrapped(said, room)]
        return lines[y] if y < len(lines) else BLANK

    def _tone(self, tone: Tone) -> Style:
        return tone_style(self, tone)

    def _titles(self, width: int) -> Strip:
        style = self.get_component_rich_style("row-table--titles")
        line: list[Segment] = []
        if self.model.rows:
            for place in self._places:
                column = self._columns[place.index]
                title = Cell(((column.title, Tone.DIM),))
                put(line, title, place.x, place.width, lambda _: style, right=column.right)
        return Strip(line).crop_extend(0, width, style).apply_style(style)

    def _row(self, row: Row, width: int) -> Strip:
        line: list[Segment] = []
        at_cursor, marked = row.key == self.model.cursor, row.key in self.model.marks
        gutter = ("▌" if at_cursor else " ", Tone.ACCENT), ("◆" if marked else " ", Tone.ACCENT)
        put(line, Cell(gutter), 0, 2, self._tone)
        for place in self._places:
            column = self._columns[place.index]
            if row.note is not None and place.index >= self._index[row.note_at]:
                put(line, row.note, place.x, width - place.x - 1, self._tone)
                break
            cell = row.cells[place.index]
            put(line, cell, place.x, place.width, self._tone, right=column.right)
        style = self._line_style(at_cursor=at_cursor, marked=marked)
        return Strip(line).crop_extend(0, width, style).apply_style(style)

    def _line_style(self, *, at_cursor: bool, marked: bool) -> Style:
        style = self.rich_style
        if marked:
            style += self.get_component_rich_style("row-table--mark", partial=True)
        if at_cursor:
            name = "row-table--cursor" if self.has_focus else "row-table--cursor-blurred"
            style += self.get_component_rich_style(name, partial=True)
        return style
