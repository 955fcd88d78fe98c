"""The main screen: wires panes, header and footer; what they do is their own."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize
from textual.screen import Screen

from pitui.domain.cluster import Snapshot
from pitui.domain.errors import PituiError
from pitui.tui.actions import Action, Scope, bindings, of, reaches
from pitui.tui.deeds import Deeds
from pitui.tui.doing import Doing, pitui
from pitui.tui.messages import (
    EndRequested,
    HintsChanged,
    JobSelected,
    LogsRequested,
    Requested,
    RetryRequested,
    RunsChanged,
    Said,
    ShellRequested,
    SnapshotChanged,
)
from pitui.tui.panes.base import Pane
from pitui.tui.panes.executors import ExecutorsPane
from pitui.tui.panes.jobs import JobsPane
from pitui.tui.panes.layout import PaneLayout
from pitui.tui.panes.logs import LogsPane
from pitui.tui.panes.nodes import NodesPane
from pitui.tui.panes.progress import ProgressPane
from pitui.tui.present.header import WIDE
from pitui.tui.widgets.header_bar import HeaderBar
from pitui.tui.widgets.hints import Hints

NODES, LOGS, EXECUTORS, JOBS = range(4)


class MainScreen(Doing, Screen[None]):
    """Header, four panes, progress, footer."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.ANYWHERE))
    AUTO_FOCUS = "#nodes RowTable"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.nodes = NodesPane(snapshot)
        self.logs = LogsPane()
        self.executors = ExecutorsPane(snapshot)
        self.jobs = JobsPane(snapshot)
        self.panes = PaneLayout(
            (self.nodes, self.logs, self.executors, self.jobs),
            grid_order=(NODES, JOBS, EXECUTORS, LOGS),
        )
        self.progress = ProgressPane()
        self.hints = Hints()
        self.deeds = Deeds(self)

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        self.header = HeaderBar(self.snapshot, read_only=pitui(self).read_only)
        yield self.header
        yield self.panes
        yield self.progress
        yield self.hints

    def connected(self) -> None:
        """Begin what needs the services."""
        self.follow(("master", "workers"))

    # -- what comes from the services ------------------------------------------------------

    @on(SnapshotChanged)
    def show_snapshot(self, message: SnapshotChanged) -> None:
        """Hand a snapshot down to header and panes."""
        self.snapshot = message.snapshot
        self.header.show(self.snapshot, read_only=pitui(self).read_only)
        self.nodes.show(self.snapshot)
        self.jobs.show(self.snapshot)
        self._show_executors()
        self._look()

    @on(RunsChanged)
    def show_runs(self, message: RunsChanged) -> None:
        """Hand the runs down."""
        self.jobs.show_runs(message.runs)

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

    @on(EndRequested)
    def end_job(self, message: EndRequested) -> None:
        """Kill or cancel."""
        self.deeds.end(message.job)

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs and go there."""
        self.panes.go(LOGS)
        self.follow(message.words)

    @work(group="logs", exclusive=True)
    async def follow(self, words: Sequence[str]) -> None:
        """Show logs in their pane."""
        try:
            self.logs.show(await pitui(self).services.sources(self.snapshot, words))
        except PituiError as error:
            self.hints.say(str(error))

    @on(ShellRequested)
    @work(group="shell", exclusive=True)
    async def open_shell(self, message: ShellRequested) -> None:
        """Leave the screen to a shell on a node for a while."""
        from pitui.tui.shell import run_shell

        await run_shell(pitui(self), pitui(self).nodes[message.node])

    @on(RetryRequested)
    def retry(self, message: RetryRequested) -> None:
        """Try to reach a node now."""
        pitui(self).services.retry(message.node)
        self.hints.say(f"trying {message.node}")

    @on(Said)
    def say(self, message: Said) -> None:
        """Show a word on what was just done."""
        self.hints.say(message.text)

    # -- the screen ------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        """Choose the layout."""
        self.header.set_class(event.size.width < WIDE, "-narrow")
        self.panes.resized(event.size.width, event.size.height)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Follow the focus."""
        self.panes.focus_came(event.widget)
        self.refresh_hints()

    @on(HintsChanged)
    @on(PaneLayout.Switched)
    def refresh_hints(self) -> None:
        """Show in the footer what the focused pane can do now."""
        if self.is_mounted:
            keys = pitui(self).keys
            rows = sorted((row for row in self.offered() if row.hint), key=lambda row: row.hint)
            self.hints.show(
                [(keys.first(row), row.title, 0 if row.stays else row.hint) for row in rows]
            )

    def place(self) -> Pane | ProgressPane:
        """Return the pane or panel where the focus is."""
        if self.focused is not None and self.progress in self.focused.ancestors_with_self:
            return self.progress
        return self.panes.focused_pane

    def doer(self, row: Action) -> Doing:
        """Return what carries out an action now."""
        return self if Scope.ANYWHERE in row.scopes else self.place()

    def offered(self) -> list[Action]:
        """Return the actions that can be done now, where the focus is."""
        read_only = pitui(self).read_only
        return [
            row
            for row in of(*reaches(self.place().SCOPE))
            if not (row.mutating and read_only) and self.doer(row).offers(row.id)
        ]

    # -- actions that work anywhere --------------------------------------------------------

    def do_nodes(self) -> None:
        """Go to the nodes."""
        self.panes.go(NODES)

    def do_log_pane(self) -> None:
        """Go to the logs."""
        self.panes.go(LOGS)

    def do_executor_pane(self) -> None:
        """Go to the executors."""
        self.panes.go(EXECUTORS)

    def do_jobs(self) -> None:
        """Go to the jobs."""
        self.panes.go(JOBS)

    def do_next_pane(self) -> None:
        """Go to the next pane."""
        self.panes.go(self.panes.active + 1)

    def do_previous_pane(self) -> None:
        """Go to the previous pane."""
        self.panes.go(self.panes.active - 1)

    def do_zoom(self) -> None:
        """Zoom the pane, or all again."""
        self.panes.zoom()

    def do_refresh(self) -> None:
        """Ask again now."""
        pitui(self).services.nudge()
        self.hints.say("asked the master and the nodes")

    def do_benchmark(self) -> None:
        """Choose a benchmark."""
        self.deeds.benchmark()

    def do_progress(self) -> None:
        """Go to the progress, or hide it where one is there already."""
        if self.progress.has_focus:
            self._hide_progress()
        elif self.progress.operations:
            self.progress.display = True
            self.progress.focus()
        else:
            self.hints.say("nothing was started or stopped yet")

    def _hide_progress(self) -> None:
        self.progress.display = False
        self.panes.focused_pane.focus()

    def do_read_only(self) -> None:
        """Switch read-only mode."""
        app = pitui(self)
        app.read_only = not app.read_only
        self.header.show(self.snapshot, read_only=app.read_only)
        self.hints.say("read-only" if app.read_only else "changes are allowed again")
        self.refresh_hints()

    def do_palette(self) -> None:
        """Open the palette."""
        from textual.command import CommandPalette

        from pitui.tui.palette import ActionProvider

        self.app.push_screen(CommandPalette([ActionProvider], placeholder="Find an action"))

    def do_help(self) -> None:
        """Open the help."""
        from pitui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen())

    def do_back(self) -> None:
        """Undo one thing that was opened."""
        self.step_back()

    def step_back(self) -> bool:
        """Close, unfilter, unmark or unzoom one thing; say whether there was one."""
        if self.progress.display:
            self._hide_progress()
            return True
        if self.panes.focused_pane.step_back():
            self.refresh_hints()
            return True
        if self.panes.zoomed:
            self.panes.zoom()
            return True
        return False

    def do_quit(self) -> None:
        """Back out, and quit when there is nothing left to back out of."""
        if not self.step_back():
            self.deeds.leave()
