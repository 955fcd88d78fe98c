"""The Logs pane: its widgets, and what they tell each other."""

from collections.abc import Callable, Coroutine, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input
from textual.worker import Worker

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level, LogSource
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.ui_messages import FooterChanged, StatusMessage
from pitui.tui.logs.display_options import LogDisplayOptions
from pitui.tui.logs.export import LogExport
from pitui.tui.logs.filters import LogFilters
from pitui.tui.logs.log_follow import LogFollow
from pitui.tui.logs.marked_lines import MarkedLines
from pitui.tui.logs.navigation import LogNavigation
from pitui.tui.logs.search import LogSearch
from pitui.tui.logs.view.log_histogram import LogHistogram
from pitui.tui.logs.view.log_view import LogView
from pitui.tui.logs.view.log_viewport import LogChanged
from pitui.tui.text.cells import Tone, cells
from pitui.tui.widgets.filter_bar import FilterBar

_EMPTY = (
    cells(("no log is open", Tone.DIM)),
    cells(("l", Tone.ACCENT), (" on a node, executor or job opens its log", Tone.DIM)),
    cells(("s", Tone.ACCENT), (" here lists all logs", Tone.DIM)),
)


class LogsPane(Pane):
    """The live tail of one or several logs; keeps the last `log_lines` lines of each."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.LOGS))
    SCOPE = Scope.LOGS
    HELPERS = (
        "follow",
        "navigation",
        "marked_lines",
        "search",
        "filters",
        "display_options",
        "export",
    )

    def __init__(self, log_lines: int) -> None:
        super().__init__(id="logs", classes="pane")
        self.view = LogView(log_lines)
        self.histogram = LogHistogram()
        self._body = Horizontal(self.view, self.histogram, classes="log-body")
        self.filter_bar = FilterBar(self, "filter ", after=self._body)
        self.search_bar = FilterBar(self)
        self.sources: Sequence[LogSource] = ()
        """What is followed; empty before the first log."""
        self.follow = LogFollow(self)
        self.navigation = LogNavigation(self)
        self.marked_lines = MarkedLines(self)
        self.search = LogSearch(self)
        self.filters = LogFilters(self)
        self.display_options = LogDisplayOptions(self)
        self.export = LogExport(self)
        self._offered = (True, False)
        self.title = "Logs"

    def compose(self) -> ComposeResult:
        """Lay out lines and histogram."""
        self.view.drawing.set_empty(_EMPTY)
        self.histogram.display = False
        yield self._body

    def focus(self, scroll_visible: bool = False) -> "LogsPane":
        """Give the focus to the lines."""
        self.view.focus(scroll_visible)
        return self

    def on_resize(self) -> None:
        """Show or hide the histogram for the new width."""
        if self.sources:
            self.display_options.show_histogram()

    @work(group="sources", exclusive=True)
    async def do_sources(self) -> None:
        """Ask which logs to show."""
        from pitui.services.logs.find_sources import ERRORS, ERRORS_LINES
        from pitui.tui.logs.dialogs.log_sources import SourcesScreen
        from pitui.tui.logs.dialogs.tree_rows import CLUSTER

        app = app_of(self)
        screen = SourcesScreen(
            lambda: app.services.logs.tree(app.main.snapshot), list(self.view.store.counts())
        )
        choice = await self.app.push_screen_wait(screen)
        if choice is None:
            return
        try:
            words = choice.words
            found = await app.services.logs.sources(app.main.snapshot, words) if words else []
        except PituiError as error:
            self.say(str(error))
            return
        sources = list(dict.fromkeys([*found, *choice.sources]))
        if ERRORS in words:
            self.follow.show(sources, what=choice.title, lines=ERRORS_LINES)
            self.filters.apply(LogFilter(level=Level.ERROR))
        else:
            if self.follow.what == CLUSTER[ERRORS]:
                self.filters.clear()
            self.follow.show(sources, what=choice.title)
        self.focus()

    # -- what its helpers need -------------------------------------------------------------

    def say(self, text: str) -> None:
        """Show a status message in the footer."""
        self.post_message(StatusMessage(text))

    def in_background(
        self, work: Callable[[], Coroutine[None, None, None]], group: str, *, exclusive: bool = True
    ) -> None:
        """Run a coroutine function as a worker; an exclusive one ends those of its group."""
        _worker: Worker[None] = self.run_worker(work, group=group, exclusive=exclusive)

    def go_to(self, number: int | None, otherwise: str) -> None:
        """Go to the line of a number; where there is none (None), say `otherwise`."""
        if number is None:
            self.say(otherwise)
        else:
            self.view.cursor.jump(number)

    # -- what its widgets tell -------------------------------------------------------------

    @on(LogChanged)
    def tell_changes(self) -> None:
        """Update title, filter bar and histogram."""
        self.follow.entitle()
        self.filters.show()
        offered = (self.view.viewport.following, len(self.view.store) > 0)
        if offered != self._offered:
            self._offered = offered
            self.post_message(FooterChanged())
        if self.histogram.display:
            self.histogram.show(self.view.store.times, self.navigation.moment())

    @on(Input.Changed)
    def words_changed(self, event: Input.Changed) -> None:
        """Search or filter while the user types."""
        event.stop()
        if self.search_bar in event.input.ancestors:
            self.search.search_as_typed(event.value)
        else:
            self.filters.filter_as_typed(event.value)

    @on(FilterBar.Left)
    def bar_left(self, message: FilterBar.Left) -> None:
        """Return to the lines; from a search that was dropped, to where it began."""
        if message.bar is self.search_bar and message.dropped:
            self.search.back()
        self.view.focus()
        self.post_message(FooterChanged())

    @on(LogHistogram.Jump)
    def show_bar(self, message: LogHistogram.Jump) -> None:
        """Show the lines of a bar that was clicked."""
        self.navigation.show_bar(message.bar)

    # -- what can be done ------------------------------------------------------------------

    def step_back(self) -> bool:
        """Leave the selection, else the search, else the filter; return False if there was none."""
        if self.view.viewport.selected_from is not None:
            self.view.viewport.selected_from = None
            self.view.drawing.redraw()
            return True
        if self.search_bar.value:
            self.search_bar.clear()
            return True
        if self.filters.chosen or self.filter_bar.value:
            self.filters.clear()
            return True
        return False

    def is_enabled(self, action_id: str) -> bool:
        """Return False for actions on lines while there are none."""
        if action_id == "follow":
            return bool(self.sources) and not self.view.viewport.following
        if action_id in ("sources", "more", "save"):
            return action_id == "sources" or bool(self.sources)
        if action_id in ("next_match", "previous_match"):
            return self.view.drawing.search is not None or bool(self.filters.chosen.text)
        if action_id in ("next_mark", "previous_mark", "marks"):
            return self.view.marks.newest is not None
        if action_id == "invert":
            return bool(self.filters.chosen.text)
        return len(self.view.store) > 0
