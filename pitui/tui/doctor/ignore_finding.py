"""The dialog that asks why findings are to be ignored, and for how long."""

import re
from datetime import date, timedelta
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from pitui.domain.text.printable import printable
from pitui.tui.base.dialogs.dialog import Dialog
from pitui.tui.widgets.labelled_field import labelled_field

_DAYS = re.compile(r"(\d{1,4}) ?d(?:ays?)?")

Ignored = tuple[str, date | None]
"""The reason, and the last day on which it holds."""


class IgnoreScreen(Dialog[Ignored]):
    """Asks for a reason and a day; answers None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    TITLE_TEXT = "Ignore"
    KEYS_TEXT = "Enter ignore  Tab next  Esc cancel"
    AUTO_FOCUS = "#reason"

    def __init__(self, about: str, today: date) -> None:
        super().__init__()
        self._about = about
        self._today = today

    def content(self) -> list[Widget]:
        """Return what is ignored, and the two fields."""
        return [
            Static(Text(printable(self._about)), classes="about"),
            labelled_field("because", "reason", note="others will read it"),
            labelled_field("until", "until", note="empty, 30d, or 2026-12-31"),
            Static("", id="complaint", markup=False),
        ]

    def on_input_submitted(self) -> None:
        """Answer, or say what is missing."""
        reason = self.query_one("#reason", Input).value.strip()
        day = self.query_one("#until", Input).value.strip()
        try:
            until = last_day(day, self._today)
        except ValueError as error:
            self._complain(str(error), "#until")
            return
        if not reason:
            self._complain("give a reason: others will read it", "#reason")
            return
        self.dismiss((reason, until))

    def _complain(self, text: str, field: str) -> None:
        self.query_one("#complaint", Static).update(Text(text))
        self.query_one(field, Input).focus()


def last_day(text: str, today: date) -> date | None:
    """Return the day that a person means by `30d` or `2026-12-31`; None where there is none.

    Raises:
        ValueError: it is not a day, or one in the past; says so in words.
    """
    if not text:
        return None
    if match := _DAYS.fullmatch(text):
        return today + timedelta(days=int(match[1]))
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a day: write 30d, or a date: 2026-12-31") from None
    if day < today:
        raise ValueError(f"{text} is in the past")
    return day
