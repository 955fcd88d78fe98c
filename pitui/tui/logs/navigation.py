"""Navigation in logs: lines, pages, errors, marks, times."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import on, work
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.domain.logs.log_line import LogLine
from pitui.domain.text import printable
from pitui.tui.base.dialog import Dialog
from pitui.tui.base.messages import FooterChanged
from pitui.tui.logs.log_pane_part import LogPart
from pitui.tui.logs.view.log_find import at_time, error_place, next_error, previous_error
from pitui.tui.logs.view.log_histogram import LogHistogram


class GoToScreen(Dialog[str]):
    """Asks for a time or a line number; answers with the text, None if cancelled."""

    TITLE_TEXT = "Go to"
    KEYS_TEXT = "Enter go  Esc close"

    def __init__(self, lines: int, span: tuple[int, int] | None) -> None:
        super().__init__()
        self._lines = lines
        self._span = span

    def content(self) -> list[Widget]:
        """Return the field, and what can be typed."""
        known = f"{self._lines:,} lines"
        if self._span is not None:
            first, last = (
                time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at)) for at in self._span
            )
            known += f", {first} to {last}"
        about = Text.assemble(
            "Time: ", ("14:03", "bold"), ", ", ("14:03:22", "bold"), ", ",
            ("11-21 14:03", "bold"), "; time before the end: ", ("-10m", "bold"),
            "; line: ", ("1200", "bold"), f"\n{known}",
        )  # fmt: skip
        return [Static(about), Input(compact=True, id="place")]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        self.dismiss(event.value.strip() or None)


_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?")
_DATE = re.compile(r"(?:(\d\d)?(\d\d)[-/])?(\d{1,2})[-/](\d{1,2})[ T]+")
_AGO = re.compile(r"-\s*(\d+)\s*([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_MOST = 200


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A time (Unix seconds), or a line counted from 1; a negative one from the end."""

    moment: float | None = None
    line: int | None = None


def place_of(text: str, latest: float) -> LogPlace | None:
    """Return the place that is meant; None where it is none.

    `14:03`, `14:03:22`, `11-21 14:03`, `2026-11-21 14:03:22` are local times, without a date on the
    day of the latest line; `-10m` is that long before the latest line; `1200` is a line.
    """
    text = text.strip()
    if re.fullmatch(r"\d+", text):
        return LogPlace(line=int(text))
    if ago := _AGO.fullmatch(text):
        return LogPlace(moment=latest - int(ago[1]) * _UNITS[ago[2]])
    date = _DATE.match(text)
    clock = _CLOCK.fullmatch(text, date.end() if date else 0)
    if clock is None:
        return None
    day = time.localtime(latest)
    year, month, number = day.tm_year, day.tm_mon, day.tm_mday
    if date:
        year = 2000 + int(date[2]) if date[2] else year
        month, number = int(date[3]), int(date[4])
    parts = (year, month, number, int(clock[1]), int(clock[2]), int(clock[3] or 0), 0, 0, -1)
    try:
        return LogPlace(moment=time.mktime(parts))
    except (OverflowError, ValueError):
        return None


def mark_rows(lines: Sequence[LogLine]) -> list[tuple[str, str]]:
    """Return a row per marked line: its source and its text."""
    return [(printable(line.source), printable(line.text)[:_MOST]) for line in lines]


class LogNavigation(LogPart):
    """Actions that move through the lines."""

    def do_down(self) -> None:
        """Go down a line."""
        self.view.move(1)

    def do_up(self) -> None:
        """Go up a line; this pauses following."""
        self.view.move(-1)

    def do_page_down(self) -> None:
        """Go down a page."""
        self.view.move_pages(1)

    def do_page_up(self) -> None:
        """Go up a page."""
        self.view.move_pages(-1)

    def do_first(self) -> None:
        """Go to the oldest line."""
        self.view.move_to_start()

    def do_follow(self) -> None:
        """Go to the end and follow it."""
        self.view.follow()

    def do_left(self) -> None:
        """Scroll left."""
        self.view.move_sideways(-1)

    def do_right(self) -> None:
        """Scroll right."""
        self.view.move_sideways(1)

    def _go(self, number: int | None, otherwise: str) -> None:
        if number is None:
            self.say(otherwise)
        else:
            self.view.jump(number)

    # -- errors ----------------------------------------------------------------------------

    def do_next_error(self) -> None:
        """Go to the next error."""
        view = self.view
        found = None if view.following else next_error(view.store, view.rows, self.here)
        self._go_to_error(found, "no error below")

    def do_previous_error(self) -> None:
        """Go to the previous error; from the end, to the last one."""
        view = self.view
        before = view.store.end if view.following else self.here
        self._go_to_error(previous_error(view.store, view.rows, before), "no error above")

    def _go_to_error(self, number: int | None, otherwise: str) -> None:
        self._go(number, otherwise)
        place = number is not None and error_place(self.view.store, self.view.rows, number)
        if place:
            self.say(f"error {place[0]:,} of {place[1]:,}")

    # -- marks -----------------------------------------------------------------------------

    def do_mark_line(self) -> None:
        """Mark or unmark the line."""
        if not self.view.rows.lines:
            return
        number = self.here
        self.view.pause()
        marked = self.view.marks.toggle(number)
        self.view.jump(number)
        self.view.redraw()
        self.post_message(FooterChanged())
        count = len(self.view.marks.numbers())
        self.say(f"{'marked' if marked else 'unmarked'}, {count} marked")

    def do_next_mark(self) -> None:
        """Go to the next mark."""
        found = None if self.view.following else self.view.marks.next(self.here)
        self._go(found, "no mark below" if self.view.marks.numbers() else "no marked lines")

    def do_previous_mark(self) -> None:
        """Go to the previous mark."""
        before = self.view.store.end if self.view.following else self.here
        found = self.view.marks.previous(before)
        self._go(found, "no mark above" if self.view.marks.numbers() else "no marked lines")

    @work(group="marks", exclusive=True)
    async def do_marks(self) -> None:
        """Choose one of the marked lines and go there."""
        from pitui.tui.logs.dialogs.choose_row import ChoiceScreen

        numbers = list(self.view.marks.numbers())
        if not numbers:
            self.say("no marked lines")
            return
        rows = mark_rows([self.view.store[number] for number in numbers])
        chosen = await self.app.push_screen_wait(ChoiceScreen("Marked lines", rows))
        if chosen is not None:
            self._go(
                numbers[chosen] if numbers[chosen] in self.view.store else None,
                "that line was dropped",
            )

    # -- times -----------------------------------------------------------------------------

    @on(LogHistogram.Jump)
    def show_bar(self, message: LogHistogram.Jump) -> None:
        """Show the lines of a bar."""
        self.view.focus()
        self._go_to_time(message.bar.begin)
        self.say(f"{message.bar.lines:,} lines, {message.bar.errors:,} errors")

    def do_next_bar(self) -> None:
        """Go to the next bar of the histogram that has lines."""
        self._neighbour(1)

    def do_previous_bar(self) -> None:
        """Go to the previous bar of the histogram that has lines."""
        self._neighbour(-1)

    def _neighbour(self, step: int) -> None:
        bar = self.histogram.neighbour(self.moment(), step)
        if bar is None:
            self.say("no lines " + ("later" if step > 0 else "earlier"))
        else:
            self.show_bar(LogHistogram.Jump(bar))

    def moment(self) -> float | None:
        """Return the time of the line at the cursor, or of one above it; None at the end."""
        if self.view.following or not self.view.rows.lines:
            return None
        index = self.view.rows.index(self.here)
        for at in range(index, max(-1, index - 200), -1):
            known = self.view.store[self.view.rows.number(at)].at
            if known is not None:
                return known
        return None

    def _go_to_time(self, moment: float) -> None:
        found = at_time(self.view.store, self.view.rows, moment)
        self._go(found, "no line is that recent")

    @work(group="goto", exclusive=True)
    async def do_go_to(self) -> None:
        """Ask for a time or a line and go there."""
        span = self.view.store.times.span
        text = await self.app.push_screen_wait(GoToScreen(self.view.rows.lines, span))
        if not text:
            return
        place = place_of(text, span[1] if span else 0.0)
        if place is None:
            self.say(f"{text!r} is neither a time nor a line number")
        else:
            self._go_to_place(place)

    def _go_to_place(self, place: LogPlace) -> None:
        rows = self.view.rows
        if place.moment is not None:
            self._go_to_time(place.moment)
        elif rows.lines and place.line is not None:
            at = place.line - 1 if place.line > 0 else rows.lines + place.line
            self._go(rows.number(max(0, min(at, rows.lines - 1))), "")
