"""The newest lines of what is followed, each with a number that stays with it."""

import re
from collections.abc import Sequence

from pitui.domain.log_line import Level, LogLine

LINE_CHARACTERS = 512
"""A line's share of memory: so many times the limit of lines is the limit of characters."""

_NOTE = 0x40
_PART = 0x80
"""Set for a line that is part of the entry before it."""
_RANK = 0x0F
_ERRORS = re.compile(rb"[\x05\x06\x45\x46]")
_LEVELS: dict[int, Level | None] = {level.rank: level for level in Level}


class LogStore:
    """A ring of lines; the oldest give way to new ones, and are counted.

    Kept in columns: a hundred thousand objects would make every full garbage collection, and so a
    key press now and then, wait for 100 ms.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._texts: list[str] = []
        self._tags: list[str] = []
        self._marks = bytearray()
        self._entries: dict[str, int] = {}
        self._characters = 0
        self.first = 0
        """The number of the oldest line that is kept: so many were dropped."""

    @property
    def end(self) -> int:
        """The number after that of the newest line."""
        return self.first + len(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, number: int) -> LogLine:
        if not self.first <= number < self.end:
            raise IndexError(number)
        index = number - self.first
        mark = self._marks[index]
        level = None if mark & _PART else _LEVELS.get(mark & _RANK)
        return LogLine(self._tags[index], self._texts[index], level, None, bool(mark & _NOTE))

    def texts(self, begin: int, end: int) -> Sequence[str]:
        """Return the texts of the lines from `begin` on, up to but not with `end`."""
        return self._texts[max(0, begin - self.first) : max(0, end - self.first)]

    def is_note(self, number: int) -> bool:
        """Whether a line is one of pitui's own."""
        return bool(self._marks[number - self.first] & _NOTE)

    def add(self, lines: Sequence[LogLine]) -> None:
        """Append lines, and drop the oldest beyond the limits."""
        texts = [line.text for line in lines]
        self._texts += texts
        self._tags += [line.source for line in lines]
        self._marks += bytes(map(self._mark, lines))
        self._characters += sum(map(len, texts))
        surplus = max(0, len(self._texts) - self._limit)
        self._characters -= sum(map(len, self._texts[:surplus]))
        while self._characters > self._limit * LINE_CHARACTERS and surplus < len(self._texts) - 1:
            self._characters -= len(self._texts[surplus])
            surplus += 1
        del self._texts[:surplus]
        del self._tags[:surplus]
        del self._marks[:surplus]
        self.first += surplus

    def clear(self) -> None:
        """Forget everything."""
        self._texts.clear()
        self._tags.clear()
        self._marks.clear()
        self._entries.clear()
        self._characters = self.first = 0

    def level(self, number: int) -> Level | None:
        """Return the level of the entry that a line belongs to."""
        return _LEVELS.get(self._marks[number - self.first] & _RANK)

    def next_error(self, after: int) -> int | None:
        """Return the first error after a line; only the first line of each entry counts."""
        match = _ERRORS.search(self._marks, max(0, after + 1 - self.first))
        return match.start() + self.first if match else None

    def previous_error(self, before: int) -> int | None:
        """Return the last error before a line."""
        end = max(0, before - self.first)
        found = max(self._marks.rfind(mark, 0, end) for mark in (5, 6, 5 | _NOTE, 6 | _NOTE))
        return None if found < 0 else found + self.first

    def _mark(self, line: LogLine) -> int:
        if line.note:
            return _NOTE | (line.level.rank if line.level else 0)
        if line.level is None:
            if line.at is None:
                return self._entries.get(line.source, 0) | _PART
            rank = 0
        else:
            rank = line.level.rank
        self._entries[line.source] = rank
        return rank
