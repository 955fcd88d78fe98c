"""Who gets which part of the screen: tables what their rows need, the logs all the rest. Pure."""

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from textual.geometry import Region

LOGS_SHARE = 0.48
"""Of the room for all panes at least; that is 45 % of a screen of 40 lines and more."""
LOGS_LEAST = 5
"""Lines, on a screen too low for all that was asked."""
ROWS_WANTED = 4
"""A table that has fewer rows wants this many: what stands there instead is seen whole, and the
first rows change nothing."""
ROWS_LEAST = 1
_FRAME = 3
"""The lines of a table that are no rows: its border and the titles of its columns."""

_THREE = (69, 55, 62)
"""Cells that Nodes, Jobs and Executors need beside each other, and the shares they get."""
_TWO = (69, 51)
"""Nodes, and Jobs above Executors."""


class Need(NamedTuple):
    """What a table has to show: rows, and lines on the row under the cursor."""

    rows: int
    details: int

    def lines(self, *, details: bool, rows: int | None = None) -> int:
        """Return the lines of a pane with its rows, or with so many."""
        shown = max(ROWS_WANTED, self.rows) if rows is None else rows
        return _FRAME + shown + (self.details if details else 0)


class Division(NamedTuple):
    """Where each pane stands, and whether there is room for details below the tables."""

    nodes: Region
    jobs: Region
    executors: Region
    logs: Region
    details: bool


def divide(width: int, height: int, nodes: Need, jobs: Need, executors: Need) -> Division:
    """Divide the room for all panes, in cells.

    The tables stand above the logs, side by side: on a wide screen all three, else Nodes beside
    Jobs above Executors. The tables are as high as the highest of them needs, the logs as wide as
    the screen.
    """
    stacks = [[nodes], [jobs], [executors]]
    shares: Sequence[int] = _THREE
    if width < sum(_THREE):
        stacks, shares = [[nodes], [jobs, executors]], _TWO
    most = height - max(LOGS_LEAST, ceil(LOGS_SHARE * height))
    most = max(most, min(_sum_least(stacks[-1], details=False), height - LOGS_LEAST))
    details = max(_sum_least(stack, details=True) for stack in stacks) <= most
    wanted = max(sum(need.lines(details=details) for need in stack) for stack in stacks)
    band = max(0, min(most, wanted))
    areas: list[Region] = []
    x = 0
    for stack, columns in zip(stacks, _widths(width, shares), strict=True):
        y = 0
        for lines in _heights(stack, band, details=details):
            areas.append(Region(x, y, columns, lines))
            y += lines
        x += columns
    left, middle, right = areas
    logs = Region(0, band, width, height - band)
    return Division(left, middle, right, logs, details)


def _sum_least(stack: Sequence[Need], *, details: bool) -> int:
    return sum(need.lines(details=details, rows=ROWS_LEAST) for need in stack)


def _widths(width: int, shares: Sequence[int]) -> list[int]:
    ends = [width * sum(shares[: n + 1]) // sum(shares) for n in range(len(shares))]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def _heights(stack: Sequence[Need], band: int, *, details: bool) -> list[int]:
    """Divide a stack's height: to each its least, then line by line to who has least of its wish.

    What nobody wants is the last one's.
    """
    wishes = [need.lines(details=details) for need in stack]
    heights = [need.lines(details=details, rows=ROWS_LEAST) for need in stack]
    while sum(heights) > band:
        heights[heights.index(max(heights))] -= 1
    for _ in range(band - sum(heights)):
        short = [n for n, wish in enumerate(wishes) if heights[n] < wish]
        heights[min(short, key=heights.__getitem__, default=len(heights) - 1)] += 1
    return heights


SETTLES = 30.0
"""Seconds that a table has to want less before it gets less."""


class Held:
    """The rows that a table gets room for: more at once, fewer only when that has settled.

    Nothing is taken from a table in which somebody is, and what comes and goes, such as
    applications one after the other, leaves the room as it is.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._since: float | None = None
        self._most = 0

    def take(self, rows: int, now: float, *, occupied: bool) -> int:
        """Note how many rows there are now; returns how many get room.

        Args:
            rows: those that the table has.
            now: seconds of a clock that never goes back.
            occupied: whether the focus is in it.
        """
        if rows >= self.rows:
            self.rows, self._since = rows, None
        elif occupied or self._since is None:
            self._since, self._most = now, rows
        else:
            self._most = max(self._most, rows)
            if now - self._since >= SETTLES:
                self.rows, self._since = self._most, None
                return self.take(rows, now, occupied=occupied)
        return self.rows

    @property
    def unsettled(self) -> bool:
        """Whether it may get less after a while."""
        return self._since is not None
