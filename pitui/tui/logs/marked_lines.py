"""Actions on marked lines: set marks, and go from one to the other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pitui.domain.logs.log_line import LogLine
from pitui.domain.text.printable import printable
from pitui.tui.base.ui_messages import FooterChanged

if TYPE_CHECKING:
    from pitui.tui.logs.logs_pane import LogsPane

_MOST = 200
"""Characters of a line in the list of marked ones."""


def mark_rows(lines: Sequence[LogLine]) -> list[tuple[str, str]]:
    """Return a row per marked line: its source and its text."""
    return [(printable(line.source), printable(line.text)[:_MOST]) for line in lines]


class MarkedLines:
    """Marks lines of the Logs pane, and goes to them."""

    def __init__(self, pane: "LogsPane") -> None:
        self._pane = pane
        self._view = pane.view

    def do_mark_line(self) -> None:
        """Mark or unmark the line."""
        if not self._view.rows.lines:
            return
        number = self._view.cursor.here()
        self._view.viewport.pause()
        marked = self._view.marks.toggle(number)
        self._view.cursor.jump(number)
        self._view.drawing.redraw()
        self._pane.post_message(FooterChanged())
        count = len(self._view.marks.numbers())
        self._pane.say(f"{'marked' if marked else 'unmarked'}, {count} marked")

    def do_next_mark(self) -> None:
        """Go to the next mark."""
        view = self._view
        found = None if view.viewport.following else view.marks.next(view.cursor.here())
        self._pane.go_to(
            found, "no mark below" if self._view.marks.numbers() else "no marked lines"
        )

    def do_previous_mark(self) -> None:
        """Go to the previous mark."""
        before = self._view.store.end if self._view.viewport.following else self._view.cursor.here()
        found = self._view.marks.previous(before)
        self._pane.go_to(
            found, "no mark above" if self._view.marks.numbers() else "no marked lines"
        )

    def do_marks(self) -> None:
        """Choose one of the marked lines and go there."""
        self._pane.in_background(self._choose, "marks")

    async def _choose(self) -> None:
        from pitui.tui.base.dialogs.choose_row import ChoiceScreen

        numbers = list(self._view.marks.numbers())
        if not numbers:
            self._pane.say("no marked lines")
            return
        rows = mark_rows([self._view.store[number] for number in numbers])
        chosen = await self._pane.app.push_screen_wait(ChoiceScreen("Marked lines", rows))
        if chosen is not None:
            self._pane.go_to(
                numbers[chosen] if numbers[chosen] in self._view.store else None,
                "that line was dropped",
            )
