"""When work on many rows or lines has to rest, so that keys are answered."""

import asyncio
import time
from collections.abc import Callable

SLICE = 0.004
"""Seconds of work after which keys are answered."""
SLICE_REST = 0.002
"""Seconds for which they are: a key goes through several queues until it is carried out."""


class SliceClock:
    """Cuts long work into slices: its loop awaits `rest_if_due` as often as it likes.

    `clock` is what a slice is measured by.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._busy_until = clock() + SLICE

    async def rest_if_due(self) -> None:
        """Let keys be answered, where the slice is over."""
        if self._clock() > self._busy_until:
            await asyncio.sleep(SLICE_REST)
            self._busy_until = self._clock() + SLICE
