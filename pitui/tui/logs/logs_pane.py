"""The Logs pane, assembled from its parts."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import Level
from pitui.tui.base.actions import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.messages import FooterChanged
from pitui.tui.logs.export import LogExport
from pitui.tui.logs.follow import LogFollow
from pitui.tui.logs.view.log_scroll import LogScroll
from pitui.tui.logs.view.log_view import LogView
from pitui.tui.text.cells import Tone, cells


class LogsPane(LogFollow, LogExport):
    """The live tail of one or several logs."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.LOGS))
    SCOPE = Scope.LOGS

    def __init__(self) -> None:
        super().__init__()
        self._offered = (True, False)
        self.title = "Logs"

    def compose(self) -> ComposeResult:
        """Lay out lines, histogram and filter."""
        self.view = LogView(app_of(self).config.ui.log_lines)
        self.view.set_empty(
            [
                cells(("no log is open", Tone.DIM)),
                cells(("l", Tone.ACCENT), (" on a node, executor or job opens its log", Tone.DIM)),
                cells(("s", Tone.ACCENT), (" here lists all logs", Tone.DIM)),
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
        """Show or hide the histogram for the new width."""
        if self.sources:
            self.show_histogram()

    @work(group="sources", exclusive=True)
    async def do_sources(self) -> None:
        """Ask which logs to show."""
        from pitui.services.logs.find_sources import ERRORS, ERRORS_LINES
        from pitui.tui.logs.dialogs.log_sources import SourcesScreen
        from pitui.tui.logs.dialogs.tree_rows import CLUSTER

        app = app_of(self)
        screen = SourcesScreen(
            lambda: app.services.log_service.tree(app.main.snapshot), list(self.view.store.counts())
        )
        choice = await self.app.push_screen_wait(screen)
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
            if self.what == CLUSTER[ERRORS]:
                self.clear_filter()
            self.show(sources, what=choice.title)
        self.focus()

    # -- what is said of it ----------------------------------------------------------------

    @on(LogScroll.Changed)
    def tell_changes(self) -> None:
        """Update title, filter bar and histogram."""
        self.entitle()
        self.show_filter()
        offered = (self.view.following, len(self.view.store) > 0)
        if offered != self._offered:
            self._offered = offered
            self.post_message(FooterChanged())
        if self.histogram.display:
            self.histogram.show(self.view.store.times, self.moment())

    def is_enabled(self, action_id: str) -> bool:
        """Return False for actions on lines while there are none."""
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
