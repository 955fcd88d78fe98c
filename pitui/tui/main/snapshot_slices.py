"""Showing a snapshot part by part, so that no key waits for the whole of it."""

import asyncio
import time
from collections.abc import Callable, Sequence

from pitui.tui.base.time_slice import SliceClock


class SnapshotSlices:
    """Lets each part of the screen show the newest snapshot; keys are answered in between.

    `parts` show the snapshot that there is when they are called.
    """

    def __init__(self, parts: Sequence[Callable[[], object]]) -> None:
        self._parts = tuple(parts)
        self._due = asyncio.Event()

    def begin(self) -> None:
        """Note that there is another snapshot: each part is called once more."""
        self._due.set()

    async def run(self) -> None:
        """Call the parts whenever there is another snapshot, until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            # By CPU time: that of a small cluster is one slice, however busy the machine is.
            clock = SliceClock(time.thread_time)
            for show in self._parts:
                show()
                await clock.rest_if_due()
