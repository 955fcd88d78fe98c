"""Search (`/`, n, N) and filters in logs."""

from collections.abc import Callable
from dataclasses import replace

from textual import on, work
from textual.widgets import Input

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level
from pitui.spark.logs.log_search import Search, is_expression, search_for
from pitui.tui.base.messages import FooterChanged
from pitui.tui.logs.log_pane_part import LogPart
from pitui.tui.logs.log_title import said_filter, said_slow
from pitui.tui.widgets.filter_bar import FilterBar

_LEVELS = (None, Level.ERROR, Level.WARN, Level.INFO)
_CONTEXT = (0, 2, 5, 20)


class LogSearch(LogPart):
    """Actions of search and filter."""

    _back: Callable[[], None] = staticmethod(lambda: None)
    """Returns to where the search began."""
    _from = 0
    _upward = False

    # -- search ----------------------------------------------------------------------------

    def do_search(self) -> None:
        """Open the search bar; the view moves to the first match while you type."""
        view = self.view
        number, self._upward = (self.here, view.following) if view.rows.lines else (0, True)
        cursor = view.cursor
        self._from = number
        self._back = view.follow if view.following else lambda: self._return(number, cursor)
        self.search_bar.open()

    def _return(self, number: int, cursor: int | None) -> None:
        if number in self.view.store:
            self.view.jump(number)
            self.view.cursor = cursor

    @on(Input.Changed)
    def words_changed(self, event: Input.Changed) -> None:
        """Search or filter while the user types."""
        event.stop()
        if event.input is self.search_bar.input:
            self._search(search_for(event.value) if event.value else None)
        else:
            words = event.value
            self.filter_by(replace(self.chosen, text=words, regex=is_expression(words)))

    def _search(self, search: Search | None) -> None:
        self.view.set_search(search)
        self.search_bar.say("")
        if search is None:
            self.workers.cancel_group(self, "find")
            self.workers.cancel_group(self, "count")
            return
        self._find_nearest(search)
        self._count(search)

    @work(group="find", exclusive=True)
    async def _find_nearest(self, search: Search) -> None:
        steps = (-1, 1) if self._upward else (1, -1)
        for step in steps:
            number = await self.view.find(search, self._from, step)
            if number is not None:
                self.view.jump(number)
                return

    @work(group="count", exclusive=True)
    async def _count(self, search: Search) -> None:
        self.search_bar.say("counting")
        found = await self.view.find_all(search)
        count = f"{len(found):,} lines" if len(found) != 1 else "1 line"
        self.search_bar.say(", ".join([count, *said_slow(search)]))

    @on(FilterBar.Left)
    def bar_left(self, message: FilterBar.Left) -> None:
        """Return to the lines."""
        if message.bar is self.search_bar and message.dropped:
            self._back()
        self.view.focus()
        self.post_message(FooterChanged())

    def do_next_match(self) -> None:
        """Go to the next match."""
        self._match(1)

    def do_previous_match(self) -> None:
        """Go to the previous match."""
        self._match(-1)

    def _match(self, step: int) -> None:
        search = self.view.search or self.view.rows.search
        if search is None:
            self.say("nothing to search for; press / first")
        elif self.view.following and step > 0:
            self.say("no match below")
        elif self.view.rows.lines:
            self._find_next(search, self.view.store.end if self.view.following else self.here, step)

    @work(group="find", exclusive=True)
    async def _find_next(self, search: Search, begin: int, step: int) -> None:
        number = await self.view.find(search, begin + step, step)
        if number is None:
            self.say("no match " + ("below" if step > 0 else "above"))
        else:
            self.view.jump(number)

    # -- filter ----------------------------------------------------------------------------

    def filter_by(self, chosen: LogFilter) -> None:
        """Show only lines that match a filter."""
        self.chosen = chosen
        self.view.set_filter(chosen)
        self.show_filter()

    def show_filter(self) -> None:
        """Show the active filter, and how many lines match."""
        rows = self.view.rows
        if self.chosen or self.filter_bar.input.has_focus:
            self.filter_bar.display = True
            done = "" if rows.done else f", {rows.share_done:.0%} searched"
            count = f"{rows.lines:,} of {len(self.view.store):,} lines{done}"
            self.filter_bar.say("  ".join([*said_filter(self.chosen, rows.search), count]))
        elif not self.filter_bar.value:
            self.filter_bar.display = False

    def clear_filter(self) -> None:
        """Show all lines."""
        self.chosen = LogFilter()
        self.filter_bar.clear()
        self.filter_by(LogFilter())

    def do_log_filter(self) -> None:
        """Open the filter."""
        self.filter_bar.open()
        self.show_filter()

    def do_level(self) -> None:
        """Show only entries at a level and above; each press goes to the next level."""
        at = _LEVELS.index(self.chosen.level) if self.chosen.level in _LEVELS else 0
        self.filter_by(replace(self.chosen, level=_LEVELS[(at + 1) % len(_LEVELS)]))
        level = self.chosen.level
        self.say(f"{level} and above" if level else "all levels")

    def do_invert(self) -> None:
        """Invert the filter."""
        if not self.chosen.text:
            self.say("no filter to invert; press f first")
            return
        self.filter_by(replace(self.chosen, inverse=not self.chosen.inverse))

    def do_context(self) -> None:
        """Show context lines around matches; each press goes to the next number."""
        if not self.chosen:
            self.say("no filter to show context for; press f or L first")
            return
        at = _CONTEXT.index(self.chosen.before) if self.chosen.before in _CONTEXT else 0
        lines = _CONTEXT[(at + 1) % len(_CONTEXT)]
        self.filter_by(replace(self.chosen, before=lines, after=lines))
        self.say(f"{lines} lines of context" if lines else "no context lines")

    def do_only(self) -> None:
        """Show only the source of the line at the cursor, or all sources."""
        if self.chosen.sources:
            self.filter_by(replace(self.chosen, sources=()))
            self.say("all sources")
        elif self.view.rows.lines:
            tag = self.view.store[self.here].source
            self.filter_by(replace(self.chosen, sources=(tag,)))
            self.say(f"only {tag}")

    def step_back(self) -> bool:
        """Leave the selection, else the search, else the filter; return False if there was none."""
        if self.view.selected_from is not None:
            self.view.selected_from = None
            self.view.redraw()
            return True
        if self.search_bar.value:
            self.search_bar.clear()
            return True
        if self.chosen or self.filter_bar.value:
            self.clear_filter()
            return True
        return False
