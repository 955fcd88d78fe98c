"""Rows of a log as strips: colours of levels, sources and matches."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from pitui.domain.logs.log_line import Level, LogLine
from pitui.domain.text.printable import printable
from pitui.spark.logs.log_search import Search
from pitui.tui.logs.view.line_text import LogDisplay, Times, body, elapsed, line_time, rows
from pitui.tui.text.cells import Tone
from pitui.tui.text.styles import tone_style

TAG_COLOURS = 8
LOG_VIEW_CLASSES = {
    *(f"log-view--tag-{number}" for number in range(TAG_COLOURS)),
    "log-view--match",
    "log-view--cursor",
}
_TONES = {
    Level.TRACE: (Tone.DIM, Tone.DIM),
    Level.DEBUG: (Tone.DIM, Tone.DIM),
    Level.INFO: (Tone.DIM, Tone.NORMAL),
    Level.WARN: (Tone.WARN, Tone.WARN),
    Level.ERROR: (Tone.BAD, Tone.BAD),
    Level.FATAL: (Tone.BAD, Tone.BAD),
}
"""Of a level's word, and of the text."""

ColumnRange = tuple[int, int]

_PIECE = 4096
"""Characters of a segment: to crop a strip, the whole of each segment up to there is measured."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What is said of a line beside its text."""

    marked: bool = False
    selected: bool = False
    since: float | None = None
    """The time from which relative times count."""
    folded: str = ""
    """How much is folded behind it."""


class LinePainter:
    """Draws rows of a width, in the styles that a widget has now."""

    def __init__(self, widget: Widget, look: LogDisplay, tags: Sequence[str], width: int) -> None:
        self._look = look
        self._console = widget.app.console
        self._width = width
        self._match = widget.get_component_rich_style("log-view--match", partial=True)
        self._selected = widget.screen.get_component_rich_style("screen--selection")
        self._tones = {tone: tone_style(widget, tone) for tone in Tone}
        self._tags = {
            tag: widget.get_component_rich_style(f"log-view--tag-{n % TAG_COLOURS}", partial=True)
            for n, tag in enumerate(tags)
        }

    def row_text(self, line: LogLine, row: int, beside: Beside) -> str:
        """Return a row as plain text, the columns in front included."""
        whole = body(line, self._look)
        begin, end = self._bounds(whole, row)
        front = "".join(segment.text for segment in self._prefix(line, row, beside))
        return front + whole[begin:end]

    def prefix(
        self, line: LogLine, row: int, selected: ColumnRange | None, beside: Beside
    ) -> Strip:
        """Return the columns in front: tag and time, blank beside further rows of a line."""
        segments = self._prefix(line, row, beside)
        if selected:
            text = Text("".join(segment.text for segment in segments), end="")
            text.stylize(self._selected, *selected)
            segments = self._segments(text)
        return Strip(segments, self._look.prefix_width)

    def text(
        self,
        line: LogLine,
        level: Level | None,
        row: int,
        search: Search | None,
        selected: ColumnRange | None,
    ) -> Strip:
        """Return a row's part of the text."""
        whole = body(line, self._look)
        begin, end = self._bounds(whole, row)
        part = whole[begin:end]
        word_style, style = self._styles(line, level)
        word = len(level) if level and not row and part.startswith(level) else 0
        matches = _matches(search, whole, begin, end)
        width = len(part) if part.isascii() else cell_len(part)
        if not matches and not selected:
            segments = [Segment(part[:word], word_style), *_pieces(part, word, style)]
            return Strip([segment for segment in segments if segment.text], width)
        text = Text(part, style, end="")
        text.stylize(word_style, 0, word)
        for match in matches:
            text.stylize(self._match, *match)
        if selected:
            text.stylize(self._selected, *selected)
        return Strip(self._segments(text), width)

    def folded(self, words: str) -> Strip:
        """Return what stands at the right end of a line behind which others are folded."""
        return Strip([Segment(f" {words} ", self._tones[Tone.ACCENT])])

    def rows_of(self, line: LogLine) -> int:
        """Return how many rows a line takes."""
        return len(rows(body(line, self._look), self._width)) if self._look.wrap else 1

    def _segments(self, text: Text) -> list[Segment]:
        return [segment for segment in text.render(self._console) if segment.text]

    def _bounds(self, whole: str, row: int) -> ColumnRange:
        return rows(whole, self._width)[row] if self._look.wrap else (0, len(whole))

    def _styles(self, line: LogLine, level: Level | None) -> tuple[Style, Style]:
        if line.note:
            tone = Tone.BAD if level is Level.ERROR else Tone.ACCENT
            return self._tones[tone], self._tones[tone]
        word, text = _TONES[level] if level else (Tone.NORMAL, Tone.NORMAL)
        return self._tones[word], self._tones[text]

    def _prefix(self, line: LogLine, row: int, beside: Beside) -> list[Segment]:
        look = self._look
        sign = "●" if beside.marked and not row else "┃" if beside.selected else " "
        segments = [Segment(sign, self._tones[Tone.ACCENT])]
        if look.tag_width:
            tag = "" if row else printable(line.source)
            style = self._tags.get(line.source, self._tones[Tone.NORMAL])
            segments.append(Segment(set_cell_size(tag, look.tag_width) + " ", style))
        if look.clock_width:
            time = "" if row else self._time(line, beside)
            segments.append(Segment(time.ljust(look.clock_width), self._tones[Tone.DIM]))
        return segments

    def _time(self, line: LogLine, beside: Beside) -> str:
        if self._look.times is not Times.RELATIVE:
            return line_time(line)
        if line.at is None or beside.since is None:
            return ""
        return elapsed(line.at - beside.since)


def _pieces(text: str, begin: int, style: Style) -> list[Segment]:
    """Return text from a character on; pieces of it where none can tear a character apart."""
    if not text.isascii():
        return [Segment(text[begin:], style)]
    return [Segment(text[at : at + _PIECE], style) for at in range(begin, len(text), _PIECE)]


def _matches(search: Search | None, whole: str, begin: int, end: int) -> list[ColumnRange]:
    if search is None:
        return []
    return [
        (max(0, first - begin), min(end, last) - begin)
        for first, last in search.spans(whole)
        if first < end and last > max(begin, first)
    ]
