"""Laying lines out in slices, and drawing them together with those that come meanwhile."""

import asyncio
import time
from collections.abc import Sequence

from textual.timer import Timer
from textual.widget import Widget

from pitui.domain.concurrency.time_slice import SLICE, SLICE_REST
from pitui.domain.logs.log_line import LogLine
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_rows import LogRows
from pitui.tui.logs.view.log_viewport import LogViewport

REDRAW_AFTER = 0.08
"""Seconds between two redraws while lines come in."""


class LogLayout:
    """Lays the lines of a view out, a few milliseconds at a time, and has them drawn."""

    def __init__(self, view: Widget, store: LogStore, rows: LogRows, viewport: LogViewport) -> None:
        self._view = view
        self._store = store
        self._rows = rows
        self._viewport = viewport
        self._draw_timer: Timer | None = None
        self._working = False
        self._due = False

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take a few lines in; they are drawn soon, together with those that come until then."""
        self._store.add(lines)
        self._rows.scan(SLICE)
        self._draw_soon()

    def lay_out(self) -> None:
        """Lay lines out for a moment and draw; what is left follows soon."""
        done = self._rows.scan(SLICE)
        self._draw(done=done)
        if not done and not self._working:
            self._working = True
            self._view.run_worker(self._go_on(), group="layout")

    async def _go_on(self) -> None:
        """Lay out what is left, a slice at a time."""
        try:
            while not self._rows.done:
                drawn = time.perf_counter()
                while time.perf_counter() - drawn < REDRAW_AFTER and not self._rows.scan(SLICE):
                    await asyncio.sleep(SLICE_REST)
                self._draw(done=self._rows.done)
        finally:
            self._working = False

    def _draw(self, *, done: bool) -> None:
        self._viewport.hold(done=done)
        self._view.refresh()

    @property
    def settled(self) -> bool:
        """Whether everything that was added is laid out and drawn."""
        return self._draw_timer is None and not self._working and self._rows.done

    def _draw_soon(self) -> None:
        if self._draw_timer is not None:
            self._due = True
            return
        self.lay_out()
        self._draw_timer = self._view.set_timer(REDRAW_AFTER, self._draw_again)

    def _draw_again(self) -> None:
        self._draw_timer = None
        if self._due:
            self._due = False
            self._draw_soon()
