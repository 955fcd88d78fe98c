"""The Textual app: connects configuration, services and the main screen."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Key
from textual.screen import Screen

from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import PituiError, first_error
from pitui.tui.backend.load_services import BackendFactory, first_snapshot, load_live, open_live
from pitui.tui.base.actions.action_handler import StartingError
from pitui.tui.base.actions.action_table import action
from pitui.tui.base.actions.key_remapping import Keys
from pitui.tui.base.styled_once import LOW, TALL, TALL_FROM
from pitui.tui.base.ui_messages import RunsChanged, SnapshotChanged
from pitui.tui.main.main_screen import MainScreen
from pitui.tui.terminal.key_replay import KeyReplay
from pitui.tui.terminal.partial_update import partial_update
from pitui.tui.terminal.style_files import first_style_paths, late_style_paths
from pitui.tui.terminal.theme import OWN_THEME, check_theme, theme_variables

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from pitui.config.model import Config
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.events.event import Event
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.backend.backend_interface import Backend


class PituiApp(App[None], inherit_bindings=False):
    """pitui's terminal UI on one cluster.

    `open_backend` gives the services; `load` imports what it needs, in a thread, after the first
    paint.

    Raises:
        ConfigError: `ui.keys` or `ui.theme` cannot be used.
    """

    TITLE = "pitui"
    CSS_PATH: ClassVar[list[str | PurePath]] = [*first_style_paths()]
    VERTICAL_BREAKPOINTS = [(0, LOW), (TALL_FROM, TALL)]  # noqa: RUF012 - Textual says what it is
    ENABLE_COMMAND_PALETTE = False  # ours is opened by the action `palette`
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "hint_quit", show=False, priority=True),
    ]
    ESCAPE_TO_MINIMIZE = False

    def __init__(
        self,
        config: Config,
        *,
        read_only: bool = False,
        config_file: Path | None = None,
        open_backend: BackendFactory = open_live,
        load: Callable[[], None] = load_live,
        driver_class: type[Driver] | None = None,
    ) -> None:
        self.keys = Keys(config.ui.keys)
        theme = check_theme(config.ui.theme)
        super().__init__(driver_class=driver_class)
        self.register_theme(OWN_THEME)
        self.theme = theme
        self.stylesheet.set_variables(self.get_css_variables())
        self._dressed = False
        self.set_keymap(self.keys.overrides)
        self.animation_level = "none"
        self._typeahead = KeyReplay()
        self.config = config
        self.config_file = config_file
        self.next_config: Config | None = None
        self.nodes = resolve_nodes(config)
        self._read_only = read_only
        self._services: Backend | None = None
        self.main = MainScreen(first_snapshot(config), config.ui.log_lines)
        self._open_backend = open_backend
        self._load = load
        self.failure: PituiError | None = None
        """Why the services, and with them the UI, had to end."""

    @property
    def read_only(self) -> bool:
        """Whether nothing that changes the cluster can be begun."""
        return self._read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        self._read_only = read_only
        self.guard()

    def guard(self) -> None:
        """Have the services refuse all changes while read-only, once nothing is under way."""
        if self._services is not None:
            self._services.read_only = self._read_only and not self.main.operations.running

    @property
    def started(self) -> bool:
        """Whether the services are there."""
        return self._services is not None

    @property
    def services(self) -> Backend:
        """The services of the cluster.

        Raises:
            StartingError: they are not there yet; an action is answered with it.
        """
        if self._services is None:
            raise StartingError
        return self._services

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return pitui's own theme colours."""
        return theme_variables(self.current_theme)

    def get_default_screen(self) -> MainScreen:
        """Return the main screen."""
        return self.main

    def refresh_css(self, animate: bool = True) -> None:
        """Reparse the styles, except before the first paint, when they already have the theme."""
        if self._dressed:
            super().refresh_css(animate)

    def _dress(self) -> None:
        """Load the style files of the screens that can be opened from now on."""
        self.stylesheet.read_all(late_style_paths())
        self.stylesheet.parse()
        self._dressed = True
        for screen in self.screen_stack:
            if screen is not self.main:  # a key was quicker
                screen.update_node_styles(animate=False)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send only the changed cells to the terminal."""
        super()._display(screen, partial_update(renderable))

    def on_ready(self) -> None:
        """Open the services once the first paint is out."""
        self.call_after_refresh(self._serve)

    @work(group="services")
    async def _serve(self) -> None:
        from pitui.tui.main.connection_prompts import UiAsker

        self._dress()
        await asyncio.to_thread(self._load)
        try:
            async with self._open_backend(self.config, UiAsker(self)) as services:
                self._services = services
                self.guard()
                self.main.connected()
                services.timeline.watch(self._on_events)
                await services.run(self._on_snapshot, self._on_runs)
        except* PituiError as errors:
            self.failure = first_error(errors)
            self.exit(return_code=1)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self.main.post_message(SnapshotChanged(snapshot))

    def _on_events(self, found: Sequence[Event]) -> None:
        from pitui.tui.events.toasts import toasts

        for toast in toasts(found):
            severity: SeverityLevel = "error" if toast.bad else "information"
            self.notify(toast.text, severity=severity, markup=False)

    def _on_runs(self, runs: Sequence[Run]) -> None:
        self.main.post_message(RunsChanged(runs))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text to the terminal's clipboard, also from inside tmux and screen."""
        from pitui.tui.terminal.clipboard import sequences, to_tmux

        self._clipboard = text
        if os.environ.get("TMUX"):
            self.run_worker(partial(to_tmux, text), group="clipboard", thread=True)
        if self._driver is not None:
            self._driver.write(sequences(text, os.environ))

    async def _on_key(self, event: Key) -> None:
        if self._typeahead.sent_on(self, event):
            event.prevent_default()

    def _fatal_error(self) -> None:
        from pitui.tui.terminal.crash_report import show_crash

        show_crash(self)

    def action_hint_quit(self) -> None:
        """Show which key quits; Ctrl-C never ends anything."""
        self.main.footer.say(f"{self.keys.first(action('quit'))} quits")
