"""What failed with an item on a node."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.lines_pane import LinesPane
from pitui.tui.base.panes.pane_screen import PaneScreen
from pitui.tui.base.ui_messages import LogsRequested
from pitui.tui.data.data_state import DataFailure, DataRow
from pitui.tui.data.failure_lines import failure_lines, failure_title
from pitui.tui.text.cells import Cell


class FailurePane(LinesPane):
    """Why it failed, what to do, and what the node said; `l` goes on to the node's logs."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.FAILURE))
    SCOPE = Scope.FAILURE

    def __init__(self, row: DataRow, failure: DataFailure) -> None:
        super().__init__("failure")
        self._row = row
        self._failure = failure

    def on_mount(self) -> None:
        """Show it."""
        self.title = failure_title(self._row, self._failure)
        self.show_lines()

    def lay_out(self, width: int) -> Sequence[Cell]:
        """Return the lines for a width."""
        return failure_lines(self._row, self._failure, width)

    def do_node_logs(self) -> None:
        """Follow the logs of the node, where a failing disk or link shows."""
        self.post_message(LogsRequested((self._row.node,)))

    def copied_words(self) -> str:
        """Return what is copied, in words."""
        return "what failed"


class FailureScreen(PaneScreen):
    """What failed, above the Data screen."""
