"""Work on many lines in slices, between which keys are answered."""

import asyncio
import time
from collections.abc import Sequence

from textual import work
from textual.timer import Timer

from pitui.domain.logs.log_line import LogLine
from pitui.spark.logs.log_search import Search
from pitui.tui.logs.view.log_find import matches
from pitui.tui.logs.view.log_scroll import LogScroll

REDRAW_AFTER = 0.08
"""Seconds between two redraws while lines come in."""

SLICE = 0.004
"""Seconds of work after which keys are answered."""
SLICE_REST = 0.002
"""Seconds for which they are: a key goes through several queues until it is carried out."""

TAKE_LINES = 250
"""Lines that are taken in between two looks at the clock."""


class SlicedWork(LogScroll):
    """Takes lines in, lays them out and looks through them, a few milliseconds at a time."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._draw_timer: Timer | None = None
        self._working = False
        self._due = False
        self._busy_until = 0.0

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take a few lines in; they are drawn soon, together with those that come until then."""
        self.store.add(lines)
        self.rows.scan(SLICE)
        self._draw_soon()

    async def take(self, lines: Sequence[LogLine]) -> None:
        """Take many lines in, and let keys be answered in between."""
        for begin in range(0, len(lines), TAKE_LINES):
            self.add(lines[begin : begin + TAKE_LINES])
            if time.perf_counter() > self._busy_until:
                await asyncio.sleep(SLICE_REST)
                self._busy_until = time.perf_counter() + SLICE

    # -- laying out ------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Lay lines out for a moment and draw; what is left follows soon."""
        done = self.rows.scan(SLICE)
        self._sync(done=done)
        if not done and not self._working:
            self._working = True
            self._go_on()

    @work(group="layout")
    async def _go_on(self) -> None:
        """Lay out what is left, a slice at a time."""
        try:
            while not self.rows.done:
                drawn = time.perf_counter()
                while time.perf_counter() - drawn < REDRAW_AFTER and not self.rows.scan(SLICE):
                    await asyncio.sleep(SLICE_REST)
                self._sync(done=self.rows.done)
        finally:
            self._working = False

    def _sync(self, *, done: bool) -> None:
        """Bring scroll bar and place in line with the rows, and draw."""
        if self._wanted is not None and done and self._wanted not in self.store:
            self._wanted = None
        width = 0 if self.rows.look.wrap else self.rows.widest + self.rows.look.prefix_width
        self._resize_rows(width)
        self._hold_place()
        self.refresh()
        self.post_message(self.Changed())

    @property
    def settled(self) -> bool:
        """Whether everything that was added is laid out and drawn."""
        return self._draw_timer is None and not self._working and self.rows.done

    def _draw_soon(self) -> None:
        if self._draw_timer is not None:
            self._due = True
            return
        self.lay_out()
        self._draw_timer = self.set_timer(REDRAW_AFTER, self._draw_again)

    def _draw_again(self) -> None:
        self._draw_timer = None
        if self._due:
            self._due = False
            self._draw_soon()

    # -- looking for something -------------------------------------------------------------

    async def find(self, search: Search, begin: int, step: int) -> int | None:
        """Return the next line, or with -1 the one before, in which something is found."""
        until = time.perf_counter() + SLICE
        for number in matches(self.rows, search, begin, step):
            if number is not None:
                return number
            if time.perf_counter() > until:
                await asyncio.sleep(SLICE_REST)
                until = time.perf_counter() + SLICE
        return None

    async def find_all(self, search: Search) -> list[int]:
        """Return all shown lines in which something is found."""
        found: list[int] = []
        until = time.perf_counter() + SLICE
        for number in matches(self.rows, search, self.store.first, 1):
            if number is not None:
                found.append(number)
            elif time.perf_counter() > until:
                await asyncio.sleep(SLICE_REST)
                until = time.perf_counter() + SLICE
        return found
