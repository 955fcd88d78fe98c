"""Base of the panes that show lines to read: scroll, copy."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Resize

from pitui.tui.base.actions.cursor_moves import LineMoves
from pitui.tui.base.panes.pane import Pane
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.text.cells import Cell
from pitui.tui.widgets.cell_lines import CellLines

_LEAST = 20
"""Columns for which lines are laid out at least."""


class LinesPane(Pane):
    """Lines that are laid out anew for each width."""

    HELPERS: ClassVar[tuple[str, ...]] = ("moves",)

    def __init__(self, pane_id: str) -> None:
        super().__init__(id=pane_id, classes="pane")
        self._lines = CellLines()
        self.moves = LineMoves(self._lines)

    def compose(self) -> ComposeResult:
        """Lay out the lines."""
        yield self._lines

    def focus(self, scroll_visible: bool = False) -> "LinesPane":
        """Give the focus to the lines."""
        self._lines.focus(scroll_visible)
        return self

    def lay_out(self, width: int) -> Sequence[Cell]:
        """Return the lines for a width. Panes override it."""
        raise NotImplementedError

    def show_lines(self) -> None:
        """Lay the lines out and show them."""
        self._lines.show(self.lay_out(max(_LEAST, self._lines.size.width - 1)))

    def on_resize(self, _event: Resize) -> None:
        """Lay the lines out anew."""
        self.show_lines()

    def do_copy_all(self) -> None:
        """Copy all that is shown."""
        self.app.copy_to_clipboard("\n".join(line.text.rstrip() for line in self._lines.lines))
        self.post_message(StatusMessage(f"copied {self.copied_words()}"))

    def copied_words(self) -> str:
        """Return what is copied, in words. Panes override it."""
        return "all lines"
