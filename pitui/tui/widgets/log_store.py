"""The newest lines of what is followed, each with a number that stays with it."""

import re
from collections.abc import Sequence

from pitui.domain.log_line import Level, LogLine

LINE_CHARACTERS = 512
"""A line's share of memory: so many times the limit of lines is the limit of characters."""

_PART = 0x80
"""Set for a line that is part of the entry before it."""
_ERRORS = re.compile(rb"[\x05\x06]")
_LEVELS = {level.rank: level for level in Level}


class LogStore:
    """A ring of lines; the oldest give way to new ones, and are counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lines: list[LogLine] = []
        self._levels = bytearray()
        self._entries: dict[str, int] = {}
        self._characters = 0
        self.first = 0
        """The number of the oldest line that is kept: so many were dropped."""

    @property
    def end(self) -> int:
        """The number after that of the newest line."""
        return self.first + len(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, number: int) -> LogLine:
        if not self.first <= number < self.end:
            raise IndexError(number)
        return self._lines[number - self.first]

    def between(self, begin: int, end: int) -> Sequence[LogLine]:
        """Return the lines with numbers from `begin` on, up to but not with `end`."""
        return self._lines[max(0, begin - self.first) : max(0, end - self.first)]

    def add(self, lines: Sequence[LogLine]) -> None:
        """Append lines, and drop the oldest beyond the limits."""
        self._lines += lines
        self._levels += bytes(map(self._level_byte, lines))
        self._characters += sum(len(line.text) for line in lines)
        surplus = max(0, len(self._lines) - self._limit)
        self._characters -= sum(len(line.text) for line in self._lines[:surplus])
        while self._characters > self._limit * LINE_CHARACTERS and surplus < len(self._lines) - 1:
            self._characters -= len(self._lines[surplus].text)
            surplus += 1
        del self._lines[:surplus]
        del self._levels[:surplus]
        self.first += surplus

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()
        self._levels.clear()
        self._entries.clear()
        self._characters = self.first = 0

    def level(self, number: int) -> Level | None:
        """Return the level of the entry that a line belongs to."""
        return _LEVELS.get(self._levels[number - self.first] & ~_PART)

    def next_error(self, after: int) -> int | None:
        """Return the first error after a line; only the first line of each entry counts."""
        match = _ERRORS.search(self._levels, max(0, after + 1 - self.first))
        return match.start() + self.first if match else None

    def previous_error(self, before: int) -> int | None:
        """Return the last error before a line."""
        index = max(0, before - self.first)
        found = max(self._levels.rfind(b"\x05", 0, index), self._levels.rfind(b"\x06", 0, index))
        return None if found < 0 else found + self.first

    def _level_byte(self, line: LogLine) -> int:
        if line.note:
            return line.level.rank if line.level else 0
        if line.level is None and line.at is None:
            return self._entries.get(line.source, 0) | _PART
        rank = line.level.rank if line.level else 0
        self._entries[line.source] = rank
        return rank
