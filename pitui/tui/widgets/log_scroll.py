"""Where one is in a log: at its end, following, or at a place that stays where it is."""

from textual.message import Message
from textual.scroll_view import ScrollView

from pitui.tui.widgets.log_rows import LogRows, pattern_of
from pitui.tui.widgets.log_store import LogStore

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
        self.search = pattern_of("")
        """What is highlighted; the filter, or what was filtered last."""
        self._anchor: int | None = None
        self._seen_end = 0
        self._own_scroll = False

    @property
    def new_lines(self) -> int:
        """How many lines came since the end was followed last."""
        return 0 if self.following else self.store.end - max(self._seen_end, self.store.first)

    # -- the place -------------------------------------------------------------------------

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

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Pause when a person scrolls up, follow again when they are back at the end."""
        super().watch_scroll_y(old_value, new_value)
        if self._own_scroll or self._anchor is not None or round(old_value) == round(new_value):
            return
        if new_value >= self.max_scroll_y:
            self.follow()
        elif self.following:
            self._hold()

    def _pause(self) -> None:
        if self.following:
            self._go_to_row(self._top_row)
            self._hold()

    def _hold(self) -> None:
        self.following = False
        self._seen_end = self.store.end
        self.post_message(self.Changed())

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.following, self.cursor, self._anchor = True, None, None
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
            self.follow()
            return
        index, _ = self.rows.at_row(max(0, row))
        self._pause()
        self._go_to_row(self._top_row + step * max(1, self.size.height - 1))
        self._put_cursor(index)

    def move_to_start(self) -> None:
        """Go to the oldest line."""
        if self.rows.lines:
            self._put_cursor(0)

    def _put_cursor(self, index: int) -> None:
        if index >= self.rows.lines:
            self.follow()
            return
        self._pause()
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

    # -- looking for something -------------------------------------------------------------

    def jump(self, number: int) -> None:
        """Put the cursor on a line that is shown."""
        self._pause()
        self.cursor = number
        self._reveal(middle=True)

    def next_error(self) -> bool:
        """Go to the next error that is shown; returns whether there was one."""
        if self.following:
            return False
        number = self.store.next_error(self._from())
        while number is not None and not self.rows.shows(number):
            number = self.store.next_error(number)
        if number is not None:
            self.jump(number)
        return number is not None

    def previous_error(self) -> bool:
        """Go to the error before; from the end to the last one."""
        number = self.store.previous_error(self.store.end if self.following else self._from())
        while number is not None and not self.rows.shows(number):
            number = self.store.previous_error(number)
        if number is not None:
            self.jump(number)
        return number is not None

    def next_match(self, step: int) -> bool:
        """Go to the next line, or with -1 the one before, in which `search` is found."""
        if self.search is None or (self.following and step > 0):
            return False
        begin = self.store.end if self.following else self._from()
        numbers = (
            range(begin + 1, self.store.end)
            if step > 0
            else range(begin - 1, self.store.first - 1, -1)
        )
        for number in numbers:
            if self.search.search(self.store[number].text) and self.rows.shows(number):
                self.jump(number)
                return True
        return False

    def _from(self) -> int:
        """Return the number of the line from which is looked on."""
        return self.rows.number(self._place()) if self.rows.lines else self.store.first
