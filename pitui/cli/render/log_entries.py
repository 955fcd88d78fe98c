"""Lines as they come, gathered to entries, and repeated entries counted."""

from collections.abc import Sequence

from pitui.domain.logs.log_line import LogLine
from pitui.spark.logs.log_head import stamp_span, without_stamp

MOST_LINES = 10_000
"""Lines of an entry that stay together; what has no levels and no times would never end."""


class Entries:
    """Keeps the lines without level and time with the entry before them."""

    def __init__(self) -> None:
        self._open: list[LogLine] = []

    def __bool__(self) -> bool:
        return bool(self._open)

    def add(self, lines: Sequence[LogLine]) -> list[list[LogLine]]:
        """Return the entries that are complete, each line once and in order."""
        complete: list[list[LogLine]] = []
        for line in lines:
            if self._goes_on(line):
                self._open.append(line)
                continue
            if self._open:
                complete.append(self._open)
            self._open = [line]
        return complete

    def end(self) -> list[list[LogLine]]:
        """Return the entry that may still have gone on."""
        entry, self._open = self._open, []
        return [entry] if entry else []

    def _goes_on(self, line: LogLine) -> bool:
        if not self._open or not line.is_part or len(self._open) >= MOST_LINES:
            return False
        first = self._open[0]
        return first.source == line.source and not first.is_part


class Repeats:
    """Counts entries that are the same as the one before them, but for their time."""

    def __init__(self) -> None:
        self._key: tuple[str, ...] = ()
        self._last: LogLine | None = None
        self._times = 0

    def __bool__(self) -> bool:
        return self._times > 0

    def begin(self, entry: Sequence[LogLine]) -> None:
        """Take an entry to compare the next ones with."""
        self._key, self._last, self._times = _entry_key(entry), None, 0

    def again(self, entry: Sequence[LogLine]) -> bool:
        """Whether an entry is the same as the one before; it is counted then."""
        if _entry_key(entry) != self._key:
            return False
        self._last = entry[0]
        self._times += 1
        return True

    def count(self) -> LogLine | None:
        """Return the line that says how often, where it was more than once; and forget it."""
        if self._last is None:
            return None
        last, times = self._last, self._times
        self._last, self._times = None, 0
        what = "one more time" if times == 1 else f"{times:,} more times"
        begin, end = stamp_span(last.text)
        return last._replace(text=f"  … {what}, last: {last.text[begin:end]}".rstrip())


def _entry_key(entry: Sequence[LogLine]) -> tuple[str, ...]:
    first = entry[0]
    return (first.source, without_stamp(first.text), *(line.text for line in entry[1:]))
