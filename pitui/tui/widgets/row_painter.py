"""The lines of a table as strips: the titles, rows, and what stands in place of rows."""

from collections.abc import Sequence

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from pitui.tui.text.cells import BLANK, Cell, Row, Tone, wrapped
from pitui.tui.text.segments import Line
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
        self._base = Style()

    def begin(self) -> None:
        """Look up the table's own style, which holds for all lines that are drawn now."""
        self._base = self._table.rich_style

    def blank(self, width: int) -> Strip:
        """Draw a line with nothing on it."""
        return Strip.blank(width, self._base)

    def titles(self, width: int, *, shown: bool) -> Strip:
        """Draw the line of titles; an empty one where they are not `shown`."""
        style = self._table.get_component_rich_style("row-table--titles")
        line = Line(lambda _tone: style)
        for place in self._columns.places if shown else ():
            column = self._columns.column(place)
            title = Cell(((column.title, Tone.DIM),))
            line.put(title, place.x, place.width, right=column.right)
        return line.strip(width, style)

    def row(self, row: Row, width: int, *, at_cursor: bool, marked: bool) -> Strip:
        """Draw a row."""
        line = Line(self._tone)
        gutter = ("▌" if at_cursor else " ", Tone.ACCENT), ("◆" if marked else " ", Tone.ACCENT)
        line.put(Cell(gutter), 0, 2)
        for place in self._columns.places:
            if row.note is not None and self._columns.is_covered(row, place.index):
                line.put(row.note, place.x, width - place.x - 1)
                break
            cell, column = row.cells[place.index], self._columns.column(place)
            line.put(cell, place.x, place.width, right=column.right, ends=column.ends)
        return line.strip(width, self._row_style(at_cursor=at_cursor, marked=marked))

    def instead(self, said: Sequence[Cell], y: int, width: int) -> Strip:
        """Draw a line of what stands in place of rows."""
        room = max(1, width - 2 * GUTTER)
        lines = [line for text in said for line in wrapped(text, room)]
        text = lines[y] if 0 <= y < len(lines) else BLANK
        return Line(self._tone).put(text, GUTTER, width - GUTTER).strip(width, self._base)

    def _row_style(self, *, at_cursor: bool, marked: bool) -> Style:
        style, component = self._base, self._table.get_component_rich_style
        if marked:
            style += component("row-table--mark", partial=True)
        if at_cursor:
            name = "row-table--cursor" if self._table.has_focus else "row-table--cursor-blurred"
            style += component(name, partial=True)
        return style

    def _tone(self, tone: Tone) -> Style:
        return tone_style(self._table, tone)
