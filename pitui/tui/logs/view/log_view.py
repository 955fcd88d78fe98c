"""A view of log lines that draws only what is seen."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual.events import Click, Resize
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from pitui.domain.concurrency.time_slice import SliceClock
from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogLine
from pitui.domain.text.printable import printable
from pitui.tui.logs.store.log_store import LogStore
from pitui.tui.logs.view.line_painter import LOG_VIEW_CLASSES
from pitui.tui.logs.view.line_text import LogDisplay, tag_width
from pitui.tui.logs.view.log_cursor import LogCursor
from pitui.tui.logs.view.log_drawing import LogDrawing
from pitui.tui.logs.view.log_folds import LogFolds
from pitui.tui.logs.view.log_layout import LogLayout
from pitui.tui.logs.view.log_marks import LogMarks
from pitui.tui.logs.view.log_rows import LogRows
from pitui.tui.logs.view.log_viewport import LogViewport

TAKE_LINES = 250
"""Lines that are taken in between two looks at the clock."""


class LogView(ScrollView, can_focus=True, inherit_bindings=False):
    """The newest lines of one or several logs.

    `store` keeps the lines, `rows` says which are shown and on which rows; `layouter` brings both
    together in slices, `viewport` says which rows are seen, and `drawing` draws these.
    """

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = LOG_VIEW_CLASSES

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.store = store = LogStore(limit)
        self.rows = rows = LogRows(store)
        self.viewport = viewport = LogViewport(self, store, rows)
        self.cursor = LogCursor(self, store, rows, viewport)
        self.layouter = LogLayout(self, store, rows, viewport)
        self.marks = LogMarks(store, rows)
        self.folds = LogFolds(store, rows, viewport, self.layouter)
        self.drawing = LogDrawing(self, store, rows, viewport, marks=self.marks, folds=self.folds)
        self._clock = SliceClock()
        self._broken_at = 0
        """The width for which lines were broken into rows last."""
        self._seen: set[str] = set()
        """The sources that had a line to show."""

    # -- what is shown ---------------------------------------------------------------------

    def begin(self, tags: Sequence[str], *, follow: bool = True) -> None:
        """Forget everything and expect the lines of other sources."""
        self.drawing.tags = list(dict.fromkeys(tags))
        self.store.clear()
        self.marks.clear()
        self.folds.clear()
        self.viewport.forget(follow=follow)
        self._seen.clear()
        self.set_look(replace(self.look, tag_width=0))

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take lines in; the column of tags is as wide as the widest that had a line."""
        self.layouter.add(lines)
        tags = self.drawing.tags
        if len(tags) > 1 and not self._seen.issuperset(line.source for line in lines):
            self._seen.update(line.source for line in lines)
            width = self._width_of_tags(self.rows.chosen)
            if width > self.look.tag_width:
                self.set_look(replace(self.look, tag_width=width))

    async def take(self, lines: Sequence[LogLine]) -> None:
        """Take many lines in, and let keys be answered in between."""
        for begin in range(0, len(lines), TAKE_LINES):
            self.add(lines[begin : begin + TAKE_LINES])
            await self._clock.rest_if_due()

    @property
    def look(self) -> LogDisplay:
        """How lines are shown."""
        return self.rows.look

    def set_filter(self, chosen: LogFilter) -> None:
        """Show only lines that pass a filter."""
        look = replace(self.look, tag_width=self._width_of_tags(chosen))
        self._begin_anew(look, chosen)

    def _width_of_tags(self, chosen: LogFilter) -> int:
        """Return the cells for tags: as wide as the widest shown, none where all are the same."""
        one = len(self.drawing.tags) < 2 or len(chosen.sources) == 1
        return 0 if one else tag_width(self._seen)

    def set_look(self, look: LogDisplay) -> None:
        """Show lines in another way."""
        self._begin_anew(look, self.rows.chosen)

    def _begin_anew(self, look: LogDisplay, chosen: LogFilter) -> None:
        """Begin anew with all lines, at the same place."""
        self.rows.reset(look, self.drawing.width - look.prefix_width, chosen)
        self.viewport.return_after_layout()
        self.drawing.restyle()
        self.layouter.lay_out()

    # -- what Textual asks of a widget -----------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        return self.drawing.render_line(y)

    def notify_style_update(self) -> None:
        """Draw in the new colours."""
        super().notify_style_update()
        self.drawing.restyle()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Pause when a person scrolls up, follow again when they are back at the end."""
        super().watch_scroll_y(old_value, new_value)
        self.viewport.scrolled(old_value, new_value)

    def on_resize(self, event: Resize) -> None:
        """Break lines anew where they wrap, and stay at the end or the place."""
        self.viewport.hold_bottom(self.size.height)
        wider, self._broken_at = event.size.width != self._broken_at, event.size.width
        if self.look.wrap and wider:
            self._begin_anew(self.look, self.rows.chosen)
        else:
            self.layouter.lay_out()

    def on_click(self, event: Click) -> None:
        """Put the cursor on a line, unless the end is followed."""
        row = self.viewport.top_row + event.y
        if not self.viewport.following and row < self.rows.rows:
            self.cursor.put(self.rows.at_row(row)[0])

    # -- lines as text ---------------------------------------------------------------------

    def text_of(self, numbers: Sequence[int], among: int = 1) -> str:
        """Return lines as text that is safe to show; `among`: how many there are with others."""
        tagged = len(self.drawing.tags) > 1 and among > 1
        lines = [self.store[number] for number in numbers if number in self.store]
        return "\n".join(
            (f"{printable(line.source)} " if tagged else "") + printable(line.text)
            for line in lines
        )

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text that was selected with the mouse; None where there are no rows."""
        first = selection.start.y if selection.start else 0
        last = selection.end.y if selection.end else self.rows.rows - 1
        texts = []
        for row in range(max(0, first), min(last, self.rows.rows - 1) + 1):
            begin, end = selection.get_span(row) or (0, -1)
            text = self.drawing.row_text(row)
            texts.append(text[begin : None if end == -1 else end].rstrip())
        return ("\n".join(texts), "\n") if texts else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Hold still while text is selected; None when nothing is any more."""
        if selection is not None:
            self.viewport.pause()
        self.drawing.redraw()
