"""The first question without a configuration."""

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from pitui.demo.requirements import find_spark
from pitui.domain.errors import PituiError
from pitui.tui.base.dialogs.dialog import Dialog

SETUP, DEMO, LEAVE = "setup", "demo", "leave"
_TITLES = {
    SETUP: "Set up a cluster now: choose its machines and its master",
    DEMO: "Try the demo: a real Spark cluster on this machine",
    LEAVE: "Leave",
}


class WelcomeScreen(Dialog[str]):
    """Answers with one of the choices; None means "quit"."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
        Binding("q", "close", show=False),
    ]
    TITLE_TEXT = "Welcome to pitui"
    KEYS_TEXT = "↑ ↓ Enter choose  q quit"
    AUTO_FOCUS = "OptionList"

    def __init__(self, looked_for: str) -> None:
        super().__init__()
        self._looked_for = looked_for

    def content(self) -> list[Widget]:
        """Return why this is asked, and what there is to choose from."""
        about = (
            "pitui manages a Spark standalone cluster from this terminal. First it needs to "
            "know the machines."
        )
        options = [Option(Text(title), id=name) for name, title in _TITLES.items()]
        return [
            Static(Text(f"{self._looked_for[:1].upper()}{self._looked_for[1:]}.")),
            Static(Text(about), classes="about"),
            OptionList(*options, compact=True),
            Static("", id="complaint", markup=False),
        ]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer, unless it cannot be had here."""
        if event.option_id == DEMO:
            try:
                find_spark()
            except PituiError as error:
                self.query_one("#complaint", Static).update(Text(str(error)))
                return
        self.dismiss(None if event.option_id == LEAVE else event.option_id)

    def action_move(self, name: str) -> None:
        """Move the cursor of the list."""
        getattr(self.query_one(OptionList), f"action_{name}")()
