"""Figures as people read them: times, amounts, bars."""

import re
from collections.abc import Sequence

from pitui.tui.text.cells import Span, Tone

_CALL_SITE = re.compile(r"( at )\S*/([^/\s]+:\d+)$")
_SPARKS = "▁▂▃▄▅▆▇█"
MINUTE, HOUR, DAY = 60, 3600, 86400


def duration(seconds: float) -> str:
    """Return a time span in at most eight characters: `0:31`, `12:04`, `1:02:03`, `3 d 4 h`."""
    whole = max(0, int(seconds))
    if whole < HOUR:
        return f"{whole // MINUTE}:{whole % MINUTE:02}"
    if whole < DAY:
        return f"{whole // HOUR}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02}"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def age(seconds: float) -> str:
    """Return roughly how long ago something was: `34 s`, `5 min`, `2 h`, `3 d`."""
    whole = max(0, int(seconds))
    for unit, size in (("d", DAY), ("h", HOUR), ("min", MINUTE)):
        if whole >= size:
            return f"{whole // size} {unit}"
    return f"{whole} s"


def uptime(seconds: float) -> str:
    """Return for how long something is up, in what does not tick: `5 min`, `6:46 h`, `3 d 4 h`."""
    whole = max(0, int(seconds))
    if whole < HOUR:
        return age(whole)
    return f"{whole // HOUR}:{whole % HOUR // MINUTE:02} h" if whole < DAY else duration(whole)


def gib(mib: int) -> str:
    """Return MiB as GiB with one decimal, without the unit."""
    return f"{mib / 1024:.1f}"


def amount(mib: int) -> str:
    """Return MiB with a unit: `700 MiB`, `12.4 GiB`."""
    return f"{mib} MiB" if mib < 1024 else f"{gib(mib)} GiB"


def size(count: int) -> str:
    """Return bytes in at most seven characters: `512 B`, `14 K`, `3.2 M`, `1.1 G`."""
    if count < 1024:
        return f"{count} B"
    value = float(count)
    for unit in "KMGT":
        value /= 1024
        if value < 1024 or unit == "T":
            return f"{value:.1f} {unit}" if value < 10 else f"{value:.0f} {unit}"
    raise AssertionError("the largest unit ends the loop")


def call_site(name: str) -> str:
    """Return what Spark calls a job or stage without the folders: `count at pi.py:47`."""
    return _CALL_SITE.sub(r"\1\2", name)


def sparkline(history: Sequence[float], width: int) -> str:
    """Return the last percentages as a line of blocks, newest on the right."""
    values = history[-width:]
    blocks = "".join(_SPARKS[min(7, max(0, int(value / 100 * 8)))] for value in values)
    return blocks.rjust(width)


def bar(fraction: float, width: int) -> tuple[Span, ...]:
    """Return a progress bar of half-cell steps."""
    halves = round(min(1.0, max(0.0, fraction)) * width * 2)
    done = "━" * (halves // 2)
    edge = "╸" if halves % 2 else ""
    rest = "─" * (width - len(done) - len(edge))
    return ((done + edge, Tone.ACCENT), (rest, Tone.DIM))


def percent(fraction: float) -> str:
    """Return a share as a whole percentage; 100 only where it is complete."""
    return f"{min(99, int(fraction * 100)) if fraction < 1 else 100}%"
