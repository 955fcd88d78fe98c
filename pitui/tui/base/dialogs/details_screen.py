"""The details of a row, updated while they are shown."""

from collections.abc import Callable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from pitui.domain.text.printable import cut_short, one_line, printable
from pitui.tui.base.dialogs.dialog import Dialog

Facts = list[tuple[str, str]]


class DetailsScreen(Dialog[None]):
    """A list of names and values; y copies it.

    `facts` is asked once a second; while it returns an empty list (the row is gone), what was
    shown last stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,enter", "close", show=False),
        Binding("y", "copy", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
    ]
    KEYS_TEXT = "y copy  Esc close"

    def __init__(self, facts: Callable[[], Facts]) -> None:
        super().__init__()
        self._facts = facts
        self._known = facts()

    def title_text(self) -> str:
        """Return the name of what it is about."""
        return one_line(self._known[0][1]) if self._known else ""

    def content(self) -> list[Widget]:
        """Return the list."""
        return [Static(self._table(), id="facts")]

    def on_mount(self) -> None:
        """Refresh the values once a second."""
        self.set_interval(1.0, self._again)

    def _again(self) -> None:
        facts = self._facts() or self._known
        if facts != self._known:
            self._known = facts
            self.query_one("#facts", Static).update(self._table())

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in self._known[1:]:
            table.add_row(Text(one_line(name)), Text(printable(cut_short(value))))
        return table

    def action_copy(self) -> None:
        """Copy names and values."""
        text = "\n".join(f"{name}\t{value}" for name, value in self._known)
        self.app.copy_to_clipboard(text)
        self.query_one(".dialog").border_subtitle = "copied  Esc close"

    def action_scroll(self, step: int) -> None:
        """Scroll by lines."""
        self.query_one(".dialog").scroll_relative(y=step, animate=False)
