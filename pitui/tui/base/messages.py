"""What panes, the screen and the services tell each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.message import Message

from pitui.domain.apps.run import Run
from pitui.domain.cluster import Role, Snapshot

if TYPE_CHECKING:
    from pitui.tui.services.interface import ProvisionRequest


class Verb(StrEnum):
    """What can be done to daemons."""

    START = "start"
    STOP = "stop"
    RESTART = "restart"

    @property
    def doing(self) -> str:
        """The word while it goes on: `Stopping`."""
        return {"start": "Starting", "stop": "Stopping", "restart": "Restarting"}[self]


@dataclass(frozen=True, slots=True)
class DaemonTarget:
    """A worker or master of a node that an action is meant for."""

    node: str
    role: Role


class SnapshotChanged(Message):
    """There is a new snapshot; only the newest matters."""

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        """Say that a newer snapshot stands for all before it."""
        return isinstance(message, SnapshotChanged)


class TimelineChanged(Message):
    """There are other events, or what is new of them is something else."""

    def can_replace(self, message: Message) -> bool:
        """Say that one stands for all before it."""
        return isinstance(message, TimelineChanged)


class RunsChanged(Message):
    """The list of runs is another one."""

    def __init__(self, runs: Sequence[Run]) -> None:
        super().__init__()
        self.runs = tuple(runs)


class LogsRequested(Message):
    """Logs are to be followed, named as `pitui logs` names them."""

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
    """The application whose executors are to be shown; None: none."""

    def __init__(self, app_id: str | None, *, go: bool = False) -> None:
        super().__init__()
        self.app_id = app_id
        self.go = go
        """Whether to go to the executors as well."""


class ShellRequested(Message):
    """A shell on a node is wanted."""

    def __init__(self, node: str) -> None:
        super().__init__()
        self.node = node


class ProvisionRequested(Message):
    """Nodes are to be provisioned, rolled back or removed; a plan or a question comes first."""

    def __init__(self, wanted: "ProvisionRequest") -> None:
        super().__init__()
        self.wanted = wanted


class ReportRequested(Message):
    """The board or the report of the last provisioning is wanted."""


class FooterChanged(Message):
    """What the keys do may be different now: filter, marks, selection."""


class StatusMessage(Message):
    """A short word on what the user just did, for the footer."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
