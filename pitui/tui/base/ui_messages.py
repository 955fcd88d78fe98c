"""The Textual messages that panes and screens send each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.backend.requests import ProvisionRequest


class SnapshotChanged(Message):
    """A new snapshot is available; only the newest matters."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """Say that a newer snapshot stands for all before it."""
        return isinstance(message, SnapshotChanged)


class TimelineChanged(Message):
    """The events, or the unread ones among them, changed."""

    def can_replace(self, message: Message) -> bool:
        """Say that one stands for all before it."""
        return isinstance(message, TimelineChanged)


class RunsChanged(Message):
    """The list of runs changed."""

    def __init__(self, runs: Sequence[Run]) -> None:
        super().__init__()
        self.runs = tuple(runs)


class LogsRequested(Message):
    """A pane asks to follow logs, named as `pitui logs` names them."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.words = tuple(words)


class ShowLogAt(Message):
    """Logs are to be shown at one line: the one that explains a failure, for example.

    `words` name the logs as `pitui logs` does. `find`: regular expressions, the best one first; the
    line in which the first is found is gone to, else that of the second, and so on. `at`: Unix
    time; of several such lines the nearest to it is meant, without it the last. `at` alone goes to
    the line nearest to it.
    """

    def __init__(
        self, words: Sequence[str], find: Sequence[str] = (), at: float | None = None
    ) -> None:
        super().__init__()
        self.words = tuple(words)
        self.find = tuple(find)
        self.at = at


class JobSelected(Message):
    """The user selected an application, whose executors are shown; None for no application."""

    def __init__(self, app_id: str | None, *, go: bool = False) -> None:
        super().__init__()
        self.app_id = app_id
        self.go = go
        """Whether to go to the executors as well."""


class ShellRequested(Message):
    """A pane asks for a shell on a node."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self.node = node


class ProvisionRequested(Message):
    """Nodes are to be provisioned, rolled back or removed; a plan or a question comes first."""

    def __init__(self, wanted: ProvisionRequest) -> None:
        super().__init__()
        self.wanted = wanted


class ReportRequested(Message):
    """A pane asks to show the last provisioning run again."""


class FooterChanged(Message):
    """The enabled actions may have changed: a filter, marks or the selection did."""


class StatusMessage(Message):
    """A short status message for the footer about what the user just did."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
