"""A view of log lines that draws only what is seen."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import work
from textual.cache import LRUCache
from textual.events import Click
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer

from pitui.domain.log_filter import LogFilter
from pitui.domain.log_line import LogLine
from pitui.domain.text import printable
from pitui.spark.log_search import Search
from pitui.tui.present.cells import Cell, Tone, cells
from pitui.tui.present.log_text import Look, Times, tag_width
from pitui.tui.widgets.log_find import matches
from pitui.tui.widgets.log_folds import LogFolds
from pitui.tui.widgets.log_marks import LogMarks
from pitui.tui.widgets.log_paint import CLASSES, Beside, Paint, Span
from pitui.tui.widgets.log_scroll import LogScroll
from pitui.tui.widgets.segments import put
from pitui.tui.widgets.tones import tone_style

REDRAW_AFTER = 0.08
"""Seconds between two redraws while lines come in."""

SLICE = 0.004
"""Seconds of work after which keys are answered."""
REST = 0.002
"""Seconds for which they are: a key goes through several queues until it is carried out."""

TAKE_LINES = 250
"""Lines that are taken in between two looks at the clock."""


_NOTHING = (
    cells(
        ("no line passes the filter; ", Tone.DIM), ("Esc", Tone.ACCENT), (" clears it", Tone.DIM)
    ),
)
_LOOKING = (cells(("looking for lines that pass the filter", Tone.DIM)),)


class LogView(LogScroll):
    """The newest lines of one or several logs."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = CLASSES

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.look = Look()
        self.chosen = LogFilter()
        self.search: Search | None = None
        """What is highlighted."""
        self.marks = LogMarks(self)
        self.folds = LogFolds(self)
        self._tags: list[str] = []
        self._draw_timer: Timer | None = None
        self._working = False
        self._due = False
        self._busy_until = 0.0
        self._empty: tuple[Cell, ...] = ()
        self._paint: Paint | None = None
        self._strips: LRUCache[tuple[int, int, Beside], tuple[Strip, Strip]] = LRUCache(512)

    # -- what is shown ---------------------------------------------------------------------

    def begin(self, tags: Sequence[str], *, follow: bool = True) -> None:
        """Forget everything and expect the lines of other sources."""
        self._tags = list(dict.fromkeys(tags))
        self.store.clear()
        self.marks.clear()
        self.folds.clear()
        self.cursor = self.selected_from = self._wanted = self._top = None
        self.following = follow
        self._seen_end = 0
        self.set_look(replace(self.look, tag_width=tag_width(self._tags)))

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take a few lines in; they are drawn soon, together with those that come until then."""
        self.store.add(lines)
        self.rows.scan(SLICE)
        self._draw_soon()

    async def take(self, lines: Sequence[LogLine]) -> None:
        """Take many lines in, and let keys be answered in between."""
        for begin in range(0, len(lines), TAKE_LINES):
            self.add(lines[begin : begin + TAKE_LINES])
            if time.perf_counter() > self._busy_until:
                await asyncio.sleep(REST)
                self._busy_until = time.perf_counter() + SLICE

    def set_empty(self, lines: Sequence[Cell]) -> None:
        """Say what stands in place of lines while there are none."""
        self._empty = tuple(lines)
        self.refresh()

    def set_filter(self, chosen: LogFilter) -> None:
        """Show only lines that pass a filter."""
        self.chosen = chosen
        self._begin_anew()

    def set_look(self, look: Look) -> None:
        """Show lines in another way."""
        self.look = look
        self._begin_anew()

    def set_search(self, search: Search | None) -> None:
        """Highlight what is looked for."""
        self.search = search
        self.redraw()

    def redraw(self) -> None:
        """Draw all anew."""
        self._strips.clear()
        self.refresh()

    def _begin_anew(self) -> None:
        """Begin anew with all lines, at the same place."""
        if not self.following and self._wanted is None:
            self._wanted = self.cursor if self.cursor is not None else self._top and self._top[0]
        self.rows.reset(self.look, self._width - self.look.prefix_width, self.chosen)
        self.rows.near = None if self.following else self._wanted
        self._restyle()
        self.lay_out()

    # -- work in slices --------------------------------------------------------------------

    def lay_out(self) -> None:
        """Lay lines out for a moment and draw; what is left follows soon."""
        done = self.rows.scan(SLICE)
        self._sync(done=done)
        if not done and not self._working:
            self._working = True
            self._go_on()

    @work(group="layout")
    async def _go_on(self) -> None:
        """Lay out what is left, a slice at a time."""
        try:
            while not self.rows.done:
                drawn = time.perf_counter()
                while time.perf_counter() - drawn < REDRAW_AFTER and not self.rows.scan(SLICE):
                    await asyncio.sleep(REST)
                self._sync(done=self.rows.done)
        finally:
            self._working = False

    def _sync(self, *, done: bool) -> None:
        """Bring scroll bar and place in line with the rows, and draw."""
        if self._wanted is not None and done and self._wanted not in self.store:
            self._wanted = None
        width = 0 if self.look.wrap else self.rows.widest + self.look.prefix_width
        self._resize_rows(width)
        self._hold_place()
        self.refresh()
        self.post_message(self.Changed())

    @property
    def settled(self) -> bool:
        """Whether everything that was added is laid out and drawn."""
        return self._draw_timer is None and not self._working and self.rows.done

    def _draw_soon(self) -> None:
        if self._draw_timer is not None:
            self._due = True
            return
        self.lay_out()
        self._draw_timer = self.set_timer(REDRAW_AFTER, self._draw_again)

    def _draw_again(self) -> None:
        self._draw_timer = None
        if self._due:
            self._due = False
            self._draw_soon()

    async def find(self, search: Search, begin: int, step: int) -> int | None:
        """Return the next line, or with -1 the one before, in which something is found."""
        until = time.perf_counter() + SLICE
        for number in matches(self.rows, search, begin, step):
            if number is not None:
                return number
            if time.perf_counter() > until:
                await asyncio.sleep(REST)
                until = time.perf_counter() + SLICE
        return None

    async def find_all(self, search: Search) -> list[int]:
        """Return all shown lines in which something is found."""
        found: list[int] = []
        until = time.perf_counter() + SLICE
        for number in matches(self.rows, search, self.store.first, 1):
            if number is not None:
                found.append(number)
            elif time.perf_counter() > until:
                await asyncio.sleep(REST)
                until = time.perf_counter() + SLICE
        return found

    # -- lines as text ---------------------------------------------------------------------

    def selected_numbers(self) -> list[int]:
        """Return the lines that are being selected, from first to last."""
        if self.selected_from is None or self.cursor is None or not self.rows.lines:
            return []
        first, last = sorted((self.selected_from, self.cursor))
        index, end = self.rows.index(first), self.rows.index(last)
        return [self.rows.number(at) for at in range(index, min(end + 1, self.rows.lines))]

    def text_of(self, numbers: Sequence[int], among: int = 1) -> str:
        """Return lines as text that is safe to show; `among`: how many there are with others."""
        tagged = len(self._tags) > 1 and among > 1
        lines = [self.store[number] for number in numbers if number in self.store]
        return "\n".join(
            (f"{printable(line.source)} " if tagged else "") + printable(line.text)
            for line in lines
        )

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
            self.pause()
        self.redraw()

    def _row_text(self, row: int) -> str:
        index, part = self.rows.at_row(row)
        number = self.rows.number(index)
        return self._painter().row_text(self.store[number], part, self._beside(number))

    # -- drawing ---------------------------------------------------------------------------

    def notify_style_update(self) -> None:
        """Draw in the new colours."""
        super().notify_style_update()
        self._restyle()

    def on_resize(self) -> None:
        """Break lines anew where they wrap, and stay at the end or the place."""
        if self.look.wrap:
            self._begin_anew()
        else:
            self.lay_out()

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
            self._paint = Paint(self, self.look, self._tags, self.rows.width)
        return self._paint

    def _beside(self, number: int) -> Beside:
        chosen = self.selected_from is not None and self.cursor is not None
        first, last = sorted((self.selected_from or 0, self.cursor or 0)) if chosen else (0, -1)
        return Beside(
            marked=number in self.marks,
            selected=first <= number <= last,
            since=self._zero(),
            folded=self.folds.words(number),
        )

    def _zero(self) -> float | None:
        """Return the time from which relative times count: the last mark's, else the first."""
        if self.look.times is not Times.RELATIVE:
            return None
        newest = self.marks.newest
        if (
            newest is not None
            and newest in self.store
            and (at := self.store[newest].at) is not None
        ):
            return at
        span = self.store.times.span
        return span[0] if span else None

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
        if number not in self.store:  # dropped; it is laid out anew in a moment
            return Strip.blank(width, base)
        beside = self._beside(number)
        prefix, text = self._row_strips(number, part, row, beside)
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
        if beside.folded and part == self._painter().rows_of(self.store[number]) - 1:
            end = self._painter().folded(beside.folded)
            used = min(prefix.cell_length + max(0, text.cell_length - side), width)
            at = min(used + 1, width - end.cell_length)
            strip = Strip.join((strip.crop(0, at), end)).crop_extend(0, width, None)
        if number == self.cursor or beside.selected:
            base += self.get_component_rich_style("log-view--cursor", partial=True)
        return strip.apply_style(base)

    def _row_strips(self, number: int, part: int, row: int, beside: Beside) -> tuple[Strip, Strip]:
        if (strips := self._strips.get((number, part, beside))) is not None:
            return strips
        line, painter = self.store[number], self._painter()
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        before, behind = _divided(span, self.look.prefix_width)
        strips = (
            painter.prefix(line, part, before, beside),
            painter.text(line, self.store.level(number), part, self._highlight(), behind),
        )
        self._strips[number, part, beside] = strips
        return strips

    def _highlight(self) -> Search | None:
        return self.search or (None if self.chosen.inverse else self.rows.search)

    def _empty_line(self, y: int) -> Strip:
        width, base = self._width, self.rich_style
        said = self._empty
        if self.chosen and len(self.store):
            said = _NOTHING if self.rows.done else _LOOKING
        if y - 1 not in range(len(said)):
            return Strip.blank(width, base)
        line = put([], said[y - 1], 3, width - 3, lambda tone: tone_style(self, tone))
        return Strip(line).crop_extend(0, width, base).apply_style(base)


def _divided(span: tuple[int, int] | None, at: int) -> tuple[Span | None, Span | None]:
    """Divide a span (an end of -1 is the end of the row) into those before and from a column."""
    if span is None:
        return None, None
    begin, end = span[0], span[1] if span[1] >= 0 else 1 << 30
    before = (begin, min(end, at)) if begin < at else None
    behind = (max(0, begin - at), end - at) if end > at else None
    return before, behind
