"""The configuration file while the UI runs: who changes it is offered to load it."""

import asyncio
from contextlib import suppress
from functools import partial
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


class ConfigWatch:
    """Looks whether the file has changed, and says once what that means.

    The file may lie on a share or card that is slow: it is looked at beside the event loop.
    """

    def __init__(self, main: "MainScreen", file: Path) -> None:
        self._main = main
        self._file = file
        disk = DiskThread(file.name)
        self._stamps = LastingWork[_Stamp](disk)
        self._loads = LastingWork[Config](disk)
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
        stamp = await self._stamps.do(self._stamp)
        if stamp == self._seen:
            if self._changed:
                await self._tell()
                self._changed = False
            return
        # An editor may be in the middle of writing it: it is read when it has come to rest.
        self._seen, self._changed = stamp, True

    async def _tell(self) -> None:
        app, name = app_of(self._main), self._file.name
        try:
            config = await self._loads.do(partial(load_config, self._file))
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
