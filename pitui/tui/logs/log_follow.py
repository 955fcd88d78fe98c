"""Follows logs in the pane: their last lines, new ones, and a target line if there is one."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from textual.timer import Timer

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.tui.base.app_protocol import app_of
from pitui.tui.logs.line_target import LineTarget, LineTargetSearch, target_words
from pitui.tui.logs.log_title import log_title, name_of
from pitui.tui.text.cells import Tone, cells
from pitui.tui.widgets.tab_bar import TAB_WIDTH

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane

FIRST_LINES = 500
"""Lines of each log to begin with."""

MORE = 20
"""So many times as many are read when more are asked for."""

PIECE = 1000
"""Lines between two looks whether they are what is looked for."""

QUIET_S = 3.0
"""Seconds without a line after which logs are said to be empty."""

SEEK_S = 1.0
"""Seconds without further lines after which a goal is no longer looked for."""

OTHERS = cells(("s", Tone.ACCENT), (" opens other logs", Tone.DIM))


class LogFollow:
    """Follows log sources in the pane; its title, or the empty pane, says how that goes."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view
        self.what = ""
        """What is followed, in words."""
        self._lines = FIRST_LINES
        self._failed = False
        self._quiet: Timer | None = None
        """Says that a log is empty when nothing comes."""
        self._seeker: LineTargetSearch | None = None
        self._seek_end: Timer | None = None
        """Gives the target up when no further lines come."""

    def show(
        self,
        sources: Sequence[LogSource],
        goal: LineTarget | None = None,
        what: str = "",
        lines: int = FIRST_LINES,
    ) -> None:
        """Follow other logs; `what` they are in words, if known, `lines`: so many of each to begin.

        `goal`: the line to go to; None for the end.
        """
        if not self._pane.sources:
            self._pane.display_options.recall()
        self._pane.sources = tuple(sources)
        nodes = app_of(self._pane).nodes.values()
        self.what = what or name_of(sources, [node.name for node in nodes if node.is_worker])
        self._lines = self._view.store.limit if goal else min(lines, self._view.store.limit)
        self._begin(goal)

    def _begin(self, goal: LineTarget | None) -> None:
        self._view.begin(
            [source.tag for source in self._pane.sources],
            follow=self._pane.display_options.settings.follow,
        )
        count = f"the last {self._lines:,} lines of {self.what}"
        self._view.drawing.set_empty([cells((f"reading {count}", Tone.DIM))])
        self._failed = False
        if self._quiet is not None:
            self._quiet.stop()
        self._quiet = self._pane.set_timer(QUIET_S, self._say_quiet)
        self._seeker = LineTargetSearch(goal) if goal else None
        self._pane.search_bar.clear()
        if goal or self._pane.filters.chosen.sources:
            self._pane.filters.clear()
        self.entitle()
        self._pane.in_background(partial(self._follow, self._pane.sources), "follow")

    async def _follow(self, sources: Sequence[LogSource]) -> None:
        lines: AsyncGenerator[list[LogLine], None]
        try:
            lines = app_of(self._pane).services.logs.follow(sources, self._lines)
            async with aclosing(lines) as batches:
                async for batch in batches:
                    for at in range(0, len(batch), PIECE):
                        await self._take(batch[at : at + PIECE])
        except PituiError as error:
            self._failed = True
            self._view.drawing.set_empty([cells((f"✗ {error}", Tone.BAD)), OTHERS])
            self.entitle()
            self._pane.say(str(error))

    def _say_quiet(self) -> None:
        """Show a note in the empty pane when no lines have arrived for `QUIET_S`."""
        if not len(self._view.store) and not self._failed:
            said = f"no lines from {self.what} yet; new ones appear here"
            self._view.drawing.set_empty([cells((said, Tone.DIM)), OTHERS])

    async def _take(self, lines: Sequence[LogLine]) -> None:
        first = self._view.store.end
        # In a burst the sources wait for this: keys are answered meanwhile.
        await self._view.take(lines)
        if self._seeker is None:
            return
        if self._seeker.take(first, lines) and self._seeker.best is not None:
            self._view.cursor.jump(self._seeker.best)
        if self._seek_end is not None:
            self._seek_end.stop()
        self._seek_end = self._pane.set_timer(SEEK_S, self._stop_seeking)

    def _stop_seeking(self) -> None:
        seeker, self._seeker = self._seeker, None
        if seeker is not None and seeker.best is None:
            self._pane.say(target_words(seeker.goal, [self.what]))

    def do_more(self) -> None:
        """Load older lines, and stay at the current one."""
        view = self._view
        if not self._pane.sources:
            self._pane.say("no log is open")
        elif self._lines >= view.store.limit:
            self._pane.say(
                f"pitui keeps {view.store.limit:,} lines of each log; set ui.log_lines to keep more"
            )
        else:
            self._lines = min(self._lines * MORE, view.store.limit)
            moment = self._pane.navigation.moment()
            self._begin(LineTarget((), moment) if moment is not None else None)
            self._pane.say(f"reading the last {self._lines:,} lines of each log")

    def entitle(self) -> None:
        """Show in the title what is followed, and its state."""
        view, viewport = self._view, self._view.viewport
        state = "following" if viewport.following else f"paused, {viewport.new_lines:,} new"
        if self._failed:
            state = "failed"
        if viewport.selected_from is not None:
            state = f"{len(viewport.selected_numbers()):,} lines selected"
        tabs = self._pane.size.width == self._pane.app.size.width  # without a border
        room = TAB_WIDTH if tabs else self._pane.size.width - 6
        title = log_title(self.what, state, view.store.dropped, room)
        self._pane.title = title if self.what else "Logs"
