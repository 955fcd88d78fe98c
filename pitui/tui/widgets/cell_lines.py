"""Lines of cells that scroll; draws only what is visible."""

from collections.abc import Sequence

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pitui.tui.text.cells import Cell, Tone
from pitui.tui.text.segments import Line
from pitui.tui.text.styles import tone_style


class CellLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Shows lines; redraws those that differ."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Cell] = []

    def show(self, lines: Sequence[Cell]) -> None:
        """Show other lines; the place that is read stays."""
        before, self._lines = self._lines, list(lines)
        if len(before) != len(self._lines):
            self.virtual_size = Size(self.size.width, len(self._lines))
            self.refresh()
            return
        top = self.scroll_offset.y
        changed = [y for y, (old, new) in enumerate(zip(before, lines, strict=True)) if old != new]
        for y in changed:
            if top <= y < top + self.size.height:
                self.refresh_line(y)

    @property
    def lines(self) -> Sequence[Cell]:
        """The lines that are shown."""
        return self._lines

    def move(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_relative(y=rows, animate=False, force=True)

    def page(self) -> int:
        """Return how many rows a page has."""
        return max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, base = self.size.width, self.rich_style
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(width, base)
        return Line(self._style).put(self._lines[index], 0, width).strip(width, base)

    def _style(self, tone: Tone) -> Style:
        return tone_style(self, tone)
