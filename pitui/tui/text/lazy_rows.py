"""The rows of a table: order and values are there, cells are made for what is looked at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar, overload

from pitui.tui.text.cells import Row

T = TypeVar("T")


class Rows(Sequence[Row], Generic[T]):
    """Values by key in their order, and what makes a row of one.

    A row is made of its value, by `make`, when it is first asked for. `search` gives the text that
    a filter looks at, where that is not all cells' (equal values have equal texts); `aliases` are
    keys that things had before, and those that they have now.
    """

    def __init__(
        self,
        values: Mapping[str, T],
        make: Callable[[T], Row],
        *,
        search: Callable[[T], str] | None = None,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self.keys: Sequence[str] = list(values)
        self.values = values
        self.aliases = aliases or {}
        self._make = make
        self._search = search
        self._made: dict[str, Row] = {}

    @classmethod
    def of(cls, rows: "Sequence[Row]") -> "Rows[Any]":
        """Return rows as such, those too that are made already."""
        if isinstance(rows, Rows):
            return rows
        aliases = {row.alias: row.key for row in rows if row.alias}
        return Rows({row.key: row for row in rows}, lambda row: row, aliases=aliases)

    def row(self, key: str) -> Row:
        """Return the row of a key."""
        row = self._made.get(key)
        if row is None:
            row = self._made[key] = self._make(self.values[key])
        return row

    def search_text(self, key: str) -> str:
        """Return what a filter looks at."""
        return self._search(self.values[key]) if self._search else self.row(key).text

    def only(self, keys: Sequence[str]) -> "Rows[T]":
        """Return some of the rows; what is made for these is made for all."""
        some: Rows[T] = Rows({}, self._make, search=self._search)
        some.keys, some.values, some._made = keys, self.values, self._made
        return some

    def __len__(self) -> int:
        """Count the rows; none is made for it."""
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Return the row at a place, or the rows of a part."""
        if isinstance(index, slice):
            return [self.row(key) for key in self.keys[index]]
        return self.row(self.keys[index])
