"""Drawing rows of logs: only those that are seen, and what stands in their place."""

from collections.abc import Sequence
from typing import ClassVar

from textual.cache import LRUCache
from textual.strip import Strip

from pitui.spark.logs.log_search import Search
from pitui.tui.logs.view.line_text import LogDisplay, Times
from pitui.tui.logs.view.log_folds import LogFolds
from pitui.tui.logs.view.log_marks import LogMarks
from pitui.tui.logs.view.log_paint import LOG_VIEW_CLASSES, Beside, ColumnRange, Paint
from pitui.tui.logs.view.sliced_work import SlicedWork
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.segments import put
from pitui.tui.text.styles import tone_style

_NOTHING = (
    cells(
        ("no line matches the filter; ", Tone.DIM), ("Esc", Tone.ACCENT), (" clears it", Tone.DIM)
    ),
)
_LOOKING = (cells(("searching for lines that match the filter", Tone.DIM)),)


class LogDraw(SlicedWork):
    """Draws each row once, as long as nothing changes about it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = LOG_VIEW_CLASSES

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.marks = LogMarks(self)
        self.folds = LogFolds(self)
        self.search: Search | None = None
        """What is highlighted."""
        self._tags: list[str] = []
        self._empty: tuple[Cell, ...] = ()
        self._paint: Paint | None = None
        self._strips: LRUCache[tuple[int, int, Beside], tuple[Strip, Strip]] = LRUCache(512)

    @property
    def look(self) -> LogDisplay:
        """How lines are shown."""
        return self.rows.look

    def set_empty(self, lines: Sequence[Cell]) -> None:
        """Say what stands in place of lines while there are none."""
        self._empty = tuple(lines)
        self.refresh()

    def set_search(self, search: Search | None) -> None:
        """Highlight what is looked for."""
        self.search = search
        self.redraw()

    def redraw(self) -> None:
        """Draw all anew."""
        self._strips.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        """Draw in the new colours."""
        super().notify_style_update()
        self._restyle()

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
        return self.search or (None if self.rows.chosen.inverse else self.rows.search)

    def _empty_line(self, y: int) -> Strip:
        width, base = self._width, self.rich_style
        said = self._empty
        if self.rows.chosen and len(self.store):
            said = _NOTHING if self.rows.done else _LOOKING
        if y - 1 not in range(len(said)):
            return Strip.blank(width, base)
        line = put([], said[y - 1], 3, width - 3, lambda tone: tone_style(self, tone))
        return Strip(line).crop_extend(0, width, base).apply_style(base)


def _divided(
    span: tuple[int, int] | None, at: int
) -> tuple[ColumnRange | None, ColumnRange | None]:
    """Divide a span (an end of -1 is the end of the row) into those before and from a column."""
    if span is None:
        return None, None
    begin, end = span[0], span[1] if span[1] >= 0 else 1 << 30
    before = (begin, min(end, at)) if begin < at else None
    behind = (max(0, begin - at), end - at) if end > at else None
    return before, behind
