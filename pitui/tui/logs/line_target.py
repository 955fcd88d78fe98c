"""A line to find in logs: by what it contains, and by its time."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pitui.domain.logs.log_line import LogLine


@dataclass(frozen=True, slots=True)
class LineTarget:
    """A place in a log.

    With `find`: a line in which the first of the regular expressions is found, else the second,
    and so on; of several the one nearest to `at`, without `at` the last. With `at` alone: the
    line nearest to that time (Unix seconds).
    """

    find: tuple[str, ...] = ()
    at: float | None = None


class LineTargetSearch:
    """Searches for a `LineTarget` among lines as they arrive."""

    def __init__(self, goal: LineTarget) -> None:
        self.goal = goal
        self.best: int | None = None
        """The number of the best line so far."""
        self._patterns = [_compiled(words) for words in goal.find]
        self._rank: tuple[int, float] = (len(self._patterns) + 1, 0.0)
        self._times: dict[str, float] = {}

    def take(self, first: int, lines: Sequence[LogLine]) -> bool:
        """Take lines numbered from `first`; return True if one is a better match than before."""
        before = self.best
        for number, line in enumerate(lines, first):
            if line.at is not None:
                self._times[line.source] = line.at
            if line.note:
                continue
            place = self._place(line.text)
            if place is None or place > self._rank[0]:
                continue
            rank = (place, self._distance(line, number))
            if rank < self._rank:
                self._rank, self.best = rank, number
        return self.best != before

    def _place(self, text: str) -> int | None:
        for place, pattern in enumerate(self._patterns):
            if pattern.search(text):
                return place
        return len(self._patterns) if self.goal.at is not None else None

    def _distance(self, line: LogLine, number: int) -> float:
        if self.goal.at is None:
            return -number
        known = self._times.get(line.source)
        return float("inf") if known is None else abs(known - self.goal.at)


def _compiled(words: str) -> re.Pattern[str]:
    try:
        return re.compile(words)
    except re.error:
        return re.compile(re.escape(words))


def target_words(goal: LineTarget, names: Iterable[str]) -> str:
    """Return a message that the target was not found, not even by its least exact words."""
    where = ", ".join(names)
    if goal.find:
        return f"no line of {where} contains {goal.find[-1]!r}"
    return f"no line of {where} has a time"
