"""Plain lines that scroll, with a search; draws only what is visible."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pitui.domain.text.printable import one_line
from pitui.tui.text.cells import Tone
from pitui.tui.text.styles import tone_style


class TextLines(ScrollView, can_focus=True, inherit_bindings=False):
    """Lines of text; those that hold what is searched for stand out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-lines--match"}

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._matches: list[int] = []
        self._at = -1

    @property
    def lines(self) -> Sequence[str]:
        """The lines as they are shown."""
        return self._lines

    def show(self, lines: Sequence[str]) -> None:
        """Show other lines."""
        indents = (len(line) - len(line.lstrip()) for line in lines)
        self._lines = [
            " " * indent + one_line(line) for indent, line in zip(indents, lines, strict=True)
        ]
        width = max((len(line) for line in self._lines), default=0)
        self.virtual_size = Size(width + 1, len(self._lines))
        self.refresh()

    def search(self, text: str) -> int:
        """Mark the lines that hold a text in any case; go to the first from here; count them."""
        wanted = text.lower()
        self._matches = [
            index for index, line in enumerate(self._lines) if wanted and wanted in line.lower()
        ]
        top = self.scroll_offset.y
        self._at = next((i for i, line in enumerate(self._matches) if line >= top), 0) - 1
        self.refresh()
        self.next_match(1)
        return len(self._matches)

    def next_match(self, step: int) -> None:
        """Go to the next or previous line that was found, around the ends."""
        if self._matches:
            self._at = (self._at + step) % len(self._matches)
            line = self._matches[self._at]
            self.scroll_to(y=max(0, line - self.size.height // 3), animate=False, force=True)

    @property
    def found(self) -> tuple[int, int]:
        """The number of the match that was gone to, and of all."""
        return self._at + 1, len(self._matches)

    def move(self, rows: int = 0, columns: int = 0) -> None:
        """Scroll by rows and columns."""
        self.scroll_relative(x=columns, y=rows, animate=False, force=True)

    def page(self) -> int:
        """Return how many rows a page has."""
        return max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        width, base = self.size.width, self.rich_style
        index = y + self.scroll_offset.y
        if index >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[index]
        style = tone_style(self, Tone.NORMAL if line[:1] != " " else Tone.DIM)
        if index in self._matches:
            style = self.get_component_rich_style("text-lines--match", partial=True)
        left = self.scroll_offset.x
        return Strip([Segment(line, style)]).crop_extend(left, left + width, base).apply_style(base)
