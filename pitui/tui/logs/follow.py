"""Follows logs in the pane: their last lines, new ones, and a target line if there is one."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from textual import work
from textual.timer import Timer

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.tui.base.app_protocol import app_of
from pitui.tui.logs.display_options import LogDisplayOptions
from pitui.tui.logs.line_target import LineTarget, LineTargetSearch, target_words
from pitui.tui.logs.log_title import log_title, name_of
from pitui.tui.logs.navigation import LogNavigation
from pitui.tui.logs.search import LogSearch
from pitui.tui.text.cells import Tone, cells
from pitui.tui.widgets.tab_bar import TAB_WIDTH

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


class LogFollow(LogNavigation, LogDisplayOptions, LogSearch):
    """Follows log sources; the title, or the empty pane, shows how that goes."""

    def __init__(self) -> None:
        super().__init__()
        self.what = ""
        """What is followed, in words."""
        self._lines = FIRST_LINES
        self._failed = False
        self._quiet: Timer | None = None
        self._seeker: LineTargetSearch | None = None
        self._seek_end: Timer | None = None

    def show(
        self,
        sources: Sequence[LogSource],
        goal: LineTarget | None = None,
        what: str = "",
        lines: int = FIRST_LINES,
    ) -> None:
        """Follow other logs, from their end or at a goal; `what` they are in words, if known."""
        if not self.sources:
            self.recall_settings()
        self.sources = tuple(sources)
        nodes = app_of(self).nodes.values()
        self.what = what or name_of(sources, [node.name for node in nodes if node.is_worker])
        self._lines = self.view.store.limit if goal else min(lines, self.view.store.limit)
        self._begin(goal)

    def _begin(self, goal: LineTarget | None) -> None:
        self.view.begin([source.tag for source in self.sources], follow=self.settings.follow)
        count = f"the last {self._lines:,} lines of {self.what}"
        self.view.set_empty([cells((f"reading {count}", Tone.DIM))])
        self._failed = False
        if self._quiet is not None:
            self._quiet.stop()
        self._quiet = self.set_timer(QUIET_S, self._say_quiet)
        self._seeker = LineTargetSearch(goal) if goal else None
        self.search_bar.clear()
        if goal or self.chosen.sources:
            self.clear_filter()
        self.entitle()
        self._follow(self.sources)

    @work(group="follow", exclusive=True)
    async def _follow(self, sources: Sequence[LogSource]) -> None:
        lines: AsyncGenerator[list[LogLine], None]
        try:
            lines = app_of(self).services.follow(sources, self._lines)
            async with aclosing(lines) as batches:
                async for batch in batches:
                    for at in range(0, len(batch), PIECE):
                        await self._take(batch[at : at + PIECE])
        except PituiError as error:
            self._failed = True
            self.view.set_empty([cells((f"✗ {error}", Tone.BAD)), OTHERS])
            self.entitle()
            self.say(str(error))

    def _say_quiet(self) -> None:
        """Show a note in the empty pane when no lines have arrived for `QUIET_S`."""
        if not len(self.view.store) and not self._failed:
            said = f"no lines from {self.what} yet; new ones appear here"
            self.view.set_empty([cells((said, Tone.DIM)), OTHERS])

    async def _take(self, lines: Sequence[LogLine]) -> None:
        first = self.view.store.end
        # In a burst the sources wait for this: keys are answered meanwhile.
        await self.view.take(lines)
        if self._seeker is None:
            return
        if self._seeker.take(first, lines) and self._seeker.best is not None:
            self.view.jump(self._seeker.best)
        if self._seek_end is not None:
            self._seek_end.stop()
        self._seek_end = self.set_timer(SEEK_S, self._stop_seeking)

    def _stop_seeking(self) -> None:
        seeker, self._seeker = self._seeker, None
        if seeker is not None and seeker.best is None:
            self.say(target_words(seeker.goal, [self.what]))

    def do_more(self) -> None:
        """Load older lines, and stay at the current one."""
        view = self.view
        if not self.sources:
            self.say("no log is open")
        elif self._lines >= view.store.limit:
            self.say(
                f"pitui keeps {view.store.limit:,} lines of each log; set ui.log_lines to keep more"
            )
        else:
            self._lines = min(self._lines * MORE, view.store.limit)
            moment = self.moment()
            self._begin(LineTarget((), moment) if moment is not None else None)
            self.say(f"reading the last {self._lines:,} lines of each log")

    def entitle(self) -> None:
        """Show in the title what is followed, and its state."""
        view = self.view
        state = "following" if view.following else f"paused, {view.new_lines:,} new"
        if self._failed:
            state = "failed"
        if view.selected_from is not None:
            state = f"{len(view.selected_numbers()):,} lines selected"
        tabs = self.size.width == self.app.size.width  # without a border
        room = TAB_WIDTH if tabs else self.size.width - 6
        title = log_title(self.what, state, view.store.dropped, room)
        self.title = title if self.what else "Logs"
