"""The header: cluster, master, totals; the clock is a widget of its own and redraws alone."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.widget import Widget

from pitui.domain.snapshot import Snapshot
from pitui.tui.text.cells import Span
from pitui.tui.text.header import WIDE, HeaderPart, header, header_gap
from pitui.tui.text.styles import spans_text

CLOCK_WIDTH = 10


class HeaderBar(Vertical):
    """One line on wide screens, two on narrow ones."""

    def __init__(self, snapshot: Snapshot, *, read_only: bool) -> None:
        super().__init__()
        self._snapshot = snapshot
        self._read_only = read_only
        self._found: Sequence[Span] = ()
        self._news: Sequence[str] = ()
        self._shown: list[list[HeaderPart]] = []
        self._shown_for: tuple[Size, int] | None = None
        self._lines = [_Line(partial(self._parts, index)) for index in range(2)]
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

    def show(
        self,
        snapshot: Snapshot,
        *,
        read_only: bool,
        found: Sequence[Span] = (),
        news: Sequence[str] = (),
    ) -> None:
        """Show another snapshot, and one text each on what is wrong and on what is new."""
        self._snapshot, self._read_only = snapshot, read_only
        self._found, self._news = found, news
        self._shown_for = None
        for line in self._lines:
            line.age()

    def tick(self) -> None:
        """Redraw the clock, and the summary where figures grow old."""
        self._clock.refresh()
        for line in self._lines:
            line.age()

    def _parts(self, index: int) -> list[HeaderPart]:
        """Return the parts of a line; all are chosen once a second, and for what is new."""
        size, now = self.app.size, time.time()
        if self._shown_for != (size, int(now)):
            self._shown_for = size, int(now)
            self._shown = header(
                self._snapshot,
                now,
                (size.width - 2 - CLOCK_WIDTH, size.width - 2),
                wide=size.width >= WIDE,
                read_only=self._read_only,
                found=self._found,
                news=self._news,
            )
        return self._shown[index] if index < len(self._shown) else []


class _Line(Widget):
    def __init__(self, parts: Callable[[], list[HeaderPart]]) -> None:
        super().__init__()
        self._parts = parts
        self._drawn: list[HeaderPart] = []

    def age(self) -> None:
        if self.is_mounted and self._parts() != self._drawn:
            self.refresh()

    def render(self) -> Text:
        self._drawn = self._parts()
        gap = Text(" " * header_gap(wide=self.app.size.width >= WIDE))
        return gap.join(spans_text(self, part.spans) for part in self._drawn)


class _Clock(Widget):
    def render(self) -> Text:
        return Text(datetime.fromtimestamp(time.time()).astimezone().strftime("%H:%M:%S"))
