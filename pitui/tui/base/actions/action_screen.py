"""Base of the screens with a footer, which shows the enabled keys or a status message."""

from typing import ClassVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.events import ScreenResume

from pitui.tui.base.actions.action_handler import ActionHandler
from pitui.tui.base.actions.action_table import Action, Scope, action, of, reaches
from pitui.tui.base.actions.footer import Footer
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dismiss_once import dismiss_once
from pitui.tui.base.repaint_below import RepaintBelow
from pitui.tui.base.styled_once import StyledOnce
from pitui.tui.base.ui_messages import FooterChanged, StatusMessage


class ActionScreen(ActionHandler, StyledOnce[None], RepaintBelow[None]):
    """A screen that carries out the actions of the focused scope, and some of `Scope.ANYWHERE`."""

    HERE: ClassVar[tuple[str, ...]] = ("help", "refresh", "read_only", "back", "quit")
    """Actions of anywhere that this screen carries out; all others close it and are the main
    screen's."""
    HINTED: ClassVar[tuple[str, ...]] = ("help", "back")
    """Those of them that the footer names."""

    def __init__(self) -> None:
        super().__init__()
        self.footer = Footer()

    def scope(self) -> Scope:
        """Return the scope of the focused widget, which decides which keys apply."""
        raise NotImplementedError

    def handler(self, row: Action) -> ActionHandler:
        """Return the widget whose `do_ID` carries out an action outside `Scope.ANYWHERE`."""
        raise NotImplementedError

    def offered(self) -> list[Action]:
        """Return the actions that are enabled now for the focused widget."""
        read_only = app_of(self).read_only
        return [
            row
            for row in of(*reaches(self.scope()))
            if not (row.mutating and read_only) and self._offers(row)
        ]

    def _offers(self, row: Action) -> bool:
        if Scope.ANYWHERE in row.scopes:
            return row.id in self.HINTED
        return self.handler(row).is_enabled(row.id)

    @on(FooterChanged)
    @on(ScreenResume)
    def refresh_footer(self) -> None:
        """Show the enabled actions in the footer."""
        if self.is_mounted:
            self.footer.show(self.offered())

    @on(StatusMessage)
    def say(self, message: StatusMessage) -> None:
        """Show a status message in the footer."""
        self.footer.say(message.text)

    def action_do(self, action_id: str) -> None:
        """Carry out an action here, or close this screen and carry it out on the main one."""
        if Scope.ANYWHERE not in action(action_id).scopes or action_id in self.HERE:
            super().action_do(action_id)
            return
        while len(self.app.screen_stack) > 1:
            self.app.pop_screen()
        app_of(self).main.action_do(action_id)

    def do_help(self) -> None:
        """Open the help, with the keys of this scope first."""
        from pitui.tui.base.actions.help_screen import HelpScreen

        self.app.push_screen(HelpScreen(self.scope()))

    def do_refresh(self) -> None:
        """Poll the master and the nodes now."""
        app_of(self).services.poll_now()
        self.footer.say("polling the master and the nodes")

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close this screen, once."""
        return dismiss_once(self, result)

    def do_back(self) -> None:
        """Close this screen. Screens override it to first undo a filter, marks or a zoom."""
        self.dismiss()

    def do_quit(self) -> None:
        """Do what `back` does."""
        self.do_back()

    def do_read_only(self) -> None:
        """Switch read-only mode on or off."""
        app = app_of(self)
        app.read_only = not app.read_only
        app.main.show_header()
        self.footer.say("read-only" if app.read_only else "read-only mode off")
        self.refresh_footer()
