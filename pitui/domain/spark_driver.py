"""Drivers: those of cluster mode, as the master lists them, and how old a driver's word is."""

from dataclasses import dataclass
from enum import StrEnum

from pitui.domain.apps.stall_reason import MayStall, StallReason
from pitui.domain.text.printable import time_span

_OLD = 5.0
"""Seconds from which on the age of what a driver said is worth a word."""
_LONG = 3.0
"""Seconds from which on a driver takes long over an answer."""


class DriverState(StrEnum):
    """The state of a cluster-mode driver in the master's words."""

    SUBMITTED = "SUBMITTED"
    RUNNING = "RUNNING"
    RELAUNCHING = "RELAUNCHING"
    FINISHED = "FINISHED"
    KILLED = "KILLED"
    FAILED = "FAILED"
    ERROR = "ERROR"
    UNKNOWN = "UNKNOWN"

    @property
    def active(self) -> bool:
        """Whether it runs or wants to."""
        return self in (DriverState.SUBMITTED, DriverState.RUNNING, DriverState.RELAUNCHING)


@dataclass(frozen=True, slots=True)
class ClusterDriver(MayStall):
    """A driver that the master runs on a worker (`--deploy-mode cluster`)."""

    id: str
    state: DriverState
    cores: int
    memory_mib: int
    submitted_at: float
    worker: str = ""
    """The id of the worker that runs it; empty where none does."""
    main_class: str = ""
    node: str | None = None
    """The name of the node it runs on, where that is one of ours."""
    stall: StallReason | None = None
    """Why it is not started."""


@dataclass(frozen=True, slots=True)
class DriverAge:
    """How old is what a driver said, in whole seconds; only where somebody has to know."""

    old_s: int | None = None
    """Since it answered last; None where that was just now."""
    answering_s: int | None = None
    """For how long it has been at the answer that is waited for; None where that is not long."""

    def __str__(self) -> str:
        """Return it in words: `as of 12 s ago; its driver has not answered for 7 s`."""
        old = f"as of {time_span(self.old_s)} ago" if self.old_s is not None else ""
        answering = (
            f"its driver has not answered for {time_span(self.answering_s)}"
            if self.answering_s is not None
            else ""
        )
        return "; ".join(text for text in (old, answering) if text)


def driver_age(old: float, answering: float | None) -> DriverAge | None:
    """Return the age of what a driver said, in seconds; None where nobody has to know.

    `answering` is for how long it has been at an answer, None where at none.
    """
    stale = int(old) if old >= _OLD else None
    slow = int(answering) if answering is not None and answering >= _LONG else None
    return None if stale is None and slow is None else DriverAge(stale, slow)
