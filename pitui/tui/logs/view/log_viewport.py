"""Where one is in a log: at its end, following, or at a place that stays where it is."""

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView

from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.log_rows import LogRows


class LogChanged(Message):
    """What a title says of a log view may be different now."""

    def can_replace(self, message: Message) -> bool:
        """Say that one stands for all before it."""
        return isinstance(message, LogChanged)


class LogViewport:
    """What a view shows of its rows, and keeps in sight while rows come and go."""

    def __init__(self, view: ScrollView, store: LogStore, rows: LogRows) -> None:
        self._view = view
        self._store = store
        self._rows = rows
        self.following = True
        self.cursor: int | None = None
        """The number of the line that keys act on; None while the end is followed."""
        self.selected_from: int | None = None
        """The other end of the lines that are being selected; None while none are."""
        self.wanted: int | None = None
        """The line that is to stand in the middle as soon as it is laid out; None for no one."""
        self._top: tuple[int, int] | None = None
        """What stands on the first row while the end is not followed: a line, and its row."""
        self._seen_end = 0
        self._own_scroll = False
        self._height = 0
        """How many rows were seen last."""

    def forget(self, *, follow: bool) -> None:
        """Begin with other lines: at their end, or at the first."""
        self.cursor = self.selected_from = self.wanted = self._top = None
        self.following = follow
        self._seen_end = 0

    @property
    def new_lines(self) -> int:
        """How many lines came since the end was followed last."""
        return 0 if self.following else self._store.end - self._seen_end

    @property
    def top_row(self) -> int:
        """The first row that is seen; while the end is followed, counted from there."""
        if self.following:
            return max(0, self._rows.rows - self._view.size.height)
        return self._view.scroll_offset.y

    def number_at(self, row: int) -> int:
        """Return the number of the line on a row, or on the last one."""
        index, _ = self._rows.at_row(max(0, min(row, self._rows.rows - 1)))
        return self._rows.number(index)

    def selected_numbers(self) -> list[int]:
        """Return the lines that are being selected, from first to last."""
        rows = self._rows
        if self.selected_from is None or self.cursor is None or not rows.lines:
            return []
        first, last = sorted((self.selected_from, self.cursor))
        index, end = rows.index(first), rows.index(last)
        return [rows.number(at) for at in range(index, min(end + 1, rows.lines))]

    # -- staying there ---------------------------------------------------------------------

    def hold(self, *, done: bool) -> None:
        """Fit the scroll bar to the rows and stay where one was; `done`: all are laid out."""
        rows = self._rows
        if self.wanted is not None and done and self.wanted not in self._store:
            self.wanted = None
        width = 0 if rows.look.wrap else rows.widest + rows.look.prefix_width
        self._fit_scroll_bar(Size(width, rows.rows))
        self._go_back()
        self._view.post_message(LogChanged())

    def _fit_scroll_bar(self, size: Size) -> None:
        """Fit the scroll bar; the layout of the screen does not depend on it."""
        if size != self._view.virtual_size:
            self._view.set_reactive(ScrollView.virtual_size, size)
            self._view._scroll_update(size)  # noqa: SLF001

    def _go_back(self) -> None:
        """Bring the place back to where it was after rows changed."""
        rows, wanted = self._rows, self.wanted
        if self.following:
            self.go_to_row(self.top_row)
        elif wanted is not None:
            if rows.reached(wanted):
                self.wanted = None
                self.go_to_row(rows.row(rows.index(wanted)) - self._view.size.height // 2)
        elif self._top is not None and rows.reached(self._top[0]):
            number, part = self._top
            index = rows.index(number)
            same = index < rows.lines and rows.number(index) == number
            self.go_to_row(rows.row(index) + (part if same else 0))
            self._top = (number, part) if not rows.done else self._top

    def hold_bottom(self, height: int) -> None:
        """Keep lines where they are on the screen when rows are added or taken at the top.

        Logs stand below what grows and shrinks, so that is where their height changes. The line
        under the cursor is kept in sight.
        """
        before, self._height = self._height, height
        if not before or self.following or self.wanted is not None or self._top is None:
            return
        number, part = self._top
        if not self._rows.reached(number):
            return
        row = self._rows.row(self._rows.index(number)) + part + before - height
        if self.cursor is not None:
            row = min(row, self._rows.row(self._rows.index(self.cursor)))
        self.go_to_row(row)

    def return_after_layout(self) -> None:
        """Come back to the same line when all lines are laid out anew."""
        if not self.following and self.wanted is None:
            self.wanted = self.cursor if self.cursor is not None else self._top and self._top[0]
        self._rows.near = None if self.following else self.wanted

    # -- going elsewhere -------------------------------------------------------------------

    def go_to_row(self, row: int) -> None:
        """Scroll to a row, which is no move of a person."""
        self._own_scroll = True
        self._view.scroll_to(y=max(0, row), animate=False, force=True)
        self._own_scroll = False
        self._note_top()

    def _note_top(self) -> None:
        """Remember what stands on the first row, to keep it there whatever comes and goes."""
        rows = self._rows
        if self.following or not rows.rows:
            self._top = None
        else:
            index, part = rows.at_row(min(self._view.scroll_offset.y, rows.rows - 1))
            self._top = rows.number(index), part
        rows.near = self._top[0] if self._top else None

    def scrolled(self, before: float, after: float) -> None:
        """Pause when a person scrolls up, follow again when they are back at the end."""
        if self._own_scroll or self.wanted is not None or round(before) == round(after):
            return
        if self._view.size.height != self._height:
            return  # what is seen of it has become higher or lower; `hold_bottom` follows
        if after >= self._view.max_scroll_y:
            self.follow()
            return
        if self.following:
            self._stop_following()
        self._note_top()

    def pause(self) -> None:
        """Stay here while lines come."""
        if self.following:
            self.go_to_row(self.top_row)
            self._stop_following()
            self._note_top()

    def _stop_following(self) -> None:
        self.following = False
        self._seen_end = self._store.end
        self._view.post_message(LogChanged())

    def follow(self) -> None:
        """Go to the end, and stay there."""
        self.following, self.wanted = True, None
        self.cursor = self.selected_from = None
        self.go_to_row(self.top_row)
        self._view.refresh()
        self._view.post_message(LogChanged())
