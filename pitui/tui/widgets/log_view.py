"""A view of log lines that draws only what is seen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.cache import LRUCache
from textual.events import Click
from textual.geometry import Size
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from pitui.domain.log_line import LogLine
from pitui.domain.text import printable
from pitui.tui.present.cells import Cell
from pitui.tui.present.log_text import Look, tag_width
from pitui.tui.widgets.log_paint import CLASSES, Paint, Span
from pitui.tui.widgets.log_rows import Pattern, pattern_of
from pitui.tui.widgets.log_scroll import LogScroll
from pitui.tui.widgets.segments import put
from pitui.tui.widgets.tones import tone_style

REDRAW_AFTER = 0.08
"""Seconds between two redraws while lines come in."""

SCAN_LINES = 10_000
"""Lines that are filtered or wrapped at once; keys are answered in between."""


class LogView(LogScroll):
    """The newest lines of one or several logs."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = CLASSES

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.look = Look()
        self._tags: list[str] = []
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
        self.rows.scan(SCAN_LINES)
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

    def _lay_out(self, pattern: Pattern | None) -> None:
        """Begin anew with all lines, at the same place."""
        if not self.following and self._anchor is None and self.rows.lines:
            self._anchor = self._number_at(self._top_row)
        if self.cursor is not None:
            self._anchor = self.cursor
        self.rows.reset(self.look, self._width - self.look.prefix_width, pattern)
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

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _restyle(self) -> None:
        self._paint = None
        self._strips.clear()

    def _painter(self) -> Paint:
        if self._paint is None:
            self._paint = Paint(self, self.look, self._tags, self._width)
        return self._paint

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width, base = self._width, self.rich_style
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
        width, base = self._width, self.rich_style
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
