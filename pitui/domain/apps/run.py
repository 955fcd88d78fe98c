"""A run: one execution of a benchmark or a job on the cluster."""

from dataclasses import dataclass, field
from enum import StrEnum


class RunState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"
    """Its folder or process on the master's node is gone without an exit status."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution; it lives in a folder on the master's node, detached from pitui."""

    id: str
    name: str
    """The benchmark's or the job's name, else what `--name` says, else the file's name."""
    benchmark: bool
    cluster: str
    node: str
    folder: str
    """On `node`: holds output.log, pid, status."""
    started_at: float
    parameters: dict[str, str] = field(default_factory=dict)
    state: RunState = RunState.RUNNING
    application: str | None = None
    """The id of its Spark application, once known."""
    ended_at: float | None = None
    status: int | None = None
    """spark-submit's exit status."""
    value: str | None = None
    """What a benchmark computed."""
    seconds: float | None = None
    """What a benchmark measured for its work, without Spark's start."""
    cores: int | None = None
    executors: int | None = None
    error: str | None = None
