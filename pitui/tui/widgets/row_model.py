"""The rows of a table, with the cursor and the marks that belong to them by key."""

from collections.abc import Sequence
from typing import Any

from pitui.tui.text.cells import Row
from pitui.tui.text.lazy_rows import Rows


class RowModel:
    """Rows, the filtered view of them, and where the cursor is. All of it works on keys.

    The cursor belongs to a row's key. When that row goes away the cursor is on no row: it never
    comes to stand on another one by itself. It remembers its place for the next move.
    """

    def __init__(self) -> None:
        self.rows: Rows[Any] = Rows.of(())
        self.visible: Rows[Any] = self.rows
        self.marks: set[str] = set()
        self.cursor: str | None = None
        self.filter = ""
        self._place = 0
        self._indexed: Sequence[str] = ()
        self._index: dict[str, int] = {}
        self._texts: dict[str, tuple[object, str]] = {}

    def update(self, rows: Sequence[Row]) -> None:
        """Take new rows; cursor and marks stay with their keys."""
        first = not self.rows
        self.rows = Rows.of(rows)
        self._rename()
        self.marks = {key for key in self.marks if key in self.rows.values}
        self._refilter()
        if first:
            self.move_to(self._place)

    def _rename(self) -> None:
        names = self.rows.aliases
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
        if words:
            self._read()
            texts = self._texts
            keys = self.rows.keys
            for word in words:
                keys = [key for key in keys if word in texts[key][1]]
            self.visible = self.rows.only(keys)
        else:
            self.visible, self._texts = self.rows, {}
        if self.visible.keys != self._indexed:  # those of thousands are mostly the same
            self._indexed = self.visible.keys
            self._index = {key: index for index, key in enumerate(self._indexed)}
        if self.cursor is not None:
            if self.cursor in self._index:
                self._place = self._index[self.cursor]
            else:
                self.cursor = None

    def _read(self) -> None:
        """Bring the texts that are searched up to date: those of values that are others now."""
        rows, before = self.rows, self._texts
        self._texts = after = {}
        for key in rows.keys:
            value, known = rows.values[key], before.get(key)
            if known is None or (known[0] is not value and known[0] != value):
                known = value, rows.search_text(key).lower()
            after[key] = known

    def index_of(self, key: str | None) -> int | None:
        """Return where a row stands among the visible ones; None where it is not visible."""
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
        self.cursor = self.visible.keys[self._place]

    def index_after(self, step: int) -> int:
        """Return where the cursor goes by rows; where its row went away, first to that place."""
        return max(0, self.place + (0 if self.cursor is None else step))

    def toggle_mark(self) -> None:
        """Mark or unmark the row under the cursor."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}

    def mark_all(self) -> None:
        """Mark every visible row, or none where all are marked."""
        keys = set(self.visible.keys)
        self.marks = self.marks - keys if keys <= self.marks else keys

    def chosen(self) -> list[str]:
        """Return the keys to act on: marked rows in their order, else the one at the cursor."""
        if self.marks:
            return [key for key in self.rows.keys if key in self.marks]
        return [] if self.cursor is None else [self.cursor]
