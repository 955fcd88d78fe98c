"""What is known of a node while its screen is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.node_detail import DiskUse, Point, SparkProcess, System
from pitui.domain.snapshot import Snapshot

HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class NodeDetail:
    """What is known of a node; None where it was not said yet."""

    name: str
    snapshot: Snapshot
    points: Sequence[Point] = ()
    system: System | None = None
    processes: Sequence[SparkProcess] | None = None
    problem: str = ""
    """Why the node could not be asked for system and processes."""
    disk: DiskUse | None = None
    disk_problem: str = ""
    span: float = HOUR
    now: float = 0.0
