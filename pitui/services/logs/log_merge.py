"""Lines of several logs as one sequence, ordered by time."""

import heapq
import math
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat

from pitui.domain.logs.log_line import LogLine


def merged(logs: Iterable[Sequence[LogLine]]) -> Iterator[LogLine]:
    """Yield every line of every log once, by time; the lines of one log keep their order.

    A line without a time stays with the one before it, the first ones with the one after them. A
    log that knows no times comes last.
    """
    keyed = [zip(_times(log), repeat(number), log, strict=False) for number, log in enumerate(logs)]
    # Two lines of equal time are told apart by their log's number; lines are never compared.
    return (line for _, _, line in heapq.merge(*keyed))


def _times(log: Sequence[LogLine]) -> Iterator[float]:
    latest = next((line.at for line in log if line.at is not None), math.inf)
    for line in log:
        if line.at is not None and line.at > latest:
            latest = line.at
        yield latest


class HoldBack:
    """Puts lines that come from several logs at once in order, by holding each back for a while.

    A line that is later than that stands where it came: none waits for ever, and none is lost.
    """

    def __init__(self, seconds: float, most: int) -> None:
        """`most`: lines that may be held; beyond that the oldest arrivals go early."""
        self._seconds = seconds
        self._most = most
        self._held: dict[int, deque[tuple[float, float, LogLine]]] = {}
        self._latest: dict[int, float] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, number: int, lines: Sequence[LogLine], now: float, wall: float) -> None:
        """Take lines of one log that came now.

        Args:
            number: of the log.
            lines: in their order.
            now: seconds of a clock that only goes forward.
            wall: Unix time, for a log that has told none of its own yet.
        """
        held = self._held.setdefault(number, deque())
        latest = self._latest.get(number, -math.inf)
        for line in lines:
            if line.at is not None and line.at > latest:
                latest = line.at
            held.append((now, latest if latest > -math.inf else wall, line))
        self._latest[number] = latest
        self._count += len(lines)

    def due_at(self) -> float | None:
        """Return when the next lines are due; None where none are held."""
        arrivals = [held[0][0] for held in self._held.values() if held]
        if not arrivals:
            return None
        return -math.inf if self._count > self._most else min(arrivals) + self._seconds

    def take(self, now: float) -> list[LogLine]:
        """Return the lines that have been held long enough, with all that belong before them."""
        excess = self._count > self._most
        due: dict[int, int] = {}
        until = -math.inf
        for number, held in self._held.items():
            count = 0
            for came, key, _ in held:
                if not excess and came + self._seconds > now:
                    break
                count += 1
                until = max(until, key)
            due[number] = count
        return self._merge(due, until) if any(due.values()) else []

    def rest(self) -> list[LogLine]:
        """Return everything that is still held."""
        return self._merge({number: len(held) for number, held in self._held.items()}, math.inf)

    def _merge(self, due: dict[int, int], until: float) -> list[LogLine]:
        logs = []
        for number, held in self._held.items():
            log = [held.popleft() for _ in range(due[number])]
            while held and held[0][1] <= until:
                log.append(held.popleft())
            if log:
                logs.append([(key, number, line) for _, key, line in log])
        if len(logs) > 1:
            lines = [line for _, _, line in heapq.merge(*logs, key=_merge_key)]
        else:
            lines = [line for _, _, line in chain.from_iterable(logs)]
        self._count -= len(lines)
        return lines


def _merge_key(item: tuple[float, int, LogLine]) -> tuple[float, int]:
    return item[:2]
