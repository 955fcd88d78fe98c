"""Dispatches an action of the table to the `do_ID` method of its screen or pane."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from pitui.domain.errors import PituiError
from pitui.tui.base.actions.action_table import Action, action
from pitui.tui.base.app_protocol import AppProtocol, app_of
from pitui.tui.base.ui_messages import StatusMessage

if TYPE_CHECKING:
    from textual.dom import DOMNode


class StartingError(PituiError):
    """The services are asked for before they are there."""

    def __init__(self) -> None:
        super().__init__("pitui is still starting", "Try again in a moment.")


def read_only_refusal(app: AppProtocol, row: Action) -> str:
    """Return why an action is not carried out while read-only."""
    key = app.keys.first(action("read_only"))
    return f"{row.title}: not available in read-only mode ({key} switches it off)"


class ActionHandler:
    """Runs `do_ID` for an action, its own or a helper's; mutating ones only while not read-only.

    What needs the services before they are there is answered here: `do_ID` asks the app for them
    before it opens or begins anything.
    """

    HELPERS: ClassVar[tuple[str, ...]] = ()
    """Attributes that hold helpers, which carry out some of the actions."""

    def action_do(self, action_id: str) -> None:
        """Call `do_ID` for an action, or show why read-only mode forbids it."""
        row = action(action_id)
        node = cast("DOMNode", self)
        app = app_of(node)
        if row.mutating and app.read_only:
            node.post_message(StatusMessage(read_only_refusal(app, row)))
            return
        try:
            self.action_method(action_id)()
        except StartingError as error:
            node.post_message(StatusMessage(str(error)))

    def action_method(self, action_id: str) -> Callable[[], object]:
        """Return the `do_ID` of an action: a helper's, else this widget's.

        Raises:
            AttributeError: there is none.
        """
        name = f"do_{action_id}"
        helpers = (getattr(self, helper) for helper in self.HELPERS)
        holder = next((helper for helper in helpers if hasattr(helper, name)), self)
        method: Callable[[], object] = getattr(holder, name)
        return method

    def is_enabled(self, action_id: str) -> bool:  # noqa: ARG002
        """Return whether an action makes sense now; panes override it."""
        return True
