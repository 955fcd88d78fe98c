"""How an action of the table is carried out by the screen or pane that it belongs to."""

from typing import TYPE_CHECKING, cast

from pitui.tui.actions import action
from pitui.tui.messages import Said

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from pitui.tui.app import PituiApp


def pitui(node: "DOMNode") -> "PituiApp":
    """Return the app that a widget belongs to."""
    return cast("PituiApp", node.app)


class Doing:
    """Runs `do_ID` for an action; mutating ones only while not read-only."""

    def action_do(self, action_id: str) -> None:
        """Carry out an action of the table, or say why not."""
        row = action(action_id)
        node = cast("DOMNode", self)
        app = pitui(node)
        if row.mutating and app.read_only:
            key = app.keys.first(action("read_only"))
            node.post_message(Said(f"{row.title}: not while read-only; {key} allows changes"))
            return
        getattr(self, f"do_{action_id}")()

    def offers(self, action_id: str) -> bool:  # noqa: ARG002
        """Whether an action makes sense now; panes say more."""
        return True
