"""Cluster-mode drivers, as the master lists them."""

from dataclasses import dataclass
from enum import StrEnum


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
class ClusterDriver:
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
    why_waiting: str | None = None
    fix: str = ""
