"""How many lines and errors there are over time."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (1, 60, 3600)
"""Seconds of the stretches that are counted."""
_FINE = 100
"""Stretches for each bar from which on the next coarser ones are summed up."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time."""

    begin: float
    """Unix time."""
    end: float
    lines: int
    errors: int


class TimeCounts:
    """Counts lines and errors by second, minute and hour, as they come and go."""

    def __init__(self) -> None:
        self._lines: tuple[dict[int, int], ...] = tuple({} for _ in _STEPS)
        self._errors: tuple[dict[int, int], ...] = tuple({} for _ in _STEPS)

    def add(self, seconds: Sequence[int], errors: Sequence[int]) -> None:
        """Count lines of these seconds (Unix time) in, and the errors among them."""
        _change(self._lines, Counter(seconds), 1)
        _change(self._errors, Counter(errors), 1)

    def remove(self, seconds: Sequence[int], errors: Sequence[int]) -> None:
        """Count them out."""
        _change(self._lines, Counter(seconds), -1)
        _change(self._errors, Counter(errors), -1)

    @property
    def span(self) -> tuple[int, int] | None:
        """The first second and that after the last; None where no line says a time."""
        hours, minutes, seconds = self._lines[2], self._lines[1], self._lines[0]
        if not hours:
            return None
        return _edge(min(hours), minutes, seconds, 1), _edge(max(hours), minutes, seconds, -1) + 1

    def bars(self, count: int) -> list[Bar]:
        """Return the whole time in `count` equal stretches, the oldest first."""
        if count < 1 or (span := self.span) is None:
            return []
        begin, end = span
        width = max(1.0, (end - begin) / count)
        level = next(
            (n for n, step in enumerate(_STEPS) if (end - begin) / step < count * _FINE), 2
        )
        edges = [begin + width * number for number in range(count + 1)]
        lines, errors = (
            _summed(counts[level], _STEPS[level], edges) for counts in (self._lines, self._errors)
        )
        return [Bar(edges[n], edges[n + 1], lines[n], errors[n]) for n in range(count)]


def _change(levels: tuple[dict[int, int], ...], counts: Counter[int], sign: int) -> None:
    for step, kept in zip(_STEPS, levels, strict=True):
        for second, count in counts.items():
            key = second // step
            left = kept.get(key, 0) + sign * count
            if left:
                kept[key] = left
            else:
                del kept[key]


def _edge(hour: int, minutes: dict[int, int], seconds: dict[int, int], step: int) -> int:
    """Return the first second of an hour that is counted, with -1 the last."""
    minute = next(m for m in range(hour * 60, hour * 60 + 60)[::step] if m in minutes)
    return next(s for s in range(minute * 60, minute * 60 + 60)[::step] if s in seconds)


def _summed(counts: dict[int, int], step: int, edges: Sequence[float]) -> list[int]:
    sums = [0] * (len(edges) - 1)
    for key, count in counts.items():
        at = bisect_right(edges, max(edges[0], key * step)) - 1
        sums[min(at, len(sums) - 1)] += count
    return sums
