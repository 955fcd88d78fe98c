"""Whether a run is under way, or how it ended."""

from enum import StrEnum


class RunState(StrEnum):
    """Whether a run is under way, or how it ended."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """Its folder or process on the master's node is gone without an exit status."""
