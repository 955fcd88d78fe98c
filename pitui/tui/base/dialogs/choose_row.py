"""A dialog to choose one of several rows."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from pitui.tui.base.dialogs.dialog import Dialog


class ChoiceScreen(Dialog[int]):
    """Rows of a name and a text; answers with the index of the row, None if cancelled."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "close", show=False),
        Binding("j", "move(1)", show=False),
        Binding("k", "move(-1)", show=False),
    ]
    KEYS_TEXT = "Enter choose  Esc close"

    def __init__(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._about = title
        self._rows = rows

    def title_text(self) -> str:
        """Return the dialog's title."""
        return self._about

    def content(self) -> list[Widget]:
        """Return the rows."""
        options = [
            Option(Text.assemble((f"{name}  ", "dim"), text, no_wrap=True, overflow="ellipsis"))
            for name, text in self._rows
        ]
        return [OptionList(*options, compact=True)]

    def action_move(self, step: int) -> None:
        """Move by a row."""
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer with the index of the row."""
        self.dismiss(event.option_index)
