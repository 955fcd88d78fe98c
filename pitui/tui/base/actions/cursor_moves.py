"""The actions that move through rows or lines, for whatever can be moved through."""

from collections.abc import Callable, Sequence
from typing import Protocol


class Movable(Protocol):
    """Rows with a cursor, or lines that scroll."""

    def move_by(self, rows: int, /) -> None:
        """Go down by rows; up by negative ones."""

    def move_to(self, index: int, /) -> None:
        """Go to a row; -1 is the last."""

    def page(self) -> int:
        """Return how many rows a page has."""


class RowMoves:
    """Carries them out in tables.

    `moved` is asked with each key: a screen may have several tables, and moves through the focused.
    """

    def __init__(self, moved: Callable[[], Movable]) -> None:
        self._moved = moved

    def do_down(self) -> None:
        """Go to the next row."""
        self._moved().move_by(1)

    def do_up(self) -> None:
        """Go to the previous row."""
        self._moved().move_by(-1)

    def do_page_down(self) -> None:
        """Go down a page."""
        self._moved().move_by(self._moved().page())

    def do_page_up(self) -> None:
        """Go up a page."""
        self._moved().move_by(-self._moved().page())

    def do_first(self) -> None:
        """Go to the first row."""
        self._moved().move_to(0)

    def do_last(self) -> None:
        """Go to the last row."""
        self._moved().move_to(-1)


class ScrolledLines(Protocol):
    """Lines that scroll."""

    @property
    def lines(self) -> Sequence[object]:
        """The lines that are shown."""

    def move(self, rows: int, /) -> None:
        """Scroll down by rows; up by negative ones."""

    def page(self) -> int:
        """Return how many rows a page has."""


class LineMoves:
    """Carries them out where text is read."""

    def __init__(self, lines: ScrolledLines) -> None:
        self._lines = lines

    def do_scroll_down(self) -> None:
        """Scroll down a line."""
        self._lines.move(1)

    def do_scroll_up(self) -> None:
        """Scroll up a line."""
        self._lines.move(-1)

    def do_scroll_page_down(self) -> None:
        """Scroll down a page."""
        self._lines.move(self._lines.page())

    def do_scroll_page_up(self) -> None:
        """Scroll up a page."""
        self._lines.move(-self._lines.page())

    def do_top(self) -> None:
        """Go to the first line."""
        self._lines.move(-len(self._lines.lines))

    def do_bottom(self) -> None:
        """Go to the last line."""
        self._lines.move(len(self._lines.lines))
