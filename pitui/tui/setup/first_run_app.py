"""The app shown without a configuration: set one up, try the demo, or quit."""

from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver

from pitui.tui.setup.setup_screen import SetupScreen
from pitui.tui.setup.welcome_screen import DEMO, SETUP, WelcomeScreen
from pitui.tui.terminal.crash_report import show_crash
from pitui.tui.terminal.style_files import style_paths
from pitui.tui.terminal.theme import OWN_THEME, theme_variables


@dataclass(frozen=True, slots=True)
class Decision:
    """What the user chose: the configuration that was written, or the demo."""

    config: Path | None = None
    demo: bool = False


class FirstRunApp(App[Decision], inherit_bindings=False):
    """Ends with a `Decision`; None means that the user quit."""

    TITLE = "pitui"
    CSS_PATH: ClassVar[list[str | PurePath]] = [*style_paths()]
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", show=False),
        Binding("shift+tab", "app.focus_previous", show=False),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(self, looked_for: str, *, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self.register_theme(OWN_THEME)
        self.theme = OWN_THEME.name
        self.animation_level = "none"
        self._looked_for = looked_for

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return our own colours."""
        return theme_variables(self.current_theme)

    def _fatal_error(self) -> None:
        show_crash(self)

    def on_mount(self) -> None:
        """Ask what is wanted."""
        self._welcome()

    def _welcome(self) -> None:
        self.push_screen(WelcomeScreen(self._looked_for), self._chosen)

    def _chosen(self, choice: str | None) -> None:
        if choice == SETUP:
            self.push_screen(SetupScreen(), self._written)
        else:
            self.exit(Decision(demo=True) if choice == DEMO else None)

    def _written(self, config: Path | None) -> None:
        if config is None:
            self._welcome()
        else:
            self.exit(Decision(config))
