"""How a person likes logs to be shown; kept from one session to the next."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from pitui.config.paths import state_folder
from pitui.domain.errors import PituiError
from pitui.tui.logs.view.line_text import Times

AUTO_WIDTH = 100
"""Columns of a pane from which on the histogram is shown to whoever did not choose."""


@dataclass(frozen=True, slots=True)
class LogViewSettings:
    """The toggles that stick."""

    wrap: bool = False
    times: Times = Times.CLOCK
    follow: bool = True
    """Whether a log that is opened is followed; else its beginning is shown."""
    histogram: bool | None = None
    """None: where there is room."""
    fold_traces: bool = False
    fold_repeats: bool = False


def settings_path() -> Path:
    """Return the file that keeps it."""
    return state_folder() / "log-view.json"


def load_settings() -> LogViewSettings:
    """Return what was kept; the defaults where nothing usable was."""
    try:
        return msgspec.json.decode(settings_path().read_bytes(), type=LogViewSettings)
    except (OSError, msgspec.MsgspecError):
        return LogViewSettings()


def save_settings(settings: LogViewSettings) -> None:
    """Keep it.

    Raises:
        PituiError: the file cannot be written.
    """
    from pitui.config.atomic_file import replace_file

    path = settings_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(path, msgspec.json.encode(settings))
    except OSError as error:
        raise PituiError(f"cannot write {path}: {error.strerror}") from error
