"""The pane of logs: what is followed, and how its parts stand together."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.timer import Timer

from pitui.domain.errors import PituiError
from pitui.domain.log_filter import LogFilter
from pitui.domain.log_line import Level, LogLine, LogSource
from pitui.tui.actions import Scope, bindings
from pitui.tui.doing import pitui
from pitui.tui.messages import HintsChanged
from pitui.tui.panes.log_looks import LogLooks
from pitui.tui.panes.log_moves import LogMoves
from pitui.tui.panes.log_seek import LogSeek
from pitui.tui.panes.log_taking import LogTaking
from pitui.tui.present.cells import Tone, cells
from pitui.tui.present.log_goal import Goal, Seeker, goal_words
from pitui.tui.present.log_words import log_title, name_of
from pitui.tui.widgets.log_scroll import LogScroll
from pitui.tui.widgets.log_view import LogView
from pitui.tui.widgets.tab_bar import TAB_WIDTH

FIRST_LINES = 500
"""Lines of each log to begin with."""

MORE = 20
"""So many times as many are read when more are asked for."""

PIECE = 1000
"""Lines between two looks whether they are what is looked for."""

SEEK_S = 1.0
"""Seconds without further lines after which a goal is no longer looked for."""


class LogsPane(LogMoves, LogLooks, LogSeek, LogTaking):
    """The live tail of one or several logs."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.LOGS))
    SCOPE = Scope.LOGS

    def __init__(self) -> None:
        super().__init__()
        self._what = ""
        self._lines = FIRST_LINES
        self._seeker: Seeker | None = None
        self._seek_end: Timer | None = None
        self._offered = (True, False)
        self.title = "Logs"

    def compose(self) -> ComposeResult:
        """Lay out lines, histogram and filter."""
        self.view = LogView(pitui(self).config.ui.log_lines)
        self.view.set_empty(
            [
                cells(("no log is followed", Tone.DIM)),
                cells(("l", Tone.ACCENT), (" on a node, executor or job shows its log", Tone.DIM)),
                cells(("s", Tone.ACCENT), (" here chooses from all logs", Tone.DIM)),
            ]
        )
        self.histogram.display = False
        yield Horizontal(self.view, self.histogram, classes="log-body")
        yield self.filter_bar
        yield self.search_bar

    def focus(self, scroll_visible: bool = False) -> "LogsPane":
        """Give the focus to the lines."""
        self.view.focus(scroll_visible)
        return self

    def on_resize(self) -> None:
        """Show the histogram where there is room."""
        if self.sources:
            self.show_histogram()

    # -- what is followed ------------------------------------------------------------------

    def show(
        self,
        sources: Sequence[LogSource],
        goal: Goal | None = None,
        what: str = "",
        lines: int = FIRST_LINES,
    ) -> None:
        """Follow other logs, from their end or at a goal; `what` they are in words, if known."""
        if not self.sources:
            self.recall_taste()
        self.sources = tuple(sources)
        nodes = pitui(self).nodes.values()
        self._what = what or name_of(sources, [node.name for node in nodes if node.is_worker])
        self._lines = self.view.store.limit if goal else min(lines, self.view.store.limit)
        self._begin(goal)

    def _begin(self, goal: Goal | None) -> None:
        self.view.begin([source.tag for source in self.sources], follow=self.taste.follow)
        count = f"the last {self._lines:,} lines of {self._what}"
        self.view.set_empty([cells((f"reading {count}", Tone.DIM))])
        self._seeker = Seeker(goal) if goal else None
        self.search_bar.clear()
        if goal or self.chosen.sources:
            self.clear_filter()
        self._entitle()
        self._follow(self.sources)

    @work(group="follow", exclusive=True)
    async def _follow(self, sources: Sequence[LogSource]) -> None:
        lines: AsyncGenerator[list[LogLine], None]
        try:
            lines = pitui(self).services.follow(sources, self._lines)
            async with aclosing(lines) as batches:
                async for batch in batches:
                    for at in range(0, len(batch), PIECE):
                        await self._take(batch[at : at + PIECE])
        except PituiError as error:
            self.view.set_empty(
                [
                    cells((f"✗ {error}", Tone.BAD)),
                    cells(("s", Tone.ACCENT), (" chooses other logs", Tone.DIM)),
                ]
            )
            self.say(str(error))

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
            self.say(goal_words(seeker.goal, [self._what]))

    def do_more(self) -> None:
        """Read further back, and stay at the line."""
        view = self.view
        if not self.sources:
            self.say("no log is followed")
        elif self._lines >= view.store.limit:
            self.say(f"{view.store.limit:,} lines of each log are kept; ui.log_lines keeps more")
        else:
            self._lines = min(self._lines * MORE, view.store.limit)
            moment = self.moment()
            self._begin(Goal((), moment) if moment is not None else None)
            self.say(f"reading the last {self._lines:,} lines of each log")

    @work(group="sources", exclusive=True)
    async def do_sources(self) -> None:
        """Choose what to show from all logs that there are."""
        from pitui.services.log_find import ERRORS, ERRORS_LINES
        from pitui.tui.present.log_tree_text import CLUSTER
        from pitui.tui.screens.log_sources import SourcesScreen

        app = pitui(self)
        screen = SourcesScreen(
            lambda: app.services.log_shelf.tree(app.main.snapshot), list(self.view.store.counts())
        )
        choice = await app.push_screen_wait(screen)
        if choice is None:
            return
        try:
            words = choice.words
            found = await app.services.sources(app.main.snapshot, words) if words else []
        except PituiError as error:
            self.say(str(error))
            return
        sources = list(dict.fromkeys([*found, *choice.sources]))
        if ERRORS in words:
            self.show(sources, what=choice.title, lines=ERRORS_LINES)
            self.filter_by(LogFilter(level=Level.ERROR))
        else:
            if self._what == CLUSTER[ERRORS]:
                self.clear_filter()
            self.show(sources, what=choice.title)
        self.focus()

    # -- what is said of it ----------------------------------------------------------------

    @on(LogScroll.Changed)
    def tell_changes(self) -> None:
        """Say in title, filter and histogram what changed."""
        self._entitle()
        self.show_filter()
        offered = (self.view.following, len(self.view.store) > 0)
        if offered != self._offered:
            self._offered = offered
            self.post_message(HintsChanged())
        if self.histogram.display:
            self.histogram.show(self.view.store.times, self.moment())

    def _entitle(self) -> None:
        view = self.view
        state = "following" if view.following else f"paused, {view.new_lines:,} new"
        if view.selected_from is not None:
            state = f"{len(view.selected_numbers()):,} lines selected"
        room = max(TAB_WIDTH, self.size.width - 6)
        title = log_title(self._what, state, view.store.dropped, room)
        self.title = title if self._what else "Logs"

    def offers(self, action_id: str) -> bool:
        """Offer what there are lines for."""
        if action_id == "follow":
            return bool(self.sources) and not self.view.following
        if action_id in ("sources", "more", "save"):
            return action_id == "sources" or bool(self.sources)
        if action_id in ("next_match", "previous_match"):
            return self.view.search is not None or bool(self.chosen.text)
        if action_id in ("next_mark", "previous_mark", "marks"):
            return self.view.marks.newest is not None
        if action_id == "invert":
            return bool(self.chosen.text)
        return len(self.view.store) > 0
