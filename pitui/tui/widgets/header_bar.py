"""The header: cluster, master, totals; the clock is a widget of its own and redraws alone."""

import time
from collections.abc import Sequence
from datetime import datetime

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from pitui.domain.cluster import Snapshot
from pitui.tui.text.header import WIDE, Part, header, header_gap
from pitui.tui.text.styles import spans_text

CLOCK_WIDTH = 10


class HeaderBar(Vertical):
    """One line on wide screens, two on narrow ones."""

    def __init__(self, snapshot: Snapshot, *, read_only: bool) -> None:
        super().__init__()
        self._lines = [_Line(index, snapshot, read_only=read_only) for index in range(2)]
        self._clock = _Clock()

    def compose(self) -> ComposeResult:
        """Lay out the lines, with the clock at the end of the first."""
        with Horizontal():
            yield self._lines[0]
            yield self._clock
        yield self._lines[1]

    def on_mount(self) -> None:
        """Tick once a second."""
        self.set_interval(1.0, self.tick)

    def show(self, snapshot: Snapshot, *, read_only: bool, news: Sequence[str] = ()) -> None:
        """Show another snapshot, and one of the texts on what is new."""
        for line in self._lines:
            line.show(snapshot, read_only=read_only, news=news)

    def tick(self) -> None:
        """Redraw the clock, and the summary where figures grow old."""
        self._clock.refresh()
        for line in self._lines:
            line.age()


class _Line(Widget):
    def __init__(self, index: int, snapshot: Snapshot, *, read_only: bool) -> None:
        super().__init__()
        self._index = index
        self._snapshot = snapshot
        self._read_only = read_only
        self._news: Sequence[str] = ()
        self._drawn: list[Part] = []

    def show(self, snapshot: Snapshot, *, read_only: bool, news: Sequence[str]) -> None:
        self._snapshot, self._read_only, self._news = snapshot, read_only, news
        self.age()

    def age(self) -> None:
        if self.is_mounted and self._parts() != self._drawn:
            self.refresh()

    def _parts(self) -> list[Part]:
        width, wide = self.app.size.width - 2, self.app.size.width >= WIDE
        lines = header(
            self._snapshot,
            time.time(),
            (width - CLOCK_WIDTH, width),
            wide=wide,
            read_only=self._read_only,
            news=self._news,
        )
        return lines[self._index] if self._index < len(lines) else []

    def render(self) -> Text:
        self._drawn = self._parts()
        gap = Text(" " * header_gap(wide=self.app.size.width >= WIDE))
        return gap.join(spans_text(self, part.spans) for part in self._drawn)


class _Clock(Widget):
    def render(self) -> Text:
        return Text(datetime.fromtimestamp(time.time()).astimezone().strftime("%H:%M:%S"))
