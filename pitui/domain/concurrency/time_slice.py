"""When work on many rows, lines or nodes has to rest, so that keys are answered."""

import asyncio
import time
from collections.abc import Callable, Generator
from typing import TypeVar

SLICE = 0.004
"""Seconds of work after which keys are answered."""
SLICE_REST = 0.002
"""Seconds for which they are: a key goes through several queues until it is carried out."""

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Work that can rest wherever it yields, and what it amounts to in the end."""


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


async def in_slices(steps: Steps[T]) -> T:
    """Do some work to its end, a slice at a time, and return what it amounts to."""
    # By CPU time: that of a small cluster is one slice, however busy the machine is.
    clock = SliceClock(time.thread_time)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
        await clock.rest_if_due()


def at_once(steps: Steps[T]) -> T:
    """Do the same without a rest."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: T = end.value
            return result
