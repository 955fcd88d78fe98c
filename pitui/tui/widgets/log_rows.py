"""Which lines of a log are shown, and on which rows they stand."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from pitui.tui.present.log_text import Look, body, body_width, row_count
from pitui.tui.widgets.log_store import LogStore

Pattern = re.Pattern[str]


def pattern_of(words: str) -> Pattern | None:
    """Return what to look for: a regular expression, or the words themselves where that is none.

    Capital letters count only where there are some.
    """
    if not words:
        return None
    flags = 0 if words != words.lower() else re.IGNORECASE
    try:
        return re.compile(words, flags)
    except re.error:
        return re.compile(re.escape(words), flags)


class LogRows:
    """The lines that pass a filter, in rows of a width.

    Without wrapping a line is a row. With it, running sums of rows say where each line stands.
    """

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.look = Look()
        self.pattern: Pattern | None = None
        self.widest = 0
        """Cells of the widest line."""
        self._width = 80
        self._first = self._scanned = 0
        self._shown = array("q")
        self._ends = array("q")
        self._gone = 0

    def reset(self, look: Look, width: int, pattern: Pattern | None) -> None:
        """Show lines in another way; `scan` then does the work."""
        self.look, self._width, self.pattern = look, max(1, width), pattern
        self._first = self._scanned = self._store.first
        self._shown = array("q")
        self._ends = array("q")
        self._gone = self.widest = 0

    def scan(self, most: int) -> bool:
        """Take up to `most` further lines in; returns whether none are left."""
        begin = max(self._scanned, self._store.first)
        end = min(self._store.end, begin + most)
        texts = self._store.texts(begin, end)
        numbers: Sequence[int] = range(begin, end)
        if self.pattern is not None:
            search, is_note = self.pattern.search, self._store.is_note
            numbers = [n for n, text in enumerate(texts, begin) if search(text) or is_note(n)]
            self._shown.extend(numbers)
        if texts:
            self.widest = max(self.widest, *map(body_width, texts))
        if self.look.wrap:
            self._add_ends(numbers)
        self._scanned = end
        return end == self._store.end

    def _add_ends(self, numbers: Sequence[int]) -> None:
        total = self._ends[-1] if self._ends else self._gone
        for number in numbers:
            total += row_count(body(self._store[number], self.look), self._width)
            self._ends.append(total)

    def forget(self) -> int:
        """Leave out what the store has dropped; returns how many rows that were."""
        first = self._store.first
        if self.pattern is None:
            count = min(first, self._scanned) - self._first
        else:
            count = bisect_left(self._shown, first)
            del self._shown[:count]
        self._first = max(self._first, first)
        self._scanned = max(self._scanned, first)
        if not self.look.wrap or count <= 0:
            return max(0, count)
        gone, self._gone = self._gone, self._ends[count - 1]
        del self._ends[:count]
        return self._gone - gone

    @property
    def lines(self) -> int:
        """How many lines are shown."""
        return self._scanned - self._first if self.pattern is None else len(self._shown)

    @property
    def rows(self) -> int:
        """How many rows they take."""
        if not self.look.wrap:
            return self.lines
        return self._ends[-1] - self._gone if self._ends else 0

    def number(self, index: int) -> int:
        """Return the number of the line that is shown at an index."""
        return self._first + index if self.pattern is None else self._shown[index]

    def index(self, number: int) -> int:
        """Return where a line is shown; for a hidden one, where the next shown one is."""
        if self.pattern is None:
            return min(max(0, number - self._first), self.lines)
        return bisect_left(self._shown, number)

    def reached(self, number: int) -> bool:
        """Whether a line was taken in, shown or not."""
        return number < self._scanned

    def shows(self, number: int) -> bool:
        """Whether a line is shown."""
        index = self.index(number)
        return index < self.lines and self.number(index) == number

    def at_row(self, row: int) -> tuple[int, int]:
        """Return the index of the line on a row, and which of its rows that is."""
        if not self.look.wrap:
            return row, 0
        index = bisect_right(self._ends, row + self._gone)
        return index, row - self.row(index)

    def row(self, index: int) -> int:
        """Return the first row of the line at an index."""
        if not self.look.wrap or index == 0:
            return index
        return self._ends[index - 1] - self._gone
