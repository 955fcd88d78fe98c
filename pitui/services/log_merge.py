"""Lines of several logs as one sequence, ordered by time."""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

from pitui.domain.log_line import LogLine


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
