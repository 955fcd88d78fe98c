"""The configuration file while the UI runs: who changes it is offered to load it."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.domain.concurrency.disk_thread import DiskThread, LastingWork, SlowDiskError
from pitui.domain.errors import ConfigError
from pitui.tui.base.actions.action_table import action
from pitui.tui.base.app_protocol import app_of

if TYPE_CHECKING:
    from pitui.tui.main.main_screen import MainScreen

EVERY = 2.0
"""Seconds between two looks at the file: one call of the system, and no reading."""

_Stamp = tuple[int, int, int] | None
_Found = Config | ConfigError | None


class ConfigWatch:
    """Looks whether the file has changed, and says once what that means.

    The file may lie on a share or card that is slow: it is looked at beside the event loop.
    """

    def __init__(self, main: "MainScreen", file: Path) -> None:
        self._main = main
        self._file = file
        self._looks = LastingWork[_Found](DiskThread(file.name, reads=True))
        # So the first look finds what was changed while pitui started.
        self._seen: _Stamp = None
        self._changed = False

    async def run(self) -> None:
        """Look again and again, until cancelled; a disk that does not answer is waited for."""
        while True:
            await asyncio.sleep(EVERY)
            with suppress(SlowDiskError):
                await self.look()

    async def look(self) -> None:
        """Say that the file has changed; a change is told of when the file is whole again.

        Raises:
            SlowDiskError: the disk has not answered in time; the next look goes on with it.
        """
        found = await self._looks.do(self._find)
        app, name = app_of(self._main), self._file.name
        if isinstance(found, ConfigError):
            text = f"{name} has changed and cannot be used: {found.message}"
            self._main.app.notify(text, severity="error", markup=False)
        elif found is not None and found != app.config:
            key = app.keys.first(action("reload"))
            self._main.app.notify(f"{name} has changed: {key} loads it", markup=False)

    def _find(self) -> _Found:
        """Return what the file holds where it has changed; runs beside the event loop."""
        stamp = self._stamp()
        if stamp != self._seen:
            # An editor may be in the middle of writing it: it is read when it has come to rest.
            self._seen, self._changed = stamp, True
            return None
        if not self._changed:
            return None
        self._changed = False
        try:
            return load_config(self._file)
        except ConfigError as error:
            return error

    def _stamp(self) -> _Stamp:
        try:
            seen = self._file.stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size, seen.st_ino
