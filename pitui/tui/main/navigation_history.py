"""Remembers where the user opened logs from, so that Esc can return there."""

from typing import TYPE_CHECKING

from textual.screen import Screen

if TYPE_CHECKING:
    from pitui.tui.main.pane_frame import Frame


class NavigationHistory:
    """A pane of the main screen and the screens above it, kept alive to return to."""

    def __init__(self, main: "Frame") -> None:
        self._main = main
        self.pane = main.panes.active
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
        self._main.panes.go(self.pane)
        for screen in self._screens:
            app.uninstall_screen(screen)
            app.push_screen(screen)

    def drop(self) -> None:
        """Forget and close the remembered screens."""
        for screen in self._screens:
            self._main.app.uninstall_screen(screen)
            screen.remove()
