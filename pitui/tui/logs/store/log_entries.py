"""Lines to entries: what a further line belongs to, and which entries repeat the one before."""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from pitui.domain.logs.log_line import Level, LogLine
from pitui.tui.logs.store.log_block import LEAD, NOTE, PART, REPEAT, TRACE

_MOST_PARTS = 500
"""Further lines of an entry that are compared with those of the one before."""

_FRAME = re.compile(
    r"\s+at [\w.$<>/@-]+\(|\s*\.\.\. \d+ (?:more|common frames)|Caused by: |\s*Suppressed: "
    r'|Traceback \(most recent call last\)|\s+File "[^"]*", line \d+'
)
_PYTHON_FRAME = re.compile(r'\s+File "[^"]*", line \d+')
_INFO = Level.INFO.rank


class _Entry:
    """The newest entry of a source."""

    __slots__ = (
        "anchor", "before", "head", "headed", "key", "last", "mark", "parts", "python", "repeat",
        "run",
    )  # fmt: skip

    def __init__(self) -> None:
        self.key: str | None = None
        self.mark = 0
        self.headed = False
        """Whether lines without a level go on with it."""
        self.head = self.run = self.last = -1
        self.anchor = -1
        """The line before its stack trace; -1 without one."""
        self.python = False
        """Whether its last line is of a Python traceback's frames."""
        self.repeat = False
        self.parts: list[str] = []
        self.before: list[str] = []


class Standing(Protocol):
    """What stands for the repetitions and the stack trace of a source that are being dropped."""

    run: int
    trace: int


class EntryBuilder:
    """Gives each line its mark, and counts what folding hides.

    Of an entry that repeats the one before, every further line must repeat its counterpart; the
    first that does not takes the repetition back (`differs` is told its
    source and its first line).
    """

    def __init__(self, differs: Callable[[str, int], None]) -> None:
        self._differs = differs
        self._newest: dict[str, _Entry] = {}
        self.traces: dict[int, int] = {}
        """How many lines of a stack trace follow, by the number of the line before them."""
        self.repeats: dict[int, int] = {}
        """How often an entry is repeated, by the number of the first of them."""

    def mark(self, number: int, line: LogLine) -> int:
        """Return the mark of the line that has a number."""
        if line.note:
            return NOTE | (line.level.rank if line.level else 0)
        entry = self._newest.get(line.source)
        if entry is None:
            entry = self._newest[line.source] = _Entry()
        if line.level is None and line.at is None:
            if entry.headed:
                return self._part(entry, number, line)
            if entry.head >= 0 and _FRAME.match(line.text):
                entry.headed = True
                return self._part(entry, number, line)
            return self._head(entry, number, line.text, 0)
        entry.headed = True
        text = line.text
        key = text[17:] if text[2:3] == "/" and text[17:18] == " " else _unstamped_text(text)
        return self._head(entry, number, key, line.level.rank if line.level else _INFO)

    def _head(self, entry: _Entry, number: int, key: str, rank: int) -> int:
        entry.repeat = key == entry.key
        entry.before, entry.parts = entry.parts, []
        entry.key, entry.mark, entry.anchor, entry.python = key, rank, -1, False
        entry.head = entry.last = number
        if not entry.repeat:
            entry.run = number
            return rank
        self.repeats[entry.run] = self.repeats.get(entry.run, 0) + 1
        return rank | REPEAT

    def _part(self, entry: _Entry, number: int, line: LogLine) -> int:
        text = line.text
        at = len(entry.parts)
        if at < _MOST_PARTS:
            entry.parts.append(text)
        if entry.repeat and (at >= len(entry.before) or entry.before[at] != text):
            self._differ(entry, line.source)
        mark = entry.mark | PART | (REPEAT if entry.repeat else 0)
        if entry.anchor < 0 and _FRAME.match(text):
            entry.anchor = entry.last
        entry.last = number
        if entry.anchor < 0:
            return mark
        if _ends_frames(entry, text):
            # The exception of a Python traceback is the line that people need: it stays in sight,
            # and what follows is folded behind it.
            entry.anchor = number
            return mark
        self.traces[entry.anchor] = self.traces.get(entry.anchor, 0) + 1
        return mark | TRACE

    def _differ(self, entry: _Entry, source: str) -> None:
        entry.repeat = False
        _count_on(self.repeats, entry.run, -1)
        entry.run = entry.head
        self._differs(source, entry.head)

    def dropped(self, source: str, place: "Standing", numbers: Sequence[int], marks: bytes) -> None:
        """Count off lines of one source that are dropped, the oldest first."""
        newest = self._newest[source].run if source in self._newest else -1
        for number, mark in zip(numbers, marks, strict=True):
            if mark & NOTE:
                continue
            # A line that stands for dropped ones hands what it stands for on to the next.
            if not mark & (PART | REPEAT) and number != place.run:
                self.repeats.pop(place.run, None)
                place.run = number if number in self.repeats or number == newest else -1
            elif mark & REPEAT and not mark & PART:
                _count_on(self.repeats, place.run, -1)
            if mark & TRACE and not mark & LEAD:
                _count_on(self.traces, place.trace, -1)
            elif number != place.trace and (place.trace >= 0 or number in self.traces):
                self.traces.pop(place.trace, None)
                place.trace = number if number in self.traces else -1

    def lead_trace(self, source: str, old: int, new: int) -> None:
        """Let a line of a stack trace stand for it: the line before it was dropped."""
        _hand_on(self.traces, old, new, counted=True)
        entry = self._newest[source]
        if entry.anchor == old:
            entry.anchor = new

    def lead_run(self, source: str, old: int, new: int, *, counted: bool) -> None:
        """Let a line stand for a run whose first line was dropped.

        `counted`: the line is the first of an entry that counted as a repetition.
        """
        _hand_on(self.repeats, old, new, counted=counted)
        entry = self._newest[source]
        if entry.run == old:
            entry.run = new
        if entry.head <= new:
            entry.repeat = False

    def forget(self, source: str, place: "Standing") -> None:
        """Begin anew with a source: all lines of its entries were dropped."""
        self._newest.pop(source, None)
        self.repeats.pop(place.run, None)
        self.traces.pop(place.trace, None)
        place.run = place.trace = -1


def _ends_frames(entry: _Entry, text: str) -> bool:
    """Whether a line is the first below a Python traceback's frames, which are indented."""
    if text[:1].isspace():
        entry.python = entry.python or _PYTHON_FRAME.match(text) is not None
        return False
    ended, entry.python = entry.python and bool(text), False
    return ended


def _count_on(counts: dict[int, int], key: int, step: int) -> None:
    left = counts.get(key, 0) + step
    if left > 0:
        counts[key] = left
    else:
        counts.pop(key, None)


def _hand_on(counts: dict[int, int], old: int, new: int, *, counted: bool) -> None:
    left = counts.pop(old, 0) - counted
    if left > 0:
        counts[new] = left


def _unstamped_text(text: str) -> str:
    from pitui.spark.logs.log_head import without_stamp  # patterns, for which no paint waits

    return without_stamp(text)
