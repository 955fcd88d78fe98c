"""Filters in logs: text, level, source, and lines of context."""

from dataclasses import replace
from typing import TYPE_CHECKING

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level
from pitui.spark.logs.log_search import is_expression
from pitui.tui.logs.log_title import said_filter

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane

_LEVELS = (None, Level.ERROR, Level.WARN, Level.INFO)
_CONTEXT = (0, 2, 5, 20)


class LogFilters:
    """Chooses which lines the Logs pane shows."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view
        self.chosen = LogFilter()

    def filter_as_typed(self, words: str) -> None:
        """Show only lines that contain what is being typed."""
        self.apply(replace(self.chosen, text=words, regex=is_expression(words)))

    def apply(self, chosen: LogFilter) -> None:
        """Show only lines that match a filter."""
        self.chosen = chosen
        self._view.set_filter(chosen)
        self.show()

    def show(self) -> None:
        """Show the active filter, and how many lines match."""
        rows = self._view.rows
        if self.chosen or self._pane.filter_bar.in_use:
            self._pane.filter_bar.reveal()
            done = "" if rows.done else f", {rows.share_done:.0%} searched"
            count = f"{rows.lines:,} of {len(self._view.store):,} lines{done}"
            self._pane.filter_bar.say("  ".join([*said_filter(self.chosen, rows.search), count]))
        elif not self._pane.filter_bar.value:
            self._pane.filter_bar.display = False

    def clear(self) -> None:
        """Show all lines."""
        self.chosen = LogFilter()
        self._pane.filter_bar.clear()
        self.apply(LogFilter())

    def do_log_filter(self) -> None:
        """Open the filter."""
        self._pane.filter_bar.open()
        self.show()

    def do_level(self) -> None:
        """Show only entries at a level and above; each press goes to the next level."""
        at = _LEVELS.index(self.chosen.level) if self.chosen.level in _LEVELS else 0
        self.apply(replace(self.chosen, level=_LEVELS[(at + 1) % len(_LEVELS)]))
        level = self.chosen.level
        self._pane.say(f"{level} and above" if level else "all levels")

    def do_invert(self) -> None:
        """Invert the filter."""
        if not self.chosen.text:
            self._pane.say("no filter to invert; press f first")
            return
        self.apply(replace(self.chosen, inverse=not self.chosen.inverse))

    def do_context(self) -> None:
        """Show context lines around matches; each press goes to the next number."""
        if not self.chosen:
            self._pane.say("no filter to show context for; press f or L first")
            return
        at = _CONTEXT.index(self.chosen.before) if self.chosen.before in _CONTEXT else 0
        lines = _CONTEXT[(at + 1) % len(_CONTEXT)]
        self.apply(replace(self.chosen, before=lines, after=lines))
        self._pane.say(f"{lines} lines of context" if lines else "no context lines")

    def do_only(self) -> None:
        """Show only the source of the line at the cursor, or all sources."""
        if self.chosen.sources:
            self.apply(replace(self.chosen, sources=()))
            self._pane.say("all sources")
        elif self._view.rows.lines:
            tag = self._view.store[self._view.cursor.here()].source
            self.apply(replace(self.chosen, sources=(tag,)))
            self._pane.say(f"only {tag}")
