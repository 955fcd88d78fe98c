"""Remembers where the user opened logs from, so that Esc can return there."""

from typing import TYPE_CHECKING

from textual.screen import Screen

from pitui.tui.main.pane_layout import LOGS

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen


class NavigationHistory:
    """Steps back on the main screen, to the place from which logs were opened at last."""

    def __init__(self, main: "MainScreen") -> None:
        self._main = main
        self._origin: _Origin | None = None

    def go_to_logs(self) -> None:
        """Go to the logs, and remember where the user was."""
        main = self._main
        if main.panes.active != LOGS or main.app.screen is not main:
            self._drop()
            self._origin = _Origin(main)
        main.panes.do_log_pane()

    def moved(self) -> None:
        """Forget where logs were opened from once the user moves on from there."""
        if self._main.panes.active != LOGS:
            self._drop()

    def _drop(self) -> None:
        if self._origin is not None:
            self._origin.drop()
            self._origin = None

    def do_back(self) -> None:
        """Step back once."""
        self.step_back()

    def step_back(self) -> bool:
        """Close, unfilter, unmark or unzoom one thing, or go back; say whether there was one."""
        main, origin = self._main, self._origin
        if main.progress.display:
            main.actions.hide_progress()
            return True
        if main.panes.focused_pane.step_back():
            main.refresh_footer()
            return True
        if main.panes.zoomed and not (origin is not None and origin.zoomed):
            main.panes.do_zoom()
            return True
        if origin is not None:
            self._origin = None
            origin.go()
            return True
        return False


class _Origin:
    """A pane of the main screen and the screens above it, kept alive to return to."""

    def __init__(self, main: "MainScreen") -> None:
        self._main = main
        self._pane = main.panes.active
        self.zoomed = main.panes.zoomed
        self._screens: list[Screen[object]] = []
        app = main.app
        while app.screen is not main:
            screen = app.screen
            if not screen.is_modal:
                # Textual removes what is popped, unless it is installed.
                app.install_screen(screen, f"kept-{id(screen)}")
                self._screens.insert(0, screen)
            app.pop_screen()

    def go(self) -> None:
        """Return to the remembered pane and screens."""
        app = self._main.app
        self._main.panes.go(self._pane)
        for screen in self._screens:
            app.uninstall_screen(screen)
            app.push_screen(screen)

    def drop(self) -> None:
        """Close the remembered screens."""
        for screen in self._screens:
            self._main.app.uninstall_screen(screen)
            screen.remove()
