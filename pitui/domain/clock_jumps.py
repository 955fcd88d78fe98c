"""Time that goes on whatever happens to the clock: the wall clock may be set while pitui runs."""

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""The first goes on while the machine sleeps (Linux); elsewhere the second may."""

_LEAST = 2.0
"""Seconds; a clock that is kept right by NTP is moved by less at a time."""


def steady_time() -> float:
    """Return seconds since some moment; the clock being set does not change it, nor does sleep."""
    return time.clock_gettime(_CLOCK)


class ClockJumps:
    """Tells by how much the wall clock was set."""

    def __init__(self) -> None:
        self._offset = time.time() - steady_time()

    def take(self) -> float:
        """Return the seconds by which it was set since this was asked before; 0 for none.

        Unix times that were noted before have to be moved by it, so that ages stay right.
        """
        offset = time.time() - steady_time()
        jump = offset - self._offset
        if abs(jump) < _LEAST:
            return 0.0
        self._offset = offset
        return jump
