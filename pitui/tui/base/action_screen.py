"""What screens with a footer share: it tells what can be done now, or what was just done."""

from typing import ClassVar

from textual import on
from textual.events import ScreenResume
from textual.screen import Screen

from pitui.tui.base.actions import Action, Scope, action, of, reaches
from pitui.tui.base.dispatch import ActionHandler, app_of
from pitui.tui.base.footer import Footer
from pitui.tui.base.messages import FooterChanged, StatusMessage


class ActionScreen(ActionHandler, Screen[None]):
    """Offers the actions of the place where the focus is, and some that work anywhere."""

    HERE: ClassVar[tuple[str, ...]] = ("help", "refresh", "read_only", "back", "quit")
    """Actions of anywhere that this screen carries out; all others close it and are the main
    screen's."""
    HINTED: ClassVar[tuple[str, ...]] = ("help", "back")
    """Those of them that the footer names."""

    def __init__(self) -> None:
        super().__init__()
        self.footer = Footer()

    def scope(self) -> Scope:
        """Return where the focus is."""
        raise NotImplementedError

    def handler(self, row: Action) -> ActionHandler:
        """Return what carries out an action that is not one of anywhere; screens say more."""
        raise NotImplementedError

    def offered(self) -> list[Action]:
        """Return the actions that can be done now, where the focus is."""
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
        """Show in the footer what can be done now."""
        if self.is_mounted:
            self.footer.show(self.offered())

    @on(StatusMessage)
    def say(self, message: StatusMessage) -> None:
        """Show a word on what was just done."""
        self.footer.say(message.text)

    def action_do(self, action_id: str) -> None:
        """Carry out an action: here, or back on the main screen."""
        if Scope.ANYWHERE not in action(action_id).scopes or action_id in self.HERE:
            super().action_do(action_id)
            return
        main = app_of(self).main
        while self.app.screen is not main:
            self.app.pop_screen()
        main.action_do(action_id)

    def do_help(self) -> None:
        """Open the help, with the keys that work here first."""
        from pitui.tui.base.help import HelpScreen

        self.app.push_screen(HelpScreen(self.scope()))

    def do_refresh(self) -> None:
        """Ask again now."""
        app_of(self).services.poll_now()
        self.footer.say("asked the master and the nodes")

    def do_back(self) -> None:
        """Close; screens say what is undone before."""
        self.dismiss()

    def do_quit(self) -> None:
        """Back out."""
        self.do_back()

    def do_read_only(self) -> None:
        """Switch read-only mode."""
        app = app_of(self)
        app.read_only = not app.read_only
        app.main.show_header()
        self.footer.say("read-only" if app.read_only else "changes are allowed again")
        self.refresh_footer()
