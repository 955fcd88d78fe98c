"""A page: one pane on a screen of its own; Esc, q or a pane's number closes it."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize

from pitui.tui.base.actions.action_screen import ActionScreen
from pitui.tui.base.actions.action_table import Action, Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.ui_messages import LogsRequested, ShowLogAt
from pitui.tui.text.header import WIDE
from pitui.tui.widgets.header_bar import HeaderBar


class PaneScreen(ActionScreen):
    """Header, pane, footer."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.ANYWHERE))
    OWN_ACTION: ClassVar[str] = ""
    """The action that opens the page; its key closes it too."""

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        app = app_of(self)
        self.header = HeaderBar(app.main.snapshot, read_only=app.read_only)
        PaneScreen.show_header(self)
        yield self.header
        yield self.pane
        yield self.footer

    def on_mount(self) -> None:
        """Start updating the header, and focus the pane."""
        self.pane.focus()
        self.show_title()
        self.set_interval(1.0, self.show_header)
        self.refresh_footer()

    def show_header(self) -> None:
        """Show the same header as the main screen."""
        app = app_of(self)
        self.header.show(app.main.snapshot, read_only=app.read_only, found=app.main.marks.texts)

    def on_resize(self, event: Resize) -> None:
        """Choose the header's layout."""
        self.header.set_class(event.size.width < WIDE, "-narrow")

    @on(Pane.Retitled)
    def show_title(self) -> None:
        """Update the title when the pane's changes."""
        self.pane.border_title = Text(self.pane.title)

    def scope(self) -> Scope:
        """Return the pane's scope."""
        return self.pane.SCOPE

    def handler(self, row: Action) -> Pane:  # noqa: ARG002
        """Return the pane, which handles the actions."""
        return self.pane

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs on the main screen; Esc there returns to this page."""
        app_of(self).main.follow_logs(message)

    @on(ShowLogAt)
    def show_log_at(self, message: ShowLogAt) -> None:
        """Show a log at a line on the main screen; Esc there returns to this page."""
        app_of(self).main.show_log_at(message)

    def action_do(self, action_id: str) -> None:
        """Carry out an action; the key that opened the page closes it."""
        if action_id == self.OWN_ACTION:
            self.dismiss()
        else:
            super().action_do(action_id)

    def do_back(self) -> None:
        """Let the pane step back, else close the page."""
        if not self.pane.step_back():
            self.dismiss()

    def do_read_only(self) -> None:
        """Switch read-only mode."""
        super().do_read_only()
        self.show_header()
