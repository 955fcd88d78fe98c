"""The dialog and the progress of saving a complete log."""

import time
from collections.abc import Callable
from pathlib import Path

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import LogSource
from pitui.domain.text.printable import printable
from pitui.tui.backend.backend_interface import LogService
from pitui.tui.base.dialogs.dialog import Dialog
from pitui.tui.logs.dialogs.tree_rows import size_text

SAID_EVERY = 0.2
"""Seconds between two words on how far it is."""


class SaveScreen(Dialog[Path]):
    """Asks for a path on this machine; answers None if cancelled."""

    TITLE_TEXT = "Save the complete log"
    KEYS_TEXT = "Enter save  Esc close"

    def __init__(self, source: LogSource, name: str) -> None:
        super().__init__()
        self._source = source
        self._name_here = name

    def content(self) -> list[Widget]:
        """Return a line on what is saved, and the field."""
        source = self._source
        about = Text(f"{printable(source.path)} on {source.node}, complete")
        return [Static(about), Input(self._name_here, compact=True, id="target")]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        text = event.value.strip()
        self.dismiss(Path(text).expanduser() if text else None)


async def save_log(
    logs: LogService, source: LogSource, target: Path, say: Callable[[str], None]
) -> None:
    """Save a log; `say` shows progress, then the result, as a status message."""
    said = 0.0

    def progress(have: int, total: int | None) -> None:
        nonlocal said
        if time.monotonic() - said > SAID_EVERY:
            said = time.monotonic()
            of = f" of {size_text(total)}" if total else ""
            say(f"saving {target}: {size_text(have)}{of}")

    try:
        size = await logs.save(source, target, progress)
    except PituiError as error:
        say(str(error))
    else:
        say(f"saved {size_text(size)} in {target}")
