"""A view of log lines that draws only what is seen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.cache import LRUCache
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from pitui.domain.log_line import LogLine
from pitui.domain.text import printable
from pitui.tui.present.cells import Cell
from pitui.tui.present.log_text import Look, tag_width
from pitui.tui.widgets.log_paint import CLASSES, Paint, Span
from pitui.tui.widgets.log_rows import LogRows, Pattern, pattern_of
from pitui.tui.widgets.log_store import LogStore
from pitui.tui.widgets.segments import put
from pitui.tui.widgets.tones import TONE_CLASSES, tone_style

REDRAW_AFTER = 0.08
"""Seconds between two redraws while lines come in."""

SCAN_LINES = 10_000
"""Lines that are filtered or wrapped at once; keys are answered in between."""

SIDE_STEP = 16
"""Cells that the text moves sideways at once."""


class LogView(ScrollView, can_focus=True, inherit_bindings=False):
    """The newest lines, followed; or, once scrolled up, a place that stays where it is."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = TONE_CLASSES | CLASSES

    class Changed(Message):
        """What a title says of the view may be different now."""

        def can_replace(self, message: Message) -> bool:
            """Say that one stands for all before it."""
            return isinstance(message, LogView.Changed)

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.store = LogStore(limit)
        self.rows = LogRows(self.store)
        self.look = Look()
        self.following = True
        self.cursor: int | None = None
        """The number of the line that keys act on; None while the end is followed."""
        self.search = pattern_of("")
        """What is highlighted; the filter, or what was filtered last."""
        self._tags: list[str] = []
        self._seen_end = 0
        self._anchor: int | None = None
        self._own_scroll = False
        self._timer: Timer | None = None
        self._due = False
        self._empty: tuple[Cell, ...] = ()
        self._paint: Paint | None = None
        self._strips: LRUCache[tuple[int, int], tuple[Strip, Strip]] = LRUCache(512)

    # -- what is shown ---------------------------------------------------------------------

    def begin(self, tags: Sequence[str]) -> None:
        """Forget everything and expect the lines of other sources."""
        self._tags = list(dict.fromkeys(tags))
        self.store.clear()
        self.following, self.cursor = True, None
        self.set_look(replace(self.look, tag_width=tag_width(self._tags)))

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take lines in; they are drawn soon, together with those that come until then."""
        self.store.add(lines)
        gone = self.rows.forget()
        if gone and not self.following:
            self._go_to_row(self.scroll_offset.y - gone)
        self._draw_soon()

    def set_empty(self, lines: Sequence[Cell]) -> None:
        """Say what stands in place of lines while there are none."""
        self._empty = tuple(lines)
        self.refresh()

    def set_filter(self, words: str) -> None:
        """Show only lines in which the words, or the regular expression, are found."""
        pattern = pattern_of(words)
        self.search = pattern or self.search
        self._lay_out(pattern)

    def set_look(self, look: Look) -> None:
        """Show lines in another way."""
        self.look = look
        self._lay_out(self.rows.pattern)

    @property
    def new_lines(self) -> int:
        """How many lines came since the end was followed last."""
        return 0 if self.following else self.store.end - max(self._seen_end, self.store.first)

    def _lay_out(self, pattern: Pattern | None) -> None:
        """Begin anew with all lines, at the same place."""
        if not self.following and self._anchor is None and self.rows.lines:
            self._anchor = self._number_at(self._top_row)
        if self.cursor is not None:
            self._anchor = self.cursor
        self.rows.reset(self.look, self.size.width - self.look.prefix_width, pattern)
        self._restyle()
        self._sync()

    def _sync(self) -> None:
        """Let lines pass the filter, some at a time, and draw."""
        done = self.rows.scan(SCAN_LINES)
        width = 0 if self.look.wrap else self.rows.widest + self.look.prefix_width
        self.virtual_size = Size(width, self.rows.rows)
        if self.following:
            self._go_to_row(self._top_row)
        elif self._anchor is not None and (done or self.rows.reached(self._anchor)):
            self._go_to_row(self.rows.row(self.rows.index(self._anchor)) - self.size.height // 2)
            self._anchor = None
        self.refresh()
        self.post_message(self.Changed())
        if not done:
            self.call_later(self._sync)

    def _draw_soon(self) -> None:
        if self._timer is not None:
            self._due = True
            return
        self._sync()
        self._timer = self.set_timer(REDRAW_AFTER, self._draw_again)

    def _draw_again(self) -> None:
        self._timer = None
        if self._due:
            self._due = False
            self._draw_soon()

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
        if self._own_scroll or round(old_value) == round(new_value):
            return
        if new_value >= self.max_scroll_y:
            self.follow()
        elif self.following:
            self._pause()

    def _pause(self) -> None:
        if self.following:
            self._go_to_row(self._top_row)
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
        if not self.look.wrap:
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

    # -- copying ---------------------------------------------------------------------------

    def chosen_text(self) -> tuple[str, str]:
        """Return what is to be copied, and in words what that is."""
        selection = self.text_selection
        if selection is not None and (selected := self.get_selection(selection)):
            return selected[0], "the selection"
        if not self.rows.lines:
            return "", "nothing"
        return printable(self.store[self._from()].text), "the line"

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text that was selected with the mouse."""
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else self.rows.rows - 1
        texts = []
        for row in range(max(0, first), min(last, self.rows.rows - 1) + 1):
            begin, end = selection.get_span(row) or (0, -1)
            text = self._row_text(row)
            texts.append(text[begin : None if end == -1 else end].rstrip())
        return ("\n".join(texts), "\n") if texts else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Hold still while text is selected."""
        if selection is not None:
            self._pause()
        self._strips.clear()
        self.refresh()

    def _row_text(self, row: int) -> str:
        index, part = self.rows.at_row(row)
        return self._painter().row_text(self.store[self.rows.number(index)], part)

    # -- drawing ---------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Draw in the new colours."""
        super().notify_style_update()
        self._restyle()

    def on_resize(self) -> None:
        """Break lines anew where they wrap, and stay at the end or the place."""
        if self.look.wrap:
            self._lay_out(self.rows.pattern)
        else:
            self._sync()

    def on_click(self, event: Click) -> None:
        """Put the cursor on a line, unless the end is followed."""
        row = self._top_row + event.y
        if not self.following and row < self.rows.rows:
            self._put_cursor(self.rows.at_row(row)[0])

    def _restyle(self) -> None:
        self._paint = None
        self._strips.clear()

    def _painter(self) -> Paint:
        if self._paint is None:
            self._paint = Paint(self, self.look, self._tags, self.size.width)
        return self._paint

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width, base = self.size.width, self.rich_style
        if not self.rows.lines:
            return self._empty_line(y)
        row = self._top_row + y
        if row >= self.rows.rows:
            return Strip.blank(width, base)
        index, part = self.rows.at_row(row)
        number = self.rows.number(index)
        prefix, text = self._row_strips(number, part, row)
        side = self.scroll_offset.x
        room = max(0, width - prefix.cell_length)
        strip = Strip.join(
            (
                prefix.apply_offsets(0, row),
                text.crop_extend(side, side + room, None).apply_offsets(
                    prefix.cell_length + side, row
                ),
            )
        ).crop(0, width)
        if number == self.cursor:
            base += self.get_component_rich_style("log-view--cursor", partial=True)
        return strip.apply_style(base)

    def _row_strips(self, number: int, part: int, row: int) -> tuple[Strip, Strip]:
        if (strips := self._strips.get((number, part))) is not None:
            return strips
        line, painter = self.store[number], self._painter()
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        before, behind = _divided(span, self.look.prefix_width)
        strips = (
            painter.prefix(line, part, before),
            painter.text(line, self.store.level(number), part, self.search, behind),
        )
        self._strips[number, part] = strips
        return strips

    def _empty_line(self, y: int) -> Strip:
        width, base = self.size.width, self.rich_style
        if self.rows.pattern is not None or y - 1 not in range(len(self._empty)):
            return Strip.blank(width, base)
        line = put([], self._empty[y - 1], 3, width - 3, lambda tone: tone_style(self, tone))
        return Strip(line).crop_extend(0, width, base).apply_style(base)


def _divided(span: tuple[int, int] | None, at: int) -> tuple[Span | None, Span | None]:
    """Divide a span (an end of -1 is the end of the row) into those before and from a column."""
    if span is None:
        return None, None
    begin, end = span[0], span[1] if span[1] >= 0 else 1 << 30
    before = (begin, min(end, at)) if begin < at else None
    behind = (max(0, begin - at), end - at) if end > at else None
    return before, behind
