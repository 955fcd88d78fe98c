"""What widgets, panes and screens need of the app and of its main screen.

The app imports them all, so they know it by these protocols only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.message import Message

    from pitui.config.model import Config, Node
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.backend.backend_interface import Backend
    from pitui.tui.base.actions.key_remapping import Keys
    from pitui.tui.base.ui_messages import LogsRequested, ShowLogAt
    from pitui.tui.text.cells import Span


class MarksProtocol(Protocol):
    """What the checks that run all the time found, as screens know it."""

    texts: tuple[Span, ...]
    """Its count by severity, the longest text first; none where nothing was found."""


class MainScreenProtocol(Protocol):
    """The main screen, as other screens and panes know it."""

    snapshot: Snapshot
    """The newest one."""
    runs: Sequence[Run]
    """As last seen, the newest first."""

    @property
    def marks(self) -> MarksProtocol:
        """What was found without being asked for."""

    def show_header(self) -> None:
        """Bring the header up to date."""

    def action_do(self, action_id: str) -> None:
        """Carry out an action there."""

    def follow_logs(self, message: LogsRequested) -> None:
        """Show logs there; Esc returns to where the user was."""

    def show_log_at(self, message: ShowLogAt) -> None:
        """Show logs at one line there; Esc returns to where the user was."""

    def post_message(self, message: Message) -> bool:
        """Send it a message; False where it is closing."""


class AppProtocol(Protocol):
    """pitui's app; what every Textual app has is reached by `node.app`."""

    config: Config
    config_file: Path | None
    """Where it was read; None where that is no file of the user's."""
    next_config: Config | None
    """What the UI starts anew with when it ends; None: it does not."""
    nodes: Mapping[str, Node]
    """The configured nodes by name."""
    keys: Keys
    read_only: bool
    """Whether nothing that changes the cluster can be begun."""

    def guard(self) -> None:
        """Have the services refuse all changes while read-only, once nothing is under way."""

    @property
    def main(self) -> MainScreenProtocol:
        """The main screen; it lies below all others."""

    @property
    def started(self) -> bool:
        """Whether the services are there."""

    @property
    def services(self) -> Backend:
        """The services of the cluster.

        Raises:
            StartingError: they are not there yet; an action is answered with it.
        """


def app_of(node: DOMNode) -> AppProtocol:
    """Return the app that a widget belongs to."""
    return cast("AppProtocol", node.app)
