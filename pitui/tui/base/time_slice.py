"""When work on many rows or lines has to rest, so that keys are answered."""

import asyncio
import time

SLICE = 0.004
"""Seconds of work after which keys are answered."""
SLICE_REST = 0.002
"""Seconds for which they are: a key goes through several queues until it is carried out."""


class SliceClock:
    """Cuts long work into slices: its loop awaits `rest_if_due` as often as it likes."""

    def __init__(self) -> None:
        self._busy_until = time.perf_counter() + SLICE

    async def rest_if_due(self) -> None:
        """Let keys be answered, where the slice is over."""
        if time.perf_counter() > self._busy_until:
            await asyncio.sleep(SLICE_REST)
            self._busy_until = time.perf_counter() + SLICE
