"""What is seen of a push while it goes on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from pitui.cli.output import complain
from pitui.cli.render.progress_line import ProgressLine
from pitui.domain.node_outcome import OutcomeState

if TYPE_CHECKING:
    from pitui.services.data.pushing import Delivery


class PushText:
    """How far it is, on a line of its own, and a line for each delivery that ended."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._line = ProgressLine("pushing, the slowest node has")
        self._have: dict[str, int] = {}

    def progress(self, node: str, have: int, size: int) -> None:
        """Show how far the slowest node is."""
        self._have[node] = have
        self._line(min(self._have.values()), size)

    def report(self, ended: "Delivery") -> None:
        """Print how an item came to a node; errors to standard error."""
        self._have.pop(ended.node, None)
        self._line.clear()
        if ended.error:
            complain(f"pitui: {ended.node}: {ended.error}")
            if ended.advice:
                complain(f"  {ended.advice}")
        elif ended.state is OutcomeState.UNCHANGED:
            self._say(f"{ended.node}: {ended.item.target} is already there")
        else:
            via = f", through {ended.via}" if ended.via else ""
            amount = f"{ended.sent / 1024 / 1024:.1f} MiB in {ended.seconds:.1f} s"
            self._say(f"{ended.node}: {ended.item.target} pushed: {amount}{via}")
