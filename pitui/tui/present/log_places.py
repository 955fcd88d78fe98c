"""Places in a log as people write them, and lines as they are listed."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.log_line import LogLine
from pitui.domain.text import printable

_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_DATE = re.compile(r"(?:(\d\d)?(\d\d)[-/])?(\d{1,2})[-/](\d{1,2})[ T]+")
_AGO = re.compile(r"-\s*(\d+)\s*([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MOST = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A time (Unix seconds), or a line counted from 1; a negative one from the end."""

    moment: float | None = None
    line: int | None = None


def place_of(text: str, latest: float) -> Place | None:
    """Return the place that is meant; None where it is none.

    `14:03`, `14:03:22`, `11-21 14:03`, `2026-11-21 14:03:22` are local times, without a date on the
    day of the latest line; `-10m` is that long before the latest line; `1200` is a line.
    """
    text = text.strip()
    if re.fullmatch(r"\d+", text):
        return Place(line=int(text))
    if ago := _AGO.fullmatch(text):
        return Place(moment=latest - int(ago[1]) * _UNITS[ago[2]])
    date = _DATE.match(text)
    clock = _CLOCK.fullmatch(text, date.end() if date else 0)
    if clock is None:
        return None
    day = time.localtime(latest)
    year, month, number = day.tm_year, day.tm_mon, day.tm_mday
    if date:
        year = 2000 + int(date[2]) if date[2] else year
        month, number = int(date[3]), int(date[4])
    parts = (year, month, number, int(clock[1]), int(clock[2]), int(clock[3] or 0), 0, 0, -1)
    try:
        return Place(moment=time.mktime(parts))
    except (OverflowError, ValueError):
        return None


def mark_rows(lines: Sequence[LogLine]) -> list[tuple[str, str]]:
    """Return for each line where it is from, and its text."""
    return [(printable(line.source), printable(line.text)[:_MOST]) for line in lines]
