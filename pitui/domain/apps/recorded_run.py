"""A run: one execution of a benchmark or a job on the cluster."""

from dataclasses import dataclass, field
from statistics import median, quantiles

from pitui.domain.apps.node_use import NodeUse
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.explanation import Bound, WhatIf


@dataclass(frozen=True, slots=True)
class Repeat:
    """One measurement of a benchmark; a warm-up is none."""

    seconds: float
    value: str | None = None
    began_at: float | None = None
    """Unix time by the clock of the driver's node; None where its program did not say."""


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
    """What a benchmark measured for its work, without Spark's start: the median of its repeats."""
    cores: int | None = None
    executors: int | None = None
    error: str | None = None
    warm_up: bool = False
    """Whether the work was done once before the first measurement."""
    repeats: tuple[Repeat, ...] = ()
    spark: str | None = None
    """Spark's version, as the driver says it."""
    data_bytes: int | None = None
    """The size of what a benchmark worked on."""
    workers: int | None = None
    """Machines that had an executor."""
    executor_memory_mib: int | None = None
    executor_cores: int | None = None
    local: bool = False
    """Whether it ran in one JVM on the master's node, without the cluster."""
    detail: dict[str, str] = field(default_factory=dict)
    """What else a benchmark found out: name and text, such as each node's disk in MiB/s."""
    nodes: dict[str, NodeUse] = field(default_factory=dict)
    """What each node did meanwhile; empty where nobody recorded it."""
    bound: Bound | None = None
    what_if: WhatIf | None = None

    @property
    def measured(self) -> tuple[Repeat, ...]:
        """Return the repeats; what measured its work as a whole has one."""
        if self.repeats or self.seconds is None:
            return self.repeats
        return (Repeat(self.seconds),)

    @property
    def median_seconds(self) -> float | None:
        """Return the median of the repeats."""
        return median(r.seconds for r in self.repeats) if self.repeats else self.seconds

    @property
    def spread_seconds(self) -> float | None:
        """Return the interquartile range of the repeats; None below two."""
        if len(self.repeats) < 2:
            return None
        low, _, high = quantiles([r.seconds for r in self.repeats], n=4, method="inclusive")
        return high - low
