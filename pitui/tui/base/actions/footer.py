"""The footer: the keys of the focused pane, or for a moment a status message."""

from collections.abc import Iterable

from rich.text import Text
from textual.timer import Timer
from textual.widget import Widget

from pitui.domain.text.printable import one_line
from pitui.tui.base.actions.action_table import Action
from pitui.tui.base.app_protocol import app_of
from pitui.tui.text.cells import Span, Tone
from pitui.tui.text.header import HeaderPart, fit_parts
from pitui.tui.text.styles import spans_text

SAID_FOR = 4.0
"""Seconds that a word on what was just done stays."""


class Footer(Widget):
    """One line of keys."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[tuple[str, str, int], ...] = ()
        self._said = ""
        self._timer: Timer | None = None

    def show(self, rows: Iterable[Action]) -> None:
        """Show those actions that have a place in the footer; the last give way first."""
        first = app_of(self).keys.first
        placed = sorted((row for row in rows if row.hint), key=lambda row: row.hint)
        keys = [(first(row), row.title, 0 if row.stays else row.hint) for row in placed]
        if tuple(keys) != self._keys:
            self._keys = tuple(keys)
            self.refresh()

    def say(self, text: str) -> None:
        """Show a status message for `SAID_FOR` seconds."""
        self._said = one_line(text)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(SAID_FOR, self._hush)
        self.refresh()

    def _hush(self) -> None:
        self._said = ""
        self.refresh()

    def render(self) -> Text:
        """Draw the line."""
        if self._said:
            text = spans_text(self, ((self._said, Tone.WARN),))
            text.truncate(self.size.width, overflow="ellipsis")
            return text
        parts = [HeaderPart(_hint(key, title), rank) for key, title, rank in self._keys]
        return Text("  ").join(
            spans_text(self, part.spans) for part in fit_parts(parts, self.size.width)
        )


def _hint(key: str, title: str) -> tuple[Span, ...]:
    return ((key, Tone.ACCENT), (f" {title.lower()}", Tone.DIM))
