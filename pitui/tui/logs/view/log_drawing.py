"""Drawing rows of logs: only those that are seen, and what stands in their place."""

from collections.abc import Sequence

from textual.cache import LRUCache
from textual.scroll_view import ScrollView
from textual.strip import Strip

from pitui.spark.logs.log_search import Search
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.line_painter import Beside, ColumnRange, LinePainter
from pitui.tui.logs.view.line_text import Times
from pitui.tui.logs.view.log_folds import LogFolds
from pitui.tui.logs.view.log_marks import LogMarks
from pitui.tui.logs.view.log_rows import LogRows
from pitui.tui.logs.view.log_viewport import LogViewport
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.segments import Line
from pitui.tui.text.styles import tone_style

_NOTHING = (
    cells(
        ("no line matches the filter; ", Tone.DIM), ("Esc", Tone.ACCENT), (" clears it", Tone.DIM)
    ),
)
_LOOKING = (cells(("searching for lines that match the filter", Tone.DIM)),)


class LogDrawing:
    """Draws each row of a view once, as long as nothing changes about it."""

    def __init__(
        self,
        view: ScrollView,
        store: LogStore,
        rows: LogRows,
        viewport: LogViewport,
        *,
        marks: LogMarks,
        folds: LogFolds,
    ) -> None:
        self._view = view
        self._store = store
        self._rows = rows
        self._viewport = viewport
        self._marks = marks
        self._folds = folds
        self.tags: list[str] = []
        """The sources in the order of their colours."""
        self.search: Search | None = None
        """What is highlighted; None where nothing is looked for."""
        self._empty: tuple[Cell, ...] = ()
        self._paint: LinePainter | None = None
        self._strips: LRUCache[tuple[int, int, Beside], tuple[Strip, Strip]] = LRUCache(512)

    def set_empty(self, lines: Sequence[Cell]) -> None:
        """Say what stands in place of lines while there are none."""
        self._empty = tuple(lines)
        self._view.refresh()

    def set_search(self, search: Search | None) -> None:
        """Highlight what is looked for; None: nothing."""
        self.search = search
        self.redraw()

    def redraw(self) -> None:
        """Draw all anew."""
        self._strips.clear()
        self._view.refresh()

    def restyle(self) -> None:
        """Draw in other colours, or at another width, from the next time on."""
        self._paint = None
        self._strips.clear()

    @property
    def width(self) -> int:
        """Cells for a row."""
        return self._view.scrollable_content_region.width

    def _painter(self) -> LinePainter:
        if self._paint is None:
            self._paint = LinePainter(self._view, self._rows.look, self.tags, self._rows.width)
        return self._paint

    def row_text(self, row: int) -> str:
        """Return a row's text, as it is drawn."""
        index, part = self._rows.at_row(row)
        number = self._rows.number(index)
        return self._painter().row_text(self._store[number], part, self._beside(number))

    def _beside(self, number: int) -> Beside:
        cursor, begin = self._viewport.cursor, self._viewport.selected_from
        chosen = begin is not None and cursor is not None
        first, last = sorted((begin or 0, cursor or 0)) if chosen else (0, -1)
        return Beside(
            marked=number in self._marks,
            selected=first <= number <= last,
            since=self._zero(),
            folded=self._folds.words(number),
        )

    def _zero(self) -> float | None:
        """Return the time from which relative times count: the last mark's, else the first."""
        if self._rows.look.times is not Times.RELATIVE:
            return None
        newest = self._marks.newest
        if (
            newest is not None
            and newest in self._store
            and (at := self._store[newest].at) is not None
        ):
            return at
        span = self._store.times.span
        return span[0] if span else None

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width, base = self.width, self._view.rich_style
        if not self._rows.lines:
            return self._empty_line(y)
        row = self._viewport.top_row + y
        if row >= self._rows.rows:
            return Strip.blank(width, base)
        index, part = self._rows.at_row(row)
        number = self._rows.number(index)
        if number not in self._store:  # dropped; it is laid out anew in a moment
            return Strip.blank(width, base)
        beside = self._beside(number)
        prefix, text = self._row_strips(number, part, row, beside)
        side = self._view.scroll_offset.x
        room = max(0, width - prefix.cell_length)
        strip = Strip.join(
            (
                prefix.apply_offsets(0, row),
                text.crop_extend(side, side + room, None).apply_offsets(
                    prefix.cell_length + side, row
                ),
            )
        ).crop(0, width)
        if beside.folded and part == self._painter().rows_of(self._store[number]) - 1:
            end = self._painter().folded(beside.folded)
            used = min(prefix.cell_length + max(0, text.cell_length - side), width)
            at = min(used + 1, width - end.cell_length)
            strip = Strip.join((strip.crop(0, at), end)).crop_extend(0, width, None)
        if number == self._viewport.cursor or beside.selected:
            base += self._view.get_component_rich_style("log-view--cursor", partial=True)
        return strip.apply_style(base)

    def _row_strips(self, number: int, part: int, row: int, beside: Beside) -> tuple[Strip, Strip]:
        if (strips := self._strips.get((number, part, beside))) is not None:
            return strips
        line, painter = self._store[number], self._painter()
        selection = self._view.text_selection
        span = selection.get_span(row) if selection is not None else None
        before, behind = _divided(span, self._rows.look.prefix_width)
        strips = (
            painter.prefix(line, part, before, beside),
            painter.text(line, self._store.level(number), part, self._highlight(), behind),
        )
        self._strips[number, part, beside] = strips
        return strips

    def _highlight(self) -> Search | None:
        return self.search or (None if self._rows.chosen.inverse else self._rows.search)

    def _empty_line(self, y: int) -> Strip:
        width, base = self.width, self._view.rich_style
        said = self._empty
        if self._rows.chosen and len(self._store):
            said = _NOTHING if self._rows.done else _LOOKING
        if y - 1 not in range(len(said)):
            return Strip.blank(width, base)
        line = Line(lambda tone: tone_style(self._view, tone))
        return line.put(said[y - 1], 3, width - 3).strip(width, base)


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
