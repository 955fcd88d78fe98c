"""The frame of the main screen: panes, focus, footer."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import DescendantFocus, Resize

from pitui.domain.cluster import Snapshot
from pitui.tui.apps.jobs_pane import JobsPane
from pitui.tui.base.action_screen import ActionScreen
from pitui.tui.base.actions import ACTIONS, Action, Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dispatch import ActionHandler
from pitui.tui.base.pane import Pane
from pitui.tui.executors.executors_pane import ExecutorsPane
from pitui.tui.logs.logs_pane import LogsPane
from pitui.tui.main.pane_layout import PaneLayout
from pitui.tui.main.sized_layout import PaneRoom
from pitui.tui.nodes.nodes_pane import NodesPane
from pitui.tui.operations.progress_pane import ProgressPane
from pitui.tui.text.header import WIDE
from pitui.tui.widgets.header_bar import HeaderBar

if TYPE_CHECKING:
    from pitui.tui.main.navigation_history import NavigationHistory

NODES, LOGS, EXECUTORS, JOBS = range(4)


class Frame(ActionScreen):
    """Header, four panes, progress panel and footer, and moving between them."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.ANYWHERE))
    AUTO_FOCUS = "#nodes RowTable"
    HERE = tuple(row.id for row in ACTIONS if Scope.ANYWHERE in row.scopes)
    HINTED = tuple(name for name in HERE if name != "back")

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot
        self.nodes = NodesPane(snapshot)
        self.logs = LogsPane()
        self.executors = ExecutorsPane(snapshot)
        self.jobs = JobsPane(snapshot)
        self.panes = PaneLayout(
            (self.nodes, self.logs, self.executors, self.jobs),
            PaneRoom(self.nodes, self.jobs, self.executors, self.logs),
        )
        self.progress = ProgressPane()
        self.operations = self.progress.runner
        self._way_back: NavigationHistory | None = None

    def compose(self) -> ComposeResult:
        """Lay out the screen."""
        self.header = HeaderBar(self.snapshot, read_only=app_of(self).read_only)
        yield self.header
        yield self.panes
        yield self.progress
        yield self.footer

    def on_resize(self, event: Resize) -> None:
        """Choose the layout."""
        self.header.set_class(event.size.width < WIDE, "-narrow")
        self.panes.resized(event.size.width, event.size.height)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Follow the focus."""
        self.panes.focus_came(event.widget)
        self.refresh_footer()

    @on(PaneLayout.Switched)
    def stay_elsewhere(self) -> None:
        """Forget where logs were opened from once the user moves on from there."""
        if self._way_back is not None and self.panes.active != LOGS:
            self._way_back.drop()
            self._way_back = None

    @on(PaneLayout.Switched)
    def panes_switched(self) -> None:
        """Refresh the footer for the pane that is visible now."""
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

    # -- going about -----------------------------------------------------------------------

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

    def do_progress(self) -> None:
        """Focus the progress panel, or hide it if it has the focus."""
        if self.progress.has_focus:
            self._hide_progress()
        elif self.operations.listed:
            self.progress.display = True
            self.progress.focus()
        else:
            self.footer.say("no actions yet")

    def _hide_progress(self) -> None:
        self.progress.display = False
        self.panes.focused_pane.focus()

    def go_to_logs(self) -> None:
        """Go to the logs, and remember where the user was."""
        from pitui.tui.main.navigation_history import NavigationHistory

        if self.panes.active != LOGS or self.app.screen is not self:
            if self._way_back is not None:
                self._way_back.drop()
            self._way_back = NavigationHistory(self)
        self.panes.go(LOGS)

    def do_back(self) -> None:
        """Step back once."""
        self.step_back()

    def step_back(self) -> bool:
        """Close, unfilter, unmark or unzoom one thing, or go back; say whether there was one."""
        if self.progress.display:
            self._hide_progress()
            return True
        if self.panes.focused_pane.step_back():
            self.refresh_footer()
            return True
        back = self._way_back
        if self.panes.zoomed and not (back is not None and back.zoomed):
            self.panes.zoom()
            return True
        if back is not None:
            self._way_back = None
            back.go()
            return True
        return False
