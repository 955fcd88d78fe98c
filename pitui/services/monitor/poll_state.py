"""What the watch has been told so far: the raw answers that a snapshot is made of."""

from collections import deque
from dataclasses import dataclass, field

from pitui.domain.apps.executor_end import RemovedExecutor
from pitui.domain.apps.stall_reason import StallReason
from pitui.domain.cluster import Executor, MasterView, Progress
from pitui.domain.spark_driver import DriverAge
from pitui.facts.health.reader import Health
from pitui.facts.network.address import Names
from pitui.services.monitor.node_history import LoadHistory

_BEAT_S, _SILENT_S = 15.0, 90.0
HISTORY = 60
"""Answers of which the CPU load is kept."""


@dataclass(frozen=True, slots=True)
class DriverView:
    """What a driver said of its application."""

    progress: Progress | None = None
    executors: tuple[Executor, ...] | None = None
    """None where nobody asked for them."""
    unreadable: int = 0
    """Entries and values of the answers that could not be read."""


@dataclass(slots=True)
class NodePollState:
    """The answers of one node."""

    health: Health | None = None
    before: Health | None = None
    """The answer before `health`: CPU load is a difference."""
    at: float | None = None
    names: Names | None = None
    cpu: deque[float] = field(default_factory=lambda: deque(maxlen=HISTORY))
    history: LoadHistory = field(default_factory=LoadHistory)
    silence: str | None = None
    """Why the health script gives no answer although the link is there."""

    def move(self, seconds: float) -> None:
        """Move its times: the clock was set by so much."""
        self.at = None if self.at is None else self.at + seconds
        self.history.move(seconds)


@dataclass(slots=True)
class PollState:
    """All answers; changed by the polls alone."""

    nodes: dict[str, NodePollState]
    view: MasterView | None = None
    view_at: float | None = None
    master_ahead: float = 0.0
    """Seconds by which the master's clock is ahead of ours, where it is wrong; see `take`."""
    master_error: str | None = None
    """Why the master's last answer did not come; None while it answers."""
    listening: bool = True
    """Whether something takes connections at the master's address."""
    version: str | None = None
    drivers: dict[str, DriverView] = field(default_factory=dict)
    ages: dict[str, DriverAge] = field(default_factory=dict)
    """Of what the drivers said, where it is old."""
    stall_reasons: dict[str, StallReason] = field(default_factory=dict)
    """Why applications do not move, where that was looked into."""
    removed: dict[str, tuple[RemovedExecutor, ...]] = field(default_factory=dict)
    """Executors that died by the master's list, by application."""

    def take(self, view: MasterView, now: float) -> None:
        """Take an answer of the master.

        The newest heartbeat tells how far its clock is off: one comes each 15 s, and a worker from
        which none came for 60 s is not ALIVE.
        """
        self.view, self.view_at, self.master_error = view, now, None
        heard = max((worker.last_heartbeat for worker in view.alive), default=0.0)
        if heard:
            old = now - heard
            self.master_ahead = 0.0 if -_BEAT_S < old < _SILENT_S else _BEAT_S - old

    def move(self, seconds: float) -> None:
        """Move all times: the clock was set by so much, and ages shall stay as they are."""
        self.view_at = None if self.view_at is None else self.view_at + seconds
        self.master_ahead -= seconds if self.master_ahead else 0.0
        for node in self.nodes.values():
            node.move(seconds)
