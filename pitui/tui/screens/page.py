"""A page: one pane on the whole screen above the main one, left by Esc, q or a pane's number."""

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Resize
from textual.screen import Screen

from pitui.tui.actions import Scope, action, bindings, of, reaches
from pitui.tui.doing import Doing, pitui
from pitui.tui.messages import HintsChanged, LogsRequested, Said
from pitui.tui.panes.base import Pane
from pitui.tui.present.header import WIDE
from pitui.tui.widgets.header_bar import HeaderBar
from pitui.tui.widgets.hints import Hints

_HERE = ("help", "refresh", "read_only", "back", "quit")
"""Actions of anywhere that leave the page where it is; all others go back to the main screen."""


class Page(Doing, Screen[None]):
    """Header, pane, footer."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.ANYWHERE))
    OWN_ACTION: ClassVar[str] = ""
    """The action that opens the page; its key closes it too."""

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane
        self.hints = Hints()

    def compose(self) -> ComposeResult:
        """Lay out the page."""
        app = pitui(self)
        self.header = HeaderBar(app.main.snapshot, read_only=app.read_only)
        yield self.header
        yield self.pane
        yield self.hints

    def on_mount(self) -> None:
        """Keep the header up to date and give the pane the focus."""
        self.pane.focus()
        self.show_title()
        self.set_interval(1.0, self.show_header)
        self.refresh_hints()

    def show_header(self) -> None:
        """Show what the main screen's header would."""
        app = pitui(self)
        self.header.show(app.main.snapshot, read_only=app.read_only)

    def on_resize(self, event: Resize) -> None:
        """Choose the header's layout."""
        self.header.set_class(event.size.width < WIDE, "-narrow")

    @on(Pane.Retitled)
    def show_title(self) -> None:
        """Follow the pane's title."""
        self.pane.border_title = Text(self.pane.title)

    @on(HintsChanged)
    def refresh_hints(self) -> None:
        """Show in the footer what can be done now."""
        read_only = pitui(self).read_only
        rows = [
            row
            for row in of(*reaches(self.pane.SCOPE))
            if not (row.mutating and read_only)
            and (row.id == "help" if Scope.ANYWHERE in row.scopes else self.pane.offers(row.id))
        ]
        self.hints.show(rows, at_end=(action("back"),))

    @on(Said)
    def say(self, message: Said) -> None:
        """Show a word on what was just done."""
        self.hints.say(message.text)

    @on(LogsRequested)
    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs on the main screen; Esc there comes back."""
        pitui(self).main.follow_logs(message)

    def action_do(self, action_id: str) -> None:
        """Carry out an action: here, or back on the main screen."""
        main = pitui(self).main
        if action_id in ("back", "quit", self.OWN_ACTION):
            if action_id == self.OWN_ACTION or not self.pane.step_back():
                self.dismiss()
        elif action_id in _HERE:
            main.action_do(action_id)
            self.show_header()
            self.refresh_hints()
        elif Scope.ANYWHERE in action(action_id).scopes:
            self.dismiss()
            main.action_do(action_id)
