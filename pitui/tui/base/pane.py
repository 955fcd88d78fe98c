"""What every pane is: titled, with actions of the one table, and able to step back."""

from typing import ClassVar

from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from pitui.tui.base.actions import Scope
from pitui.tui.base.dispatch import ActionHandler


class Pane(ActionHandler, Widget):
    """A numbered pane; `do_ID` methods carry out the actions of its scope."""

    SCOPE: ClassVar[Scope]
    title: var[str] = var("")
    """Stands on the border, or on the tab."""

    class Retitled(Message):
        """The pane has another title."""

    def watch_title(self) -> None:
        """Tell of another title."""
        self.post_message(self.Retitled())

    def step_back(self) -> bool:
        """Undo one thing that was opened here (Esc, q) and say whether there was one."""
        return False
