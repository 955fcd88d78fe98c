"""The rows of a table, with the cursor and the marks that belong to them by key."""

from collections.abc import Sequence

from pitui.tui.text.cells import Row


class RowModel:
    """Rows, the filtered view of them, and where the cursor is.

    The cursor belongs to a row's key. When that row goes away the cursor is on no row: it never
    comes to stand on another one by itself. It remembers its place for the next move.
    """

    def __init__(self) -> None:
        self.rows: Sequence[Row] = ()
        self.visible: list[Row] = []
        self.marks: set[str] = set()
        self.cursor: str | None = None
        self.filter = ""
        self._place = 0
        self._index: dict[str, int] = {}

    def update(self, rows: Sequence[Row]) -> None:
        """Take new rows; cursor and marks stay with their keys."""
        first = not self.rows
        self.rows = rows
        self._rename({row.alias: row.key for row in rows if row.alias})
        self.marks &= {row.key for row in rows}
        self._refilter()
        if first:
            self.move_to(self._place)

    def _rename(self, names: dict[str, str]) -> None:
        self.marks = {names.get(key, key) for key in self.marks}
        if self.cursor is not None:
            self.cursor = names.get(self.cursor, self.cursor)

    def set_filter(self, text: str) -> None:
        """Show only rows that hold every word of a text; the cursor goes to the first of them."""
        self.filter = text
        was = self.cursor
        self._refilter()
        if was is None or was not in self._index:
            self.move_to(0)

    def _refilter(self) -> None:
        words = self.filter.lower().split()
        self.visible = [row for row in self.rows if row.matches(words)]
        self._index = {row.key: index for index, row in enumerate(self.visible)}
        if self.cursor is not None:
            if self.cursor in self._index:
                self._place = self._index[self.cursor]
            else:
                self.cursor = None

    def index_of(self, key: str | None) -> int | None:
        """Return where a row stands among the visible ones."""
        return None if key is None else self._index.get(key)

    @property
    def place(self) -> int:
        """Where the cursor is, or was when its row went away."""
        return min(self._place, max(0, len(self.visible) - 1))

    def move_to(self, index: int) -> None:
        """Put the cursor on the row at an index, or on the nearest there is."""
        if not self.visible:
            self.cursor = None
            return
        self._place = max(0, min(index, len(self.visible) - 1))
        self.cursor = self.visible[self._place].key

    def move_by(self, step: int) -> None:
        """Move the cursor; where its row went away, the first move lands on its old place."""
        self.move_to(self.place + (0 if self.cursor is None else step))

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}

    def chosen(self) -> list[str]:
        """Return the keys to act on: marked rows in their order, else the one at the cursor."""
        if self.marks:
            return [row.key for row in self.rows if row.key in self.marks]
        return [] if self.cursor is None else [self.cursor]
