"""The main screen: wires services and panes; what they do is their own."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual import on, work

from pitui.domain.cluster import Snapshot
from pitui.domain.errors import PituiError
from pitui.tui.doing import pitui
from pitui.tui.messages import (
    DrainRequested,
    EndRequested,
    JobSelected,
    LogsRequested,
    ProvisionRequested,
    ReportRequested,
    Requested,
    RetryRequested,
    RunsChanged,
    ShellRequested,
    ShowLogAt,
    SnapshotChanged,
    TimelineChanged,
)
from pitui.tui.screens.frame import EXECUTORS, Frame

if TYPE_CHECKING:
    from pitui.tui.deeds import Deeds
    from pitui.tui.draining import Draining
    from pitui.tui.present.log_goal import Goal
    from pitui.tui.provisioning import Provisioning


class MainScreen(Frame):
    """Hands snapshots down, and what panes ask for to what does it."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(snapshot)
        self._news: tuple[str, ...] = ()
        self._complained = False

    @cached_property
    def deeds(self) -> "Deeds":
        """What carries out actions; imported with the first."""
        from pitui.tui.deeds import Deeds

        return Deeds(self)

    @cached_property
    def draining(self) -> "Draining":
        """What takes workers out gently; imported with the first."""
        from pitui.tui.draining import Draining

        return Draining(self)

    def connected(self) -> None:
        """Begin what needs the services."""
        timeline = pitui(self).services.timeline
        timeline.own(self.progress.own)
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
        self.refresh_hints()  # what can be done with a row depends on how it stands

    @on(TimelineChanged)
    def show_news(self) -> None:
        """Say in the header what happened since somebody last looked."""
        from pitui.tui.present.timeline import news_texts

        timeline = pitui(self).services.timeline
        self._news = tuple(news_texts(timeline.news, time.time()))
        self.show_header()
        if timeline.complaint is not None and not self._complained:
            self.app.notify(str(timeline.complaint), severity="warning", markup=False)
        self._complained = timeline.complaint is not None

    def show_header(self) -> None:
        """Bring the header up to date."""
        self.header.show(self.snapshot, read_only=pitui(self).read_only, news=self._news)

    @on(RunsChanged)
    def show_runs(self, message: RunsChanged) -> None:
        """Hand the runs down."""
        self.jobs.show_runs(message.runs)
        self.refresh_hints()

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
        pitui(self).services.look_at(self.jobs.active_applications())

    # -- what panes ask for ----------------------------------------------------------------

    @on(Requested)
    def act_on_daemons(self, message: Requested) -> None:
        """Start, stop or restart."""
        self.deeds.daemons(message.verb, message.targets)

    @on(DrainRequested)
    def drain(self, message: DrainRequested) -> None:
        """Decommission and stop."""
        self.draining.ask(message.nodes)

    @on(EndRequested)
    def end_jobs(self, message: EndRequested) -> None:
        """Kill or cancel."""
        self.deeds.end(message.jobs)

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs and go there."""
        self.go_to_logs()
        self.follow(message.words)

    @on(ShowLogAt)
    def show_log_at(self, message: ShowLogAt) -> None:
        """Show logs at one line and go there."""
        from pitui.tui.present.log_goal import Goal

        self.go_to_logs()
        self.follow(message.words, Goal(message.find, message.at))

    @work(group="logs", exclusive=True)
    async def follow(self, words: Sequence[str], goal: "Goal | None" = None) -> None:
        """Show logs in their pane, at their end or at a goal."""
        try:
            self.logs.show(await pitui(self).services.sources(self.snapshot, words), goal)
        except PituiError as error:
            self.hints.say(str(error))

    @on(ShellRequested)
    @work(group="shell", exclusive=True)
    async def open_shell(self, message: ShellRequested) -> None:
        """Leave the screen to a shell on a node for a while."""
        from pitui.tui.shell import run_shell

        await run_shell(pitui(self), pitui(self).nodes[message.node])

    @on(ProvisionRequested)
    def provision(self, message: ProvisionRequested) -> None:
        """Show the plan for nodes, or ask."""
        self.provisioning.open(message.wanted)

    @on(ReportRequested)
    def show_report(self) -> None:
        """Show the last provisioning again."""
        self.provisioning.show()

    @cached_property
    def provisioning(self) -> "Provisioning":
        """What is done about provisioning; imported when it is first asked for."""
        from pitui.tui.provisioning import Provisioning

        return Provisioning(self)

    @on(RetryRequested)
    def retry(self, message: RetryRequested) -> None:
        """Try to reach a node now."""
        pitui(self).services.retry(message.node)
        self.hints.say(f"trying {message.node}")

    # -- actions that work anywhere --------------------------------------------------------

    def do_benchmark(self) -> None:
        """Choose a benchmark."""
        self.deeds.benchmark()

    def do_timeline(self) -> None:
        """Show what happened."""
        from pitui.tui.screens.timeline import TimelineScreen

        self.app.push_screen(TimelineScreen())

    def do_palette(self) -> None:
        """Open the palette."""
        from textual.command import CommandPalette

        from pitui.tui.palette import ActionProvider

        self.app.push_screen(CommandPalette([ActionProvider], placeholder="Find an action"))

    def do_quit(self) -> None:
        """Back out, and quit when there is nothing left to back out of."""
        if not self.step_back():
            self.deeds.leave()
