"""Two lines on the row under the cursor; always there, so that nothing jumps."""

from rich.text import Text
from textual.widget import Widget

from pitui.tui.present.cells import Cell
from pitui.tui.widgets.tones import to_text


class Detail(Widget):
    """Shows two cells below each other, each cut to the width."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Cell, Cell] | None = None

    def show(self, lines: tuple[Cell, Cell] | None) -> None:
        """Show other lines; draws only where they differ."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Text:
        """Draw the lines."""
        first, second = self._lines or (Cell(), Cell())
        if not second.spans:
            return to_text(self, first)
        upper, lower = to_text(self, first), to_text(self, second)
        for text in (upper, lower):
            text.truncate(self.size.width, overflow="ellipsis")
        return Text("\n").join([upper, lower])
