"""A line of a log as it is shown: time, tag and text, and where it breaks into rows."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.cells import cell_len, get_character_cell_size

from pitui.domain.logs.log_line import LogLine
from pitui.domain.text.printable import printable

TAB = 4
_CLOCK = re.compile(r"\d\d:\d\d:\d\d")
_CLOCK_WIDTH = 9
_ELAPSED_WIDTH = 11
LOG_GUTTER = 1
"""Cells in front of everything, for marks."""
_MOST_TAG = 20
_WIDE = re.compile("[^\x20-\x7e\xa1-\xac\xae-\u02ff]")
"""A character that may not take exactly one cell."""
NOTE_MARK = "── "
"""In front of what pitui says itself."""


class Times(StrEnum):
    """What is shown of a line's time."""

    CLOCK = "clock"
    """Hours, minutes and seconds, in a column of their own."""
    RELATIVE = "since the last mark, or the first line"
    WRITTEN = "as written"
    HIDDEN = "hidden"

    @property
    def next(self) -> "Times":
        """The one that comes after this when they are switched through."""
        every = list(Times)
        return every[(every.index(self) + 1) % len(every)]


@dataclass(frozen=True, slots=True)
class LogDisplay:
    """How lines are shown."""

    tag_width: int = 0
    """Cells for the tag; 0 leaves it out."""
    times: Times = Times.CLOCK
    wrap: bool = False

    @property
    def clock_width(self) -> int:
        """Cells of the column for the time."""
        if self.times is Times.RELATIVE:
            return _ELAPSED_WIDTH
        return _CLOCK_WIDTH if self.times is Times.CLOCK else 0

    @property
    def prefix_width(self) -> int:
        """Cells in front of the text."""
        return LOG_GUTTER + self.clock_width + (self.tag_width + 1 if self.tag_width else 0)


def tag_width(tags: Iterable[str]) -> int:
    """Return the cells that a column of tags takes."""
    return min(_MOST_TAG, max(map(cell_len, tags), default=0))


def line_time(line: LogLine) -> str:
    """Return the time of day that a line says, or nothing."""
    from pitui.spark.logs.log_head import stamp_span  # patterns that the first paint has no use for

    begin, end = (0, 0) if line.note else stamp_span(line.text)
    match = _CLOCK.search(line.text, begin, end)
    return match[0] if match else ""


def elapsed(seconds: float) -> str:
    """Return a stretch of time, right-aligned in its column: `+0.250s`, `-1:02:03`."""
    sign, rest = ("-" if seconds < 0 else "+"), abs(seconds)
    if rest < 60:
        text = f"{sign}{rest:.3f}s"
    elif rest < 86_400:
        minutes, second = divmod(int(rest), 60)
        text = f"{sign}{minutes // 60}:{minutes % 60:02}:{second:02}"
    else:
        text = f"{sign}{int(rest // 86_400)}d {int(rest % 86_400 // 3600)}h"
    return text.rjust(_ELAPSED_WIDTH - 1) + " "


def body(line: LogLine, look: LogDisplay) -> str:
    """Return a line's text as it is shown: safe, tabs expanded, without what has a column."""
    text = NOTE_MARK + line.text if line.note else line.text
    if look.times is not Times.WRITTEN and not line.note:
        text = _without_clock(text)
    if text.isascii() and text.isprintable():
        return text
    return printable(text.replace("\n", "␊")).expandtabs(TAB)


def _without_clock(text: str) -> str:
    # Nearly every line is one of Spark's own.
    if text[2:3] == "/" and text[14:15] == ":" and text[17:18] == " " and text[18:19] > "9":
        return text[18:]
    from pitui.spark.logs.log_head import stamp_span

    begin, end = stamp_span(text)
    # A time that no line_time shows, such as an uptime, has no column and stays.
    return text[:begin] + text[end:] if _CLOCK.search(text, begin, end) else text


def rows(text: str, width: int) -> list[tuple[int, int]]:
    """Return where a text breaks into rows of at most `width` cells; at least one row."""
    if _WIDE.search(text) is None:
        return [(at, at + width) for at in range(0, len(text), width)] or [(0, 0)]
    breaks = []
    begin = used = 0
    for index, character in enumerate(text):
        size = get_character_cell_size(character)
        if used + size > width and index > begin:
            breaks.append((begin, index))
            begin, used = index, 0
        used += size
    return [*breaks, (begin, len(text))]


def row_count(text: str, width: int) -> int:
    """Return how many rows `rows` gives."""
    if text.isascii() or _WIDE.search(text) is None:
        return -(-len(text) // width) or 1
    return len(rows(text, width))


def body_width(text: str) -> int:
    """Return the cells that a text takes in one row."""
    return len(text) if text.isascii() else cell_len(text)
