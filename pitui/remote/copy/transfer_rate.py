"""How fast something goes."""

import time
from collections import deque
from collections.abc import Callable

WINDOW = 5.0
"""Seconds over which a rate is taken: short enough to follow, long enough to be calm."""


class RateMeter:
    """Turns amounts that grow into a rate a second."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._points: deque[tuple[float, int]] = deque()

    def add(self, amount: int) -> float:
        """Note how much there is by now, and return the rate of the last seconds.

        An amount that is smaller than the last one starts again.
        """
        now = self._clock()
        if self._points and amount < self._points[-1][1]:
            self._points.clear()
        self._points.append((now, amount))
        while len(self._points) > 2 and self._points[1][0] <= now - WINDOW:
            self._points.popleft()
        start, first = self._points[0]
        return (amount - first) / (now - start) if now > start else 0.0
