"""A view of log lines that draws only what is seen."""

from collections.abc import Sequence
from dataclasses import replace

from textual.events import Click, Resize
from textual.selection import Selection

from pitui.domain.logs.log_filter import LogFilter
from pitui.domain.logs.log_line import LogLine
from pitui.domain.text.printable import printable
from pitui.tui.logs.view.line_text import LogDisplay, tag_width
from pitui.tui.logs.view.log_draw import LogDraw


class LogView(LogDraw):
    """The newest lines of one or several logs."""

    ALLOW_SELECT = True

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._broken_at = 0
        """The width for which lines were broken into rows last."""
        self._seen: set[str] = set()
        """The sources that had a line to show."""

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
        self._seen.clear()
        self.set_look(replace(self.look, tag_width=0))

    def add(self, lines: Sequence[LogLine]) -> None:
        """Take lines in; the column of tags is as wide as the widest that had a line."""
        super().add(lines)
        if len(self._tags) > 1 and not self._seen.issuperset(line.source for line in lines):
            self._seen.update(line.source for line in lines)
            width = self._width_of_tags(self.rows.chosen)
            if width > self.look.tag_width:
                self.set_look(replace(self.look, tag_width=width))

    def set_filter(self, chosen: LogFilter) -> None:
        """Show only lines that pass a filter."""
        look = replace(self.look, tag_width=self._width_of_tags(chosen))
        self._begin_anew(look, chosen)

    def _width_of_tags(self, chosen: LogFilter) -> int:
        """Return the cells for tags: as wide as the widest shown, none where all are the same."""
        one = len(self._tags) < 2 or len(chosen.sources) == 1
        return 0 if one else tag_width(self._seen)

    def set_look(self, look: LogDisplay) -> None:
        """Show lines in another way."""
        self._begin_anew(look, self.rows.chosen)

    def _begin_anew(self, look: LogDisplay, chosen: LogFilter) -> None:
        """Begin anew with all lines, at the same place."""
        if not self.following and self._wanted is None:
            self._wanted = self.cursor if self.cursor is not None else self._top and self._top[0]
        self.rows.reset(look, self._width - look.prefix_width, chosen)
        self.rows.near = None if self.following else self._wanted
        self._restyle()
        self.lay_out()

    def on_resize(self, event: Resize) -> None:
        """Break lines anew where they wrap, and stay at the end or the place."""
        self.hold_bottom(self.size.height)
        wider, self._broken_at = event.size.width != self._broken_at, event.size.width
        if self.look.wrap and wider:
            self._begin_anew(self.look, self.rows.chosen)
        else:
            self.lay_out()

    def on_click(self, event: Click) -> None:
        """Put the cursor on a line, unless the end is followed."""
        row = self._top_row + event.y
        if not self.following and row < self.rows.rows:
            self._put_cursor(self.rows.at_row(row)[0])

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
