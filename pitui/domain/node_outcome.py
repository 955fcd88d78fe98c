"""What happened on each of many nodes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class OutcomeState(StrEnum):
    """How an action stands, or ended, on one node."""

    WAITING = "waiting"
    WORKING = "working"
    OK = "ok"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self not in (OutcomeState.WAITING, OutcomeState.WORKING)

    @property
    def good(self) -> bool:
        """Whether what was asked for holds."""
        return self in (OutcomeState.OK, OutcomeState.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One node's part of an action: sent again and again while it runs, last when it ended."""

    node: str
    role: str
    """`master` or `worker` for a daemon, the id of a step of a fix, else empty."""
    state: OutcomeState
    detail: str = ""
    advice: str = ""
    seconds: float = 0.0
    said: str = ""
    """What the node said last, in lines, where `detail` holds only a part of it."""


OutcomeReport = Callable[[Outcome], None]
"""Called for each change of each node's outcome, from the event loop."""
