"""The main screen: connects the services and the panes."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual import on, work

from pitui.domain.cluster import Snapshot
from pitui.domain.errors import PituiError
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.messages import (
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
from pitui.tui.main.pane_frame import EXECUTORS, Frame

if TYPE_CHECKING:
    from pitui.tui.logs.line_target import LineTarget
    from pitui.tui.provision.provisioning import ProvisionActions


class MainScreen(Frame):
    """Passes snapshots to the panes, and the panes' requests to the operations."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._news: tuple[str, ...] = ()
        self._complained = False

    def connected(self) -> None:
        """Begin what needs the services."""
        timeline = app_of(self).services.timeline
        timeline.own(self.operations.own)
        timeline.subscribe(lambda: self.post_message(TimelineChanged()))
        self.follow(("master", "workers"))

    # -- what comes from the services ------------------------------------------------------

    @on(SnapshotChanged)
    def show_snapshot(self, message: SnapshotChanged) -> None:
        """Hand a snapshot down to header and panes."""
        self.snapshot = message.snapshot
        self.show_header()
        self.nodes.show(self.snapshot)
        self.jobs.show(self.snapshot)
        self._show_executors()
        self._look()
        self.refresh_footer()  # what can be done with a row depends on how it stands

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
        self.header.show(self.snapshot, read_only=app_of(self).read_only, news=self._news)

    @on(RunsChanged)
    def show_runs(self, message: RunsChanged) -> None:
        """Hand the runs down."""
        self.jobs.show_runs(message.runs)
        self.refresh_footer()

    @on(JobSelected)
    def show_executors_of(self, message: JobSelected) -> None:
        """Show the executors of another application."""
        self._show_executors()
        self._look()
        if message.go:
            self.panes.go(EXECUTORS)

    def _show_executors(self) -> None:
        self.executors.show(self.snapshot, self.jobs.selected_application())

    def _look(self) -> None:
        app = app_of(self)
        if app.started:
            app.services.set_active_apps(self.jobs.active_applications())

    # -- what panes ask for ----------------------------------------------------------------

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs and go there."""
        self.go_to_logs()
        self.follow(message.words)

    @on(ShowLogAt)
    def show_log_at(self, message: ShowLogAt) -> None:
        """Show logs at one line and go there."""
        from pitui.tui.logs.line_target import LineTarget

        self.go_to_logs()
        self.follow(message.words, LineTarget(message.find, message.at))

    @work(group="logs", exclusive=True)
    async def follow(self, words: Sequence[str], goal: "LineTarget | None" = None) -> None:
        """Show logs in their pane, at their end or at a target line."""
        try:
            self.logs.show(await app_of(self).services.sources(self.snapshot, words), goal)
        except PituiError as error:
            self.footer.say(str(error))

    @on(ShellRequested)
    @work(group="shell", exclusive=True)
    async def open_shell(self, message: ShellRequested) -> None:
        """Leave the screen to a shell on a node for a while."""
        from pitui.tui.terminal.shell import run_shell

        if problem := await run_shell(self.app, app_of(self).nodes[message.node]):
            self.footer.say(problem)

    @on(ProvisionRequested)
    def provision(self, message: ProvisionRequested) -> None:
        """Show the plan for nodes, or ask."""
        self.provisioning.open(message.wanted)

    @on(ReportRequested)
    def show_report(self) -> None:
        """Show the last provisioning again."""
        self.provisioning.show()

    @cached_property
    def provisioning(self) -> "ProvisionActions":
        """Opens and applies provisioning runs; imported on first use."""
        from pitui.tui.provision.provisioning import ProvisionActions

        return ProvisionActions(self)

    # -- actions that work anywhere --------------------------------------------------------

    def do_benchmark(self) -> None:
        """Choose a benchmark; its output is followed."""
        from pitui.tui.operations.job_actions import JobActions

        JobActions(self).benchmark(self._show_run)

    def _show_run(self, run_id: str) -> None:
        self.jobs.select_run(run_id)
        self.follow((run_id,))

    def do_timeline(self) -> None:
        """Show what happened."""
        from pitui.tui.main.timeline_screen import TimelineScreen

        self.app.push_screen(TimelineScreen(self, app_of(self).services.timeline))

    def do_palette(self) -> None:
        """Open the palette."""
        from textual.command import CommandPalette

        from pitui.tui.main.palette import ActionProvider

        self.app.push_screen(CommandPalette([ActionProvider], placeholder="Find an action"))

    def do_quit(self) -> None:
        """Step back once, or quit if there is nothing to step back from."""
        if not self.step_back():
            self._leave()

    def _leave(self) -> None:
        """Quit; asks where an action is not over."""
        running = self.operations.running
        if not running:
            self.app.exit()
            return
        from pitui.tui.base.confirm import Question

        effect = "Actions in progress may be left half done."
        question = Question("Quit now?", "Quit", [o.title for o in running], [effect])
        self.operations.confirm(question, self.app.exit)
