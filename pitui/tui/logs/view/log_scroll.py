"""Where one is in a log: at its end, following, or at a place that stays where it is."""

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView

from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_rows import LogRows

SIDE_STEP = 16
"""Cells that the text moves sideways at once."""


class LogScroll(ScrollView, can_focus=True, inherit_bindings=False):
    """Moves through the rows of a log."""

    class Changed(Message):
        """What a title says of the view may be different now."""

        def can_replace(self, message: Message) -> bool:
            """Say that one stands for all before it."""
            return isinstance(message, LogScroll.Changed)

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.store = LogStore(limit)
        self.rows = LogRows(self.store)
        self.following = True
        self.cursor: int | None = None
        """The number of the line that keys act on; None while the end is followed."""
        self.selected_from: int | None = None
        """The other end of the lines that are being selected."""
        self._top: tuple[int, int] | None = None
        """What stands on the first row while the end is not followed: a line, and its row."""
        self._wanted: int | None = None
        """The line that is to stand in the middle as soon as it is laid out."""
        self._seen_end = 0
        self._own_scroll = False
        self._height = 0
        """How many rows were seen last."""

    @property
    def new_lines(self) -> int:
        """How many lines came since the end was followed last."""
        return 0 if self.following else self.store.end - self._seen_end

    # -- the place -------------------------------------------------------------------------

    def _resize_rows(self, width: int) -> None:
        """Fit the scroll bar to the rows; the layout of the screen does not depend on it."""
        size = Size(width, self.rows.rows)
        if size != self.virtual_size:
            self.set_reactive(LogScroll.virtual_size, size)
            self._scroll_update(size)

    @property
    def _top_row(self) -> int:
        """The first row that is seen; while the end is followed, counted from there."""
        if self.following:
            return max(0, self.rows.rows - self.size.height)
        return self.scroll_offset.y

    def _number_at(self, row: int) -> int:
        """Return the number of the line on a row, or on the last one."""
        index, _ = self.rows.at_row(max(0, min(row, self.rows.rows - 1)))
        return self.rows.number(index)

    def _go_to_row(self, row: int) -> None:
        self._own_scroll = True
        self.scroll_to(y=max(0, row), animate=False, force=True)
        self._own_scroll = False
        self._note_top()

    def _note_top(self) -> None:
        """Remember what stands on the first row, to keep it there whatever comes and goes."""
        if self.following or not self.rows.rows:
            self._top = None
        else:
            index, part = self.rows.at_row(min(self.scroll_offset.y, self.rows.rows - 1))
            self._top = self.rows.number(index), part
        self.rows.near = self._top[0] if self._top else None

    def _hold_place(self) -> None:
        """Bring the place back to where it was after rows changed."""
        wanted = self._wanted
        if self.following:
            self._go_to_row(self._top_row)
        elif wanted is not None:
            if self.rows.reached(wanted):
                self._wanted = None
                self._go_to_row(self.rows.row(self.rows.index(wanted)) - self.size.height // 2)
        elif self._top is not None and self.rows.reached(self._top[0]):
            number, part = self._top
            index = self.rows.index(number)
            same = index < self.rows.lines and self.rows.number(index) == number
            self._go_to_row(self.rows.row(index) + (part if same else 0))
            self._top = (number, part) if not self.rows.done else self._top

    def hold_bottom(self, height: int) -> None:
        """Keep lines where they are on the screen when rows are added or taken at the top.

        Logs stand below what grows and shrinks, so that is where their height changes. The line
        under the cursor is kept in sight.
        """
        before, self._height = self._height, height
        if not before or self.following or self._wanted is not None or self._top is None:
            return
        number, part = self._top
        if not self.rows.reached(number):
            return
        row = self.rows.row(self.rows.index(number)) + part + before - height
        if self.cursor is not None:
            row = min(row, self.rows.row(self.rows.index(self.cursor)))
        self._go_to_row(row)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Pause when a person scrolls up, follow again when they are back at the end."""
        super().watch_scroll_y(old_value, new_value)
        if self._own_scroll or self._wanted is not None or round(old_value) == round(new_value):
            return
        if self.size.height != self._height:
            return  # what is seen of it has become higher or lower; `hold_bottom` follows
        if new_value >= self.max_scroll_y:
            self.follow()
            return
        if self.following:
            self._hold()
        self._note_top()

    def pause(self) -> None:
        """Stay here while lines come."""
        if self.following:
            self._go_to_row(self._top_row)
            self._hold()
            self._note_top()

    def _hold(self) -> None:
        self.following = False
        self._seen_end = self.store.end
        self.post_message(self.Changed())

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.following, self._wanted = True, None
        self.cursor = self.selected_from = None
        self._go_to_row(self._top_row)
        self.refresh()
        self.post_message(self.Changed())

    def _place(self) -> int:
        """Return the index from which keys move: the cursor's, or the nearest that is seen."""
        last = self.rows.lines - 1
        if self.following:
            return last
        top = self._top_row
        lowest = self.rows.index(self._number_at(top + self.size.height - 1))
        if self.cursor is None:
            return lowest
        return max(self.rows.index(self._number_at(top)), min(self.rows.index(self.cursor), lowest))

    def here(self) -> int:
        """Return the number of the line from which is looked on."""
        return self.rows.number(self._place()) if self.rows.lines else self.store.first

    # -- moving ----------------------------------------------------------------------------

    def move(self, step: int) -> None:
        """Move the cursor by lines; beyond the last one, follow again."""
        if not self.rows.lines or (self.following and step > 0):
            return
        self._put_cursor(self._place() + step)

    def move_pages(self, step: int) -> None:
        """Move the cursor by pages."""
        if not self.rows.lines or (self.following and step > 0):
            return
        row = self.rows.row(self._place()) + step * max(1, self.size.height - 1)
        if row >= self.rows.rows:
            self._put_cursor(self.rows.lines)
            return
        index, _ = self.rows.at_row(max(0, row))
        self.pause()
        self._go_to_row(self._top_row + step * max(1, self.size.height - 1))
        self._put_cursor(index)

    def move_to_start(self) -> None:
        """Go to the oldest line."""
        if self.rows.lines:
            self._put_cursor(0)

    def jump(self, number: int) -> None:
        """Put the cursor on a line that is shown, or will be when it is laid out."""
        self.pause()
        self.cursor = number
        if self.rows.reached(number):
            self._reveal(middle=True)
        else:
            self._wanted = self.rows.near = number

    def _put_cursor(self, index: int) -> None:
        if index >= self.rows.lines:
            if self.selected_from is None:
                self.follow()
                return
            index = self.rows.lines - 1
        self.pause()
        self._wanted = None
        self.cursor = self.rows.number(max(0, index))
        self._reveal()

    def _reveal(self, *, middle: bool = False) -> None:
        """Scroll so that the cursor's line is seen; `middle` if it was not."""
        if self.cursor is None:
            return
        index, height, top = self.rows.index(self.cursor), self.size.height, self._top_row
        first, end = self.rows.row(index), self.rows.row(index + 1)
        if first < top or end > top + height:
            above = first - height // 2 if middle else first
            self._go_to_row(above if middle or first < top else min(first, end - height))
        self.refresh()
        self.post_message(self.Changed())

    def move_sideways(self, step: int) -> None:
        """Move the text sideways."""
        if not self.rows.look.wrap:
            self.scroll_to(x=self.scroll_offset.x + step * SIDE_STEP, animate=False, force=True)
