"""The question where in a log to go."""

import time

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.tui.screens.dialog import Dialog


class GoToScreen(Dialog[str]):
    """Asks for a time or a line."""

    TITLE_TEXT = "Go to"
    KEYS_TEXT = "Enter go  Esc close"

    def __init__(self, lines: int, span: tuple[int, int] | None) -> None:
        super().__init__()
        self._lines = lines
        self._span = span

    def content(self) -> list[Widget]:
        """Return the field, and what can be typed."""
        known = f"{self._lines:,} lines"
        if self._span is not None:
            first, last = (
                time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) for at in self._span
            )
            known += f", {first} to {last}"
        about = Text.assemble(
            "A time: ", ("14:03", "bold"), ", ", ("14:03:22", "bold"), ", ",
            ("11-21 14:03", "bold"), "; so long before the end: ", ("-10m", "bold"),
            "; or a line: ", ("1200", "bold"), f"\n{known}",
        )  # fmt: skip
        return [Static(about), Input(compact=True, id="place")]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        self.dismiss(event.value.strip() or None)
