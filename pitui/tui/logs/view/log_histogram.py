"""Lines and errors over time, beside the scroll bar: the oldest at the top."""

import time
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from pitui.tui.logs.store.time_counts import Bar, TimeCounts
from pitui.tui.text.cells import Tone
from pitui.tui.text.styles import tone_style

WIDTH = 8
_BAR = 6
_EIGHTHS = " ▏▎▍▌▋▊▉"
COUNT_EVERY = 0.5
"""Seconds between two counts while lines come in."""


class LogHistogram(Widget):
    """A bar for each row: its length is the square root of the lines, red where there are errors.

    `▸` stands where the reader is, `!` beside errors.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"log-histogram--bar"}
    can_focus = False

    class Jump(Message):
        """The lines from a time on are to be shown."""

        def __init__(self, bar: Bar) -> None:
            super().__init__()
            self.bar = bar

    def __init__(self) -> None:
        super().__init__()
        self.bars: list[Bar] = []
        self._counts: TimeCounts | None = None
        self._here: float | None = None
        self._most = 1
        self._timer: Timer | None = None
        self._counted = 0.0

    def show(self, counts: TimeCounts, here: float | None) -> None:
        """Show what was counted, and where the reader is; counts again now and then.

        `here`: Unix time; None at the end, or where lines have no time.
        """
        self._counts = counts
        if here != self._here:
            self._here = here
            self.refresh()
        if self._timer is None and self.display:
            left = COUNT_EVERY - (time.monotonic() - self._counted)
            if left <= 0:
                self._count()
            else:
                self._timer = self.set_timer(left, self._count)

    def _count(self) -> None:
        self._timer = None
        self._counted = time.monotonic()
        bars = self._counts.bars(self.size.height) if self._counts else []
        if bars != self.bars:
            self.bars = bars
            self._most = max((bar.lines for bar in bars), default=1) or 1
            self.refresh()

    def on_resize(self) -> None:
        """Count for another number of rows."""
        self._count()

    def on_click(self, event: Click) -> None:
        """Ask for the lines of the bar."""
        if event.y < len(self.bars):
            self.post_message(self.Jump(self.bars[event.y]))

    def neighbour(self, moment: float | None, step: int) -> Bar | None:
        """Return the next bar with lines after a time, or with -1 the one before.

        None where there is none. `moment`: Unix time; None for the end.
        """
        bars = [bar for bar in self.bars if bar.lines]
        if moment is None:
            return bars[-1] if bars and step < 0 else None
        if step > 0:
            return next((bar for bar in bars if bar.begin > moment), None)
        return next((bar for bar in reversed(bars) if bar.end <= moment), None)

    def render_line(self, y: int) -> Strip:
        """Draw a bar."""
        base = self.rich_style
        if y >= len(self.bars):
            return Strip.blank(WIDTH, base)
        bar = self.bars[y]
        here = self._here is not None and bar.begin <= self._here < bar.end
        last = y == len(self.bars) - 1 and self._here is not None and self._here >= bar.end
        style = tone_style(self, Tone.BAD) if bar.errors else self._plain()
        segments = [
            Segment("▸" if here or last else " ", tone_style(self, Tone.ACCENT)),
            Segment(_drawn(bar.lines, self._most), style),
            Segment("!" if bar.errors else " ", tone_style(self, Tone.BAD)),
        ]
        return Strip(segments, WIDTH).apply_style(base)

    def _plain(self) -> Style:
        return self.get_component_rich_style("log-histogram--bar", partial=True)


def _drawn(lines: int, most: int) -> str:
    """Return a bar; where there are lines it is never empty."""
    eighths = round((lines / most) ** 0.5 * _BAR * 8)
    eighths = max(1, eighths) if lines else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()).ljust(_BAR)
