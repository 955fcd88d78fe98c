"""Some lines on the row under the cursor; always as many, so that nothing jumps."""

from rich.text import Text
from textual.widget import Widget

from pitui.tui.text.cells import Cell
from pitui.tui.text.styles import to_text


class RowDetail(Widget):
    """Shows two cells below each other, in the lines that there are."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Cell, Cell] | None = None

    def show(self, lines: tuple[Cell, Cell] | None) -> None:
        """Show other lines (None: blank ones); draws only where they differ."""
        if lines != self._lines:
            self._lines = lines
            self.refresh()

    def render(self) -> Text:
        """Draw the lines: each cell in as many as it needs, and neither pushes the other out."""
        first, second = self._lines or (Cell(), Cell())
        if not second.spans:
            return to_text(self, first)
        upper, lower = self._wrapped(first), self._wrapped(second)
        height = max(2, self.size.height)
        for_lower = min(len(lower), (height + 1) // 2)
        upper = self._cut(upper, height - for_lower)
        return Text("\n").join([*upper, *self._cut(lower, height - len(upper))])

    def _wrapped(self, cell: Cell) -> list[Text]:
        text, width = to_text(self, cell), self.size.width
        lines = list(text.wrap(self.app.console, width)) if width else [text]
        for line in lines:
            line.rstrip()
        return lines

    def _cut(self, lines: list[Text], room: int) -> list[Text]:
        """Return as many lines as fit; the last ends with an ellipsis where there were more."""
        if len(lines) <= room:
            return lines
        rest = Text(" ").join(lines[room - 1 :])
        rest.truncate(self.size.width, overflow="ellipsis")
        return [*lines[: room - 1], rest]
