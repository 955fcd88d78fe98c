"""The main screen: connects the services and the panes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.geometry import Size

from pitui.domain.concurrency.time_slice import SliceClock
from pitui.domain.errors import PituiError
from pitui.tui.apps.jobs_pane import JobsPane
from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import ACTIONS, Action, Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import (
    JobSelected,
    LogsRequested,
    ProvisionRequested,
    ReportRequested,
    RunsChanged,
    ShellRequested,
    ShowLogAt,
    SnapshotChanged,
    TimelineChanged,
)
from pitui.tui.executors.executors_pane import ExecutorsPane
from pitui.tui.logs.logs_pane import LogsPane
from pitui.tui.main.finding_marks import FindingMarks
from pitui.tui.main.main_actions import MainActions
from pitui.tui.main.navigation_history import NavigationHistory
from pitui.tui.main.pane_layout import EXECUTORS, PaneLayout
from pitui.tui.main.pane_room import PaneRoom
from pitui.tui.nodes.nodes_pane import NodesPane
from pitui.tui.operations.progress_pane import ProgressPane
from pitui.tui.text.header import WIDE
from pitui.tui.widgets.header_bar import HeaderBar

if TYPE_CHECKING:
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.base.actions.action_handler import ActionHandler
    from pitui.tui.base.panes.pane import Pane
    from pitui.tui.logs.line_target import LineTarget


class MainScreen(ActionScreen):
    """Header, four panes, progress panel and footer.

    Passes snapshots down to the panes, and the panes' requests to the operations.
    """

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.ANYWHERE))
    AUTO_FOCUS = "#nodes RowTable"
    HERE = tuple(row.id for row in ACTIONS if Scope.ANYWHERE in row.scopes)
    HINTED = tuple(name for name in HERE if name != "back")
    HELPERS = ("panes", "history", "actions")

    def __init__(self, snapshot: Snapshot, log_lines: int) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.nodes = NodesPane(snapshot)
        self.logs = LogsPane(log_lines)
        self.executors = ExecutorsPane(snapshot)
        self.jobs = JobsPane(snapshot)
        self.panes = PaneLayout(
            (self.nodes, self.logs, self.executors, self.jobs),
            PaneRoom(self.nodes, self.jobs, self.executors, self.logs),
        )
        self.progress = ProgressPane()
        self.operations = self.progress.runner
        self.history = NavigationHistory(self)
        self.actions = MainActions(self)
        self.marks = FindingMarks(self)
        self.runs: Sequence[Run] = ()
        self._news: tuple[str, ...] = ()
        """Words on the unread events, for the header."""
        self._complained = False
        """Whether it was already said that events cannot be kept."""

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        self.header = HeaderBar(self.snapshot, read_only=app_of(self).read_only)
        _fit(self, self.app.size)
        yield self.header
        yield self.panes
        yield self.progress
        yield self.footer

    def on_resize(self, event: Resize) -> None:
        """Choose the layout."""
        _fit(self, event.size)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Follow the focus."""
        self.panes.focus_came(event.widget)
        self.refresh_footer()

    @on(PaneLayout.Switched)
    def panes_switched(self) -> None:
        """Refresh the footer for the pane that is visible now."""
        self.history.moved()
        self.refresh_footer()

    def place(self) -> Pane | ProgressPane:
        """Return the focused pane or panel."""
        if self.focused is not None and self.progress in self.focused.ancestors_with_self:
            return self.progress
        return self.panes.focused_pane

    def scope(self) -> Scope:
        """Return the scope of the focused pane or panel."""
        return self.place().SCOPE

    def handler(self, row: Action) -> ActionHandler:
        """Return the widget that handles an action: the focused pane or panel."""
        return self if Scope.ANYWHERE in row.scopes else self.place()

    def connected(self) -> None:
        """Begin what needs the services."""
        timeline = app_of(self).services.timeline
        timeline.own(self.operations.own)
        timeline.subscribe(lambda: self.post_message(TimelineChanged()))
        self.marks.begin()
        self.follow(("master", "workers"))
        if (file := app_of(self).config_file) is not None:
            from pitui.tui.main.config_watch import ConfigWatch

            self.run_worker(ConfigWatch(self, file).run(), group="config")

    # -- what comes from the services ------------------------------------------------------

    @on(SnapshotChanged)
    async def show_snapshot(self, message: SnapshotChanged) -> None:
        """Hand a snapshot down to header and panes; keys are answered in between."""
        self.snapshot = message.snapshot
        # By CPU time: that of a small cluster is one slice, however busy the machine is.
        clock = SliceClock(time.thread_time)
        for show in (
            self.show_header,
            lambda: self.nodes.show(self.snapshot, self.marks.nodes),
            lambda: self.jobs.show(self.snapshot, self.marks.applications),
            self._show_executors,
            self.refresh_footer,  # what can be done with a row depends on how it stands
        ):
            show()
            await clock.rest_if_due()

    @on(TimelineChanged)
    def show_news(self) -> None:
        """Show the unread events in the header."""
        from pitui.tui.events.event_rows import news_texts

        timeline = app_of(self).services.timeline
        self._news = tuple(news_texts(timeline.news, time.time()))
        self.show_header()
        if timeline.complaint is not None and not self._complained:
            self.app.notify(str(timeline.complaint), severity="warning", markup=False)
        self._complained = timeline.complaint is not None

    def show_header(self) -> None:
        """Bring the header up to date."""
        self.header.show(
            self.snapshot,
            read_only=app_of(self).read_only,
            found=self.marks.texts,
            news=self._news,
        )

    @on(RunsChanged)
    def show_runs(self, message: RunsChanged) -> None:
        """Hand the runs down."""
        self.runs = message.runs
        self.jobs.show_runs(message.runs)
        self.refresh_footer()

    @on(JobSelected)
    def show_executors_of(self, message: JobSelected) -> None:
        """Show the executors of another application."""
        self._show_executors()
        if message.go:
            self.panes.go(EXECUTORS)

    def _show_executors(self) -> None:
        """Show those of the selected application, and say which applications are looked at."""
        self.executors.show(self.snapshot, self.jobs.selected_application())
        app = app_of(self)
        if app.started:
            app.services.set_active_apps(self.jobs.active_applications())

    # -- what panes ask for ----------------------------------------------------------------

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs and go there."""
        self.history.go_to_logs()
        self.follow(message.words)

    @on(ShowLogAt)
    def show_log_at(self, message: ShowLogAt) -> None:
        """Show logs at one line and go there."""
        from pitui.tui.logs.line_target import LineTarget

        self.history.go_to_logs()
        self.follow(message.words, LineTarget(message.find, message.at))

    @work(group="logs", exclusive=True)
    async def follow(self, words: Sequence[str], goal: LineTarget | None = None) -> None:
        """Show logs in their pane, at a target line or, without one (None), at their end."""
        try:
            self.logs.follow.show(
                await app_of(self).services.logs.sources(self.snapshot, words), goal
            )
        except PituiError as error:
            self.footer.say(str(error))

    @on(ShellRequested)
    @work(group="shell", exclusive=True)
    async def open_shell(self, message: ShellRequested) -> None:
        """Leave the screen to a shell on a node for a while."""
        from pitui.tui.terminal.node_shell import run_shell

        if problem := await run_shell(self.app, app_of(self).nodes[message.node]):
            self.footer.say(problem)

    @on(ProvisionRequested)
    @on(ReportRequested)
    def provision(self, message: ProvisionRequested | ReportRequested) -> None:
        """Show the plan for nodes, or ask; or show the last provisioning again."""
        if isinstance(message, ProvisionRequested):
            self.actions.provisioning.open(message.wanted)
        else:
            self.actions.provisioning.show()


def _fit(screen: MainScreen, size: Size) -> None:
    screen.header.set_class(size.width < WIDE, "-narrow")
    screen.panes.resized(size.width, size.height)
