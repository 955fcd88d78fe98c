"""Search in logs: `/`, n, N."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from pitui.spark.logs.log_search import Search, search_for
from pitui.tui.logs.log_title import said_slow
from pitui.tui.logs.view.log_find import find_all, find_next

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane


class LogSearch:
    """Searches the lines of the Logs pane, a slice at a time."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view
        self._back: Callable[[], None] = lambda: None
        """Returns to where the search began."""
        self._from = 0
        """The number of the line where it began."""
        self._upward = False
        """Whether the first match above that line is meant, else below."""

    def do_search(self) -> None:
        """Open the search bar; the view moves to the first match while you type."""
        view = self._view
        viewport, number, self._upward = view.viewport, 0, True
        if view.rows.lines:
            number, self._upward = view.cursor.here(), viewport.following
        cursor = viewport.cursor
        self._from = number
        back = partial(self._return, number, cursor)
        self._back = viewport.follow if viewport.following else back
        self._pane.search_bar.open()

    def _return(self, number: int, cursor: int | None) -> None:
        if number in self._view.store:
            self._view.cursor.jump(number)
            self._view.viewport.cursor = cursor

    def search_as_typed(self, words: str) -> None:
        """Highlight what is being typed, go to the nearest match, and count all."""
        search = search_for(words) if words else None
        self._view.drawing.set_search(search)
        self._pane.search_bar.say("")
        if search is None:
            self._pane.workers.cancel_group(self._pane, "find")
            self._pane.workers.cancel_group(self._pane, "count")
            return
        self._pane.in_background(partial(self._find_nearest, search), "find")
        self._pane.in_background(partial(self._count, search), "count")

    async def _find_nearest(self, search: Search) -> None:
        steps = (-1, 1) if self._upward else (1, -1)
        for step in steps:
            number = await find_next(self._view.rows, search, self._from, step)
            if number is not None:
                self._view.cursor.jump(number)
                return

    async def _count(self, search: Search) -> None:
        self._pane.search_bar.say("counting")
        found = await find_all(self._view.rows, search, self._view.store.first)
        count = f"{len(found):,} lines" if len(found) != 1 else "1 line"
        self._pane.search_bar.say(", ".join([count, *said_slow(search)]))

    def back(self) -> None:
        """Return to where the search began."""
        self._back()

    def do_next_match(self) -> None:
        """Go to the next match."""
        self._match(1)

    def do_previous_match(self) -> None:
        """Go to the previous match."""
        self._match(-1)

    def _match(self, step: int) -> None:
        search = self._view.drawing.search or self._view.rows.search
        if search is None:
            self._pane.say("nothing to search for; press / first")
        elif self._view.viewport.following and step > 0:
            self._pane.say("no match below")
        elif self._view.rows.lines:
            begin = (
                self._view.store.end if self._view.viewport.following else self._view.cursor.here()
            )
            found = partial(self._find_next, search, begin, step)
            self._pane.in_background(found, "find")

    async def _find_next(self, search: Search, begin: int, step: int) -> None:
        number = await find_next(self._view.rows, search, begin + step, step)
        if number is None:
            self._pane.say("no match " + ("below" if step > 0 else "above"))
        else:
            self._view.cursor.jump(number)
