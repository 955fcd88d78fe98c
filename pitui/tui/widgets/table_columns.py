"""The columns of a table: how wide they are, and where they stand."""

from collections.abc import Iterable, Iterator, Sequence

from textual.geometry import Region

from pitui.tui.text.cells import Column, Row
from pitui.tui.text.column_fit import ColumnPlace, fit

GUTTER = 3
"""Cells before the first column: the cursor's bar, the mark, a space."""
_MEASURED = 16
"""Rows whose width is looked at with each update, beside those in sight: a longer table's next."""


class TableColumns:
    """Fits columns to what rows hold; they never shrink, so that nothing jumps."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._index = {column.id: index for index, column in enumerate(columns)}
        self._natural = [0] * len(columns)
        self._measured = 0
        self.places: list[ColumnPlace] = []
        """Where the columns are that have room."""

    def column(self, place: ColumnPlace) -> Column:
        """Return the column that stands at a place."""
        return self._columns[place.index]

    def forget_widths(self) -> None:
        """Let columns be as narrow as the next rows are: they show something else."""
        self._natural = [0] * len(self._columns)
        self._measured = 0

    def next_rows(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows whose turn it is to be measured, some with each call."""
        begin = self._measured if self._measured < len(rows) else 0
        self._measured = begin + _MEASURED
        return rows[begin : begin + _MEASURED]

    def measure(self, rows: Iterable[Row], width: int) -> bool:
        """Grow to the longest cell of rows; returns whether a column is elsewhere now."""
        natural = list(self._natural)
        for row in rows:
            for index, cell in enumerate(row.cells):
                if not self.is_covered(row, index):
                    natural[index] = max(natural[index], cell.width)
        if natural == self._natural:
            return False
        self._natural = natural
        return self.place(width)

    def place(self, width: int) -> bool:
        """Place the columns in a table of a width; returns whether one is elsewhere now."""
        places = fit(self._columns, self._natural, width - 1, GUTTER)
        changed = places != self.places
        self.places = places
        return changed

    def is_covered(self, row: Row, index: int) -> bool:
        """Whether a row's note stands over a column."""
        return row.note is not None and index >= self._index[row.note_at]

    def changed(self, old: Row, new: Row, line: int, width: int) -> Iterator[Region]:
        """Yield what is to be drawn anew where a row changed that stands on a line."""
        if old.key != new.key or old.note != new.note:
            yield Region(0, line, width, 1)
            return
        for place in self.places:
            if old.cells[place.index] != new.cells[place.index]:
                yield Region(place.x, line, place.width, 1)
