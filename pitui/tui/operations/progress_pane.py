"""The progress panel: operations node by node, kept until the user closes it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget

from pitui.tui.base.actions.action_handler import ActionHandler
from pitui.tui.base.actions.action_table import Scope, bindings, of
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.ui_messages import FooterChanged, ReportRequested
from pitui.tui.operations.operation_runner import (
    OperationEnded,
    OperationReported,
    OperationRunner,
)
from pitui.tui.operations.progress_lines import operation_lines
from pitui.tui.text.styles import to_text


class _Lines(Widget):
    def __init__(self, runner: OperationRunner) -> None:
        super().__init__()
        self._runner = runner

    def render(self) -> Text:
        lines = [to_text(self, c) for o in self._runner.listed for c in operation_lines(o)]
        return Text("\n").join(lines)


class ProgressPane(ActionHandler, VerticalScroll, can_focus=True):
    """Shows how operations go, one below the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(Scope.PROGRESS),
        ("j", "scroll_down", ""),
        ("k", "scroll_up", ""),
    ]
    SCOPE = Scope.PROGRESS
    TITLE = "Progress"

    def __init__(self) -> None:
        super().__init__(id="progress", classes="pane")
        self.title = self.TITLE
        self.runner = OperationRunner(self)
        self._lines = _Lines(self.runner)
        self.display = False

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        yield self._lines

    def appear(self) -> None:
        """Show an operation that has begun."""
        self.display = True
        self._draw()

    @on(OperationReported)
    def show_outcome(self, message: OperationReported) -> None:
        """Show what a node reported."""
        message.operation.take(message.outcome)
        self._draw()

    @on(OperationEnded)
    def show_end(self, message: OperationEnded) -> None:
        """Show the result."""
        self.runner.end(message)
        self.display = self.display and bool(self.runner.listed)
        self._draw()

    def _draw(self) -> None:
        self._lines.refresh(layout=True)
        self._entitle()
        self.post_message(FooterChanged())

    def do_cancel(self) -> None:
        """Stop waiting for what has not ended."""
        self.runner.stop()

    def do_report(self) -> None:
        """Show the board or report of the last provisioning."""
        self.post_message(ReportRequested())

    def do_again(self) -> None:
        """Do the newest operation that failed again, only where it failed."""
        failed = self.runner.repeatable
        if failed is not None:
            self.runner.repeat(failed)

    def on_focus(self) -> None:
        """Say what can be done here."""
        self._entitle()

    def on_blur(self) -> None:
        """Say how to come here."""
        self._entitle()

    def _entitle(self) -> None:
        app = app_of(self)
        keys = {row.id: app.keys.first(row) for row in of(Scope.PROGRESS, Scope.ANYWHERE)}
        offered = [row for row in of(Scope.PROGRESS) if self.is_enabled(row.id)]
        if self.has_focus:
            words = [f"{keys[row.id]} {row.title.lower()}" for row in offered]
            self.border_subtitle = "  ".join([*words, f"{keys['progress']} hide"])
        else:
            more = " or ".join(row.title.lower() for row in offered)
            self.border_subtitle = f"{keys['progress']} {more or 'scroll'}  {keys['back']} close"

    def is_enabled(self, action_id: str) -> bool:
        """Return True for `cancel` while something runs, for `again` if something failed."""
        if action_id == "cancel":
            return bool(self.runner.running)
        if action_id == "report":
            return any(o.stop is not None for o in self.runner.listed)
        if action_id == "again":
            return self.runner.repeatable is not None
        return True
