"""Moving through a log: the cursor's line, by lines and pages, and to a certain one."""

from textual.scroll_view import ScrollView

from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_rows import LogRows
from pitui.tui.logs.view.log_viewport import LogChanged, LogViewport

SIDE_STEP = 16
"""Cells that the text moves sideways at once."""


class LogCursor:
    """Moves the cursor of a log view, and what is seen with it."""

    def __init__(
        self, view: ScrollView, store: LogStore, rows: LogRows, viewport: LogViewport
    ) -> None:
        self._view = view
        self._store = store
        self._rows = rows
        self._viewport = viewport

    def here(self) -> int:
        """Return the number of the line from which is looked on."""
        return self._rows.number(self._index()) if self._rows.lines else self._store.first

    def _index(self) -> int:
        """Return the index from which keys move: the cursor's, or the nearest that is seen."""
        rows, viewport = self._rows, self._viewport
        if viewport.following:
            return rows.lines - 1
        top = viewport.top_row
        lowest = rows.index(viewport.number_at(top + self._view.size.height - 1))
        if viewport.cursor is None:
            return lowest
        return max(rows.index(viewport.number_at(top)), min(rows.index(viewport.cursor), lowest))

    def move(self, step: int) -> None:
        """Move the cursor by lines; beyond the last one, follow again."""
        if not self._rows.lines or (self._viewport.following and step > 0):
            return
        self.put(self._index() + step)

    def move_pages(self, step: int) -> None:
        """Move the cursor by pages."""
        rows, viewport = self._rows, self._viewport
        if not rows.lines or (viewport.following and step > 0):
            return
        page = max(1, self._view.size.height - 1)
        row = rows.row(self._index()) + step * page
        if row >= rows.rows:
            self.put(rows.lines)
            return
        index, _ = rows.at_row(max(0, row))
        viewport.pause()
        viewport.go_to_row(viewport.top_row + step * page)
        self.put(index)

    def move_to_start(self) -> None:
        """Go to the oldest line."""
        if self._rows.lines:
            self.put(0)

    def move_sideways(self, step: int) -> None:
        """Move the text sideways."""
        if not self._rows.look.wrap:
            x = self._view.scroll_offset.x + step * SIDE_STEP
            self._view.scroll_to(x=x, animate=False, force=True)

    def jump(self, number: int) -> None:
        """Put the cursor on a line that is shown, or will be when it is laid out."""
        self._viewport.pause()
        self._viewport.cursor = number
        if self._rows.reached(number):
            self._reveal(middle=True)
        else:
            self._viewport.wanted = self._rows.near = number

    def put(self, index: int) -> None:
        """Put the cursor on the line at an index; beyond the last one, follow again."""
        rows, viewport = self._rows, self._viewport
        if index >= rows.lines:
            if viewport.selected_from is None:
                viewport.follow()
                return
            index = rows.lines - 1
        viewport.pause()
        viewport.wanted = None
        viewport.cursor = rows.number(max(0, index))
        self._reveal()

    def _reveal(self, *, middle: bool = False) -> None:
        """Scroll so that the cursor's line is seen; `middle` if it was not."""
        viewport = self._viewport
        if viewport.cursor is None:
            return
        index, height, top = (
            self._rows.index(viewport.cursor),
            self._view.size.height,
            viewport.top_row,
        )
        first, end = self._rows.row(index), self._rows.row(index + 1)
        if first < top or end > top + height:
            above = first - height // 2 if middle else first
            viewport.go_to_row(above if middle or first < top else min(first, end - height))
        self._view.refresh()
        self._view.post_message(LogChanged())
