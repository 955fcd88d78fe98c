"""The panel below the tables of an application that says what bound it."""

from rich.text import Text
from textual.geometry import Size
from textual.widget import Widget

from pitui.domain.bottleneck.explanation import Explanation
from pitui.tui.apps.bottleneck_lines import bound_panel_lines
from pitui.tui.text.cells import Cell, Tone, cell
from pitui.tui.text.styles import to_text

_SHARE = 0.45
"""Of the screen's height."""
_FRAME = 2


class BoundPanel(Widget):
    """Shows an explanation, or why there is none; takes no room until there is one of them."""

    def __init__(self) -> None:
        super().__init__()
        self._explanation: Explanation | None = None
        self._trouble = ""
        self.border_title = "What bound it"
        self.display = False

    def show(self, explanation: Explanation) -> None:
        """Show what bound the application."""
        self._explanation, self._trouble = explanation, ""
        self.display = True
        self.refresh(layout=True)

    def say(self, trouble: str) -> None:
        """Say why it is not known; what was shown stays."""
        if self._explanation is None:
            self._trouble = trouble
            self.display = True
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return the lines that it fills, at most a share of the screen's."""
        return max(1, len(self._lines(width, int(viewport.height * _SHARE) - _FRAME)))

    def render(self) -> Text:
        """Draw the lines that fit."""
        lines = self._lines(self.content_size.width, self.content_size.height)
        return Text("\n", no_wrap=True, overflow="ellipsis").join(
            to_text(self, line) for line in lines
        )

    def _lines(self, width: int, room: int) -> list[Cell]:
        if self._explanation is not None:
            return bound_panel_lines(self._explanation, max(1, width), max(1, room))
        return [cell(self._trouble, Tone.DIM)]
