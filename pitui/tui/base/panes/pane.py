"""Base of all panes: a title, the actions of its scope, and `step_back` for Esc."""

from typing import ClassVar

from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from pitui.tui.base.actions.action_handler import ActionHandler
from pitui.tui.base.actions.action_table import Scope


class Pane(ActionHandler, Widget):
    """A numbered pane; `do_ID` methods carry out the actions of its scope."""

    SCOPE: ClassVar[Scope]
    title: var[str] = var("")
    """Stands on the border, or on the tab."""

    class Retitled(Message):
        """The pane's title changed."""

    def watch_title(self) -> None:
        """Post `Retitled`."""
        self.post_message(self.Retitled())

    def step_back(self) -> bool:
        """Undo one thing for Esc or q, such as a filter; return False if there is none."""
        return False
