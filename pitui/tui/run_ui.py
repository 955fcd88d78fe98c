"""Running the UI: signals and a lost terminal end it cleanly."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pitui.config.model import Config
from pitui.tui.app import PituiApp
from pitui.tui.terminal.terminal_driver import TerminalDriver

if TYPE_CHECKING:
    from textual.app import App

    from pitui.tui.setup.first_run_app import Decision

_END_LIMIT = 8.0
"""Seconds that the end may take after the terminal is gone; then the process ends as it is."""


def run_ui(config: Config, *, read_only: bool, config_file: Path | None = None) -> None:
    """Show the UI until it is left; with the file's new configuration where that is loaded.

    SIGTERM ends it as `q` does; so does SIGHUP, or any other sign that the terminal is gone. What
    runs on the nodes goes on.

    Raises:
        PituiError: `ui.keys` or `ui.theme` cannot be used, or the services had to end.
    """
    wanted: Config | None = config
    while wanted is not None:
        app = PituiApp(
            wanted, read_only=read_only, config_file=config_file, driver_class=TerminalDriver
        )
        asyncio.run(_run_app(app))
        if app.failure is not None:
            raise app.failure
        if app.return_code:
            sys.exit(app.return_code)
        wanted, read_only = app.next_config, app.read_only


def run_without_config(looked_for: str) -> "Decision | None":
    """Ask somebody without a configuration what they want; None is to leave.

    `looked_for` says where no configuration was found.
    """
    from pitui.tui.setup.first_run_app import FirstRunApp

    app = FirstRunApp(looked_for, driver_class=TerminalDriver)
    asyncio.run(_run_app(app))
    return app.return_value


async def _run_app(app: "App[Any]") -> None:
    loop = asyncio.get_running_loop()
    TerminalDriver.lost = lambda: loop.call_soon_threadsafe(_hang_up, app)
    loop.add_signal_handler(signal.SIGTERM, app.exit)
    loop.add_signal_handler(signal.SIGHUP, _hang_up, app)
    await app.run_async()


def _hang_up(app: "App[Any]") -> None:
    """End, with the standard streams led to nothing, so that no last word fails."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    signal.setitimer(signal.ITIMER_REAL, _END_LIMIT)
    app.exit()
