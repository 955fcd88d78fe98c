"""The dialog that asks where to go in logs, and what people can type there."""

import re
import time
from dataclasses import dataclass

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.tui.base.dialogs.dialog import Dialog


class GoToScreen(Dialog[str]):
    """Asks for a time or a line number; answers with the text, None if cancelled.

    `lines`: how many are shown; `span`: the Unix times of the first and the last, None where no
    line has one.
    """

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
