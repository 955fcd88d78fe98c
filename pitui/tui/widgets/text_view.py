"""Lines to read: wrapped, scrolled, drawn anew only where they differ."""

from collections.abc import Sequence

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static

from pitui.tui.text.cells import Cell
from pitui.tui.text.styles import to_text


class TextView(VerticalScroll, can_focus=True):
    """Shows lines about one thing; another thing starts at its top."""

    def __init__(self) -> None:
        super().__init__()
        self._text = Static("", markup=False)
        self._about: object = None
        self._lines: Sequence[Cell] = ()

    def compose(self) -> "list[Static]":
        """Lay out the text."""
        return [self._text]

    def show(self, about: object, lines: Sequence[Cell]) -> None:
        """Show lines about something."""
        if about == self._about and lines == self._lines:
            return
        if about != self._about:
            self.scroll_home(animate=False)
        self._about, self._lines = about, lines
        self._text.update(Text("\n").join(to_text(self, line) for line in lines))

    def move_by(self, lines: int) -> None:
        """Scroll by lines."""
        self.scroll_relative(y=lines, animate=False)

    def page(self) -> int:
        """Return how many lines are seen at once."""
        return max(1, self.size.height - 1)

    def move_to(self, index: int) -> None:
        """Scroll to the first line, or with -1 to the last."""
        if index < 0:
            self.scroll_end(animate=False)
        else:
            self.scroll_home(animate=False)
