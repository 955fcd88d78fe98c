"""The lines of a table as strips: the titles, rows, and what stands in place of rows."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from pitui.tui.text.cells import BLANK, Cell, Row, Tone, wrapped
from pitui.tui.text.segments import put
from pitui.tui.text.styles import tone_style
from pitui.tui.widgets.table_columns import GUTTER, TableColumns

TABLE_CLASSES = {
    "row-table--titles",
    "row-table--cursor",
    "row-table--cursor-blurred",
    "row-table--mark",
}
"""What the style sheets name."""


class RowPainter:
    """Draws in the styles that a table has now."""

    def __init__(self, table: Widget, columns: TableColumns) -> None:
        self._table = table
        self._columns = columns

    def blank(self, width: int) -> Strip:
        """Draw a line with nothing on it."""
        return Strip.blank(width, self._table.rich_style)

    def titles(self, width: int, *, shown: bool) -> Strip:
        """Draw the line of titles; an empty one where they are not `shown`."""
        style = self._table.get_component_rich_style("row-table--titles")
        line: list[Segment] = []
        for place in self._columns.places if shown else ():
            column = self._columns.column(place)
            title = Cell(((column.title, Tone.DIM),))
            put(line, title, place.x, place.width, lambda _: style, right=column.right)
        return Strip(line).crop_extend(0, width, style).apply_style(style)

    def row(self, row: Row, width: int, *, at_cursor: bool, marked: bool) -> Strip:
        """Draw a row."""
        line: list[Segment] = []
        gutter = ("▌" if at_cursor else " ", Tone.ACCENT), ("◆" if marked else " ", Tone.ACCENT)
        put(line, Cell(gutter), 0, 2, self._tone)
        for place in self._columns.places:
            if row.note is not None and self._columns.is_covered(row, place.index):
                put(line, row.note, place.x, width - place.x - 1, self._tone)
                break
            cell, right = row.cells[place.index], self._columns.column(place).right
            put(line, cell, place.x, place.width, self._tone, right=right)
        style = self._row_style(at_cursor=at_cursor, marked=marked)
        return Strip(line).crop_extend(0, width, style).apply_style(style)

    def instead(self, said: Sequence[Cell], y: int, width: int) -> Strip:
        """Draw a line of what stands in place of rows."""
        room = max(1, width - 2 * GUTTER)
        lines = [line for text in said for line in wrapped(text, room)]
        text = lines[y] if 0 <= y < len(lines) else BLANK
        line, base = put([], text, GUTTER, width - GUTTER, self._tone), self._table.rich_style
        return Strip(line).crop_extend(0, width, base).apply_style(base)

    def _row_style(self, *, at_cursor: bool, marked: bool) -> Style:
        style, component = self._table.rich_style, self._table.get_component_rich_style
        if marked:
            style += component("row-table--mark", partial=True)
        if at_cursor:
            name = "row-table--cursor" if self._table.has_focus else "row-table--cursor-blurred"
            style += component(name, partial=True)
        return style

    def _tone(self, tone: Tone) -> Style:
        return tone_style(self._table, tone)
