"""What screens with a footer share: it tells what can be done now, or what was just done."""

from typing import ClassVar

from textual import on
from textual.events import ScreenResume
from textual.screen import Screen

from pitui.tui.actions import Action, Scope, action, of, reaches
from pitui.tui.doing import Doing, pitui
from pitui.tui.messages import HintsChanged, Said
from pitui.tui.widgets.hints import Hints


class OfferingScreen(Doing, Screen[None]):
    """Offers the actions of the place where the focus is, and some that work anywhere."""

    HERE: ClassVar[tuple[str, ...]] = ("help", "refresh", "read_only", "back", "quit")
    """Actions of anywhere that this screen carries out; all others close it and are the main
    screen's."""
    HINTED: ClassVar[tuple[str, ...]] = ("help", "back")
    """Those of them that the footer names."""

    def __init__(self) -> None:
        super().__init__()
        self.hints = Hints()

    def scope(self) -> Scope:
        """Return where the focus is."""
        raise NotImplementedError

    def doer(self, row: Action) -> Doing:
        """Return what carries out an action that is not one of anywhere; screens say more."""
        raise NotImplementedError

    def offered(self) -> list[Action]:
        """Return the actions that can be done now, where the focus is."""
        read_only = pitui(self).read_only
        return [
            row
            for row in of(*reaches(self.scope()))
            if not (row.mutating and read_only) and self._offers(row)
        ]

    def _offers(self, row: Action) -> bool:
        if Scope.ANYWHERE in row.scopes:
            return row.id in self.HINTED
        return self.doer(row).offers(row.id)

    @on(HintsChanged)
    @on(ScreenResume)
    def refresh_hints(self) -> None:
        """Show in the footer what can be done now."""
        if self.is_mounted:
            self.hints.show(self.offered())

    @on(Said)
    def say(self, message: Said) -> None:
        """Show a word on what was just done."""
        self.hints.say(message.text)

    def action_do(self, action_id: str) -> None:
        """Carry out an action: here, or back on the main screen."""
        if Scope.ANYWHERE not in action(action_id).scopes or action_id in self.HERE:
            super().action_do(action_id)
            return
        main = pitui(self).main
        while self.app.screen is not main:
            self.app.pop_screen()
        main.action_do(action_id)

    def do_help(self) -> None:
        """Open the help, with the keys that work here first."""
        from pitui.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.scope()))

    def do_refresh(self) -> None:
        """Ask again now."""
        pitui(self).services.nudge()
        self.hints.say("asked the master and the nodes")

    def do_back(self) -> None:
        """Close; screens say what is undone before."""
        self.dismiss()

    def do_quit(self) -> None:
        """Back out."""
        self.do_back()

    def do_read_only(self) -> None:
        """Switch read-only mode."""
        app = pitui(self)
        app.read_only = not app.read_only
        app.main.show_header()
        self.hints.say("read-only" if app.read_only else "changes are allowed again")
        self.refresh_hints()
