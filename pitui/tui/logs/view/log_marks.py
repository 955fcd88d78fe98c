"""Lines that were marked, and those that are being selected."""

from bisect import bisect_left, bisect_right, insort

from pitui.domain.text.printable import printable
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_rows import LogRows


class LogMarks:
    """The marks of a view."""

    def __init__(self, store: LogStore, rows: LogRows) -> None:
        self._store = store
        self._rows = rows
        self._numbers: list[int] = []
        self.newest: int | None = None
        """The one set last; None where there is none any more."""

    def clear(self) -> None:
        """Forget all."""
        self._numbers.clear()
        self.newest = None

    def __contains__(self, number: int) -> bool:
        at = bisect_left(self._numbers, number)
        return at < len(self._numbers) and self._numbers[at] == number

    def numbers(self) -> list[int]:
        """Return the marked lines that are still kept."""
        self._numbers = [number for number in self._numbers if number in self._store]
        return self._numbers

    def toggle(self, number: int) -> bool:
        """Set a mark or take it away; returns whether it is set now."""
        if number in self:
            self._numbers.remove(number)
            self.newest = None if self.newest == number else self.newest
            return False
        insort(self._numbers, number)
        self.newest = number
        return True

    def next(self, number: int) -> int | None:
        """Return the line of the next mark that is shown after a line; None where there is none."""
        numbers = self.numbers()
        later = numbers[bisect_right(numbers, number) :]
        return next((n for n in later if self._rows.shows(n)), None)

    def previous(self, number: int) -> int | None:
        """Return the line of the last mark that is shown before a line; None: there is none."""
        numbers = self.numbers()
        earlier = reversed(numbers[: bisect_left(numbers, number)])
        return next((n for n in earlier if self._rows.shows(n)), None)

    def text(self) -> str:
        """Return the marked lines."""
        return "\n".join(printable(self._store[number].text) for number in self.numbers())
