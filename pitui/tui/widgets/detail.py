"""Some lines on the row under the cursor; always as many, so that nothing jumps."""

from rich.text import Text
from textual.widget import Widget

from pitui.tui.present.cells import Cell
from pitui.tui.widgets.tones import to_text


class Detail(Widget):
    """Shows two cells below each other; the second takes what room there is."""

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
        upper.truncate(self.size.width, overflow="ellipsis")
        return Text("\n").join([upper, *self._wrapped(lower)])

    def _wrapped(self, text: Text) -> list[Text]:
        """Return a text in as many lines as fit below the first."""
        width, room = self.size.width, max(1, self.size.height - 1)
        lines = list(text.wrap(self.app.console, width)) if width else [text]
        for line in lines:
            line.rstrip()
        if len(lines) > room:
            rest = Text(" ").join(lines[room - 1 :])
            rest.truncate(width, overflow="ellipsis")
            lines[room - 1 :] = [rest]
        return lines
