"""The configuration file while the UI runs: who changes it is offered to load it."""

from pathlib import Path
from typing import TYPE_CHECKING

from pitui.config.load import load_config
from pitui.domain.errors import ConfigError
from pitui.tui.base.actions.action_table import action
from pitui.tui.base.app_protocol import app_of

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen

EVERY = 2.0
"""Seconds between two looks at the file: one call of the system, and no reading."""

_Stamp = tuple[int, int, int] | None


class ConfigWatch:
    """Looks whether the file has changed, and says once what that means."""

    def __init__(self, main: "MainScreen", file: Path) -> None:
        self._main = main
        self._file = file
        # So the first look finds what was changed while pitui started.
        self._seen: _Stamp = None
        self._changed = False

    def look(self) -> None:
        """Say that the file has changed; a change is told of when the file is whole again."""
        stamp = self._stamp()
        if stamp == self._seen:
            if self._changed:
                self._changed = False
                self._tell()
            return
        # An editor may be in the middle of writing it: it is read when it has come to rest.
        self._seen, self._changed = stamp, True

    def _tell(self) -> None:
        app, name = app_of(self._main), self._file.name
        try:
            config = load_config(self._file)
        except ConfigError as error:
            text = f"{name} has changed and cannot be used: {error.message}"
            self._main.app.notify(text, severity="error", markup=False)
            return
        if config != app.config:
            key = app.keys.first(action("reload"))
            self._main.app.notify(f"{name} has changed: {key} loads it", markup=False)

    def _stamp(self) -> _Stamp:
        try:
            seen = self._file.stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size, seen.st_ino
