"""Runs of benchmarks as plain data, with what each node did and the tasks, for the UI's tests."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.node_use import NodeUse
from pitui.domain.apps.recorded_run import Repeat, Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.explanation import Bound, WhatIf
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.errors import PituiError
from support.plain_cluster import NOW, Still

MIB = 1024 * 1024
BOUND = Bound(
    "disk", 0.46,
    "Bound by the disk: 46 % of the core-time waited for pi2's card, which was busy 97 % of the time.",  # noqa: E501
    {"disk": 0.46, "python-cpu": 0.21, "cpu": 0.12, "skew": 0.09, "gc": 0.05, "driver": 0.04,
     "scheduling": 0.03},
)  # fmt: skip
WHAT_IF = WhatIf(
    41.0, {"disk": 33.0, "spill": 51.0}, 58.1, "pi3",
    ("One more node like pi3 would make it 41 s instead of 58 s.",
     "Without waiting for disks it would take 33 s at least, 43 % less at most."),
)  # fmt: skip


def repeats(*seconds: float) -> tuple[Repeat, ...]:
    return tuple(Repeat(one, "4000000") for one in seconds)


SORT = Run(
    "20270115-071203-a1", "sort", True, "shelf", "nuc", "~/.pitui/runs/a1", NOW - 2900,
    {"size": "400m", "path": "/data/sort"}, RunState.DONE, "app-0011", NOW - 2500, 0, "4000000",
    58.1, 12, 3, warm_up=True, repeats=repeats(58.1, 57.2, 59.9, 58.4, 57.7), spark="4.3.0",
    data_bytes=400 * MIB, workers=3, executor_memory_mib=470, executor_cores=4, bound=BOUND,
    what_if=WHAT_IF,
    nodes={"pi1": NodeUse(71.0), "pi2": NodeUse(44.0, 97.0), "pi3": NodeUse(70.0)},
)  # fmt: skip
"""Five repeats on three workers."""
SLOWER = replace(
    SORT, id="20270115-074410-b2", started_at=NOW - 900, ended_at=NOW - 500,
    application="app-0014", repeats=repeats(71.0, 69.8, 73.5, 70.4, 72.2),
)  # fmt: skip
"""The same, slower by more than the spread."""
TWO = replace(
    SORT, id="20270115-072930-c3", started_at=NOW - 2000, ended_at=NOW - 1600, workers=2, cores=8,
    executors=2, repeats=repeats(84.2, 86.1, 83.9, 85.0, 84.7),
)  # fmt: skip
ONE = replace(
    TWO, id="20270115-073501-d4", started_at=NOW - 1500, ended_at=NOW - 1000, workers=1, cores=4,
    executors=1, repeats=repeats(161.3, 160.2, 163.9, 162.0, 160.8),
)  # fmt: skip
RUNNING = Run(
    "20270115-075928-e5", "aggregate", True, "shelf", "nuc", "~/.pitui/runs/e5", NOW - 32,
    {"size": "1g"}, RunState.RUNNING, "app-0015",
)  # fmt: skip
STOPPED = replace(
    RUNNING, id="20270114-221530-f6", name="memory", parameters={"size": "4g"},
    state=RunState.CANCELLED, started_at=NOW - 36000, ended_at=NOW - 35900, application="app-0009",
    error="stopped by the watchdog: pi2 had 38 MiB of memory left, the limit is 48 MiB",
)  # fmt: skip
LOCAL = replace(
    SORT, id="20270114-210000-07", started_at=NOW - 40000, ended_at=NOW - 39000, local=True,
    workers=None, executors=1, application=None, bound=None, what_if=None,
    repeats=(Repeat(44.0),), nodes={},
)  # fmt: skip
RUNS = (RUNNING, SLOWER, ONE, TWO, SORT, STOPPED, LOCAL)


def samples(run: Run = SORT) -> dict[str, list[NodeSample]]:
    """Return what three nodes did in a run, pi2 with a slow card and too hot."""
    begin, found = run.started_at, {}
    for number, node in enumerate(("pi1", "pi2", "pi3")):
        series = []
        for second in range(0, 320, 2):
            wave = (1 + math.sin(second / 17 + number)) / 2
            slow = node == "pi2"
            series.append(
                NodeSample(
                    at=begin + second + 2, seconds=2.0, cores=4,
                    cpu=(0.35 if slow else 0.6) + 0.35 * wave,
                    disk_busy=0.95 if slow and second > 40 else 0.3 * wave,
                    received=4 * MIB * wave, sent=2 * MIB * (1 - wave),
                    temperature=(64 if slow else 52) + second / 25, throttled=slow and second > 250,
                    swap_in=0.0,
                )
            )  # fmt: skip
        found[node] = series
    return found


def tasks(run: Run = SORT) -> list[TaskBar]:
    """Return three stages of tasks on three executors of two cores; those of pi2 take longer."""
    found: list[TaskBar] = []
    for stage, (start, length) in enumerate(((2.0, 24.0), (95.0, 40.0), (330.0, 20.0))):
        for core in range(6):
            node = f"pi{core // 2 + 1}"
            at = run.started_at + start
            for turn in range(3 if stage < 2 else 1):
                took = length * (1.5 if node == "pi2" and stage else 1.0) * (1 + 0.04 * core)
                failed = (stage, core, turn) == (1, 5, 1)
                found.append(TaskBar(str(core // 2), node, at, at + took, stage, failed))
                at += took
    return found


class StillBenchmarks:
    """The record of runs, with what a test did to it."""

    def __init__(self, *baselines: Run) -> None:
        self.kept = list(baselines)
        self.problem: PituiError | None = None
        self.unreadable: PituiError | None = None

    async def baselines(self) -> Sequence[Run]:
        if self.unreadable is not None:
            raise self.unreadable
        return tuple(self.kept)

    async def keep_baseline(self, run_id: str) -> None:
        if self.problem is not None:
            raise self.problem
        self.kept = [run for run in RUNS if run.id == run_id]

    async def forget_baseline(self, run_id: str) -> None:
        self.kept = [run for run in self.kept if run.id != run_id]

    async def samples(self, run_id: str) -> Mapping[str, Sequence[NodeSample]]:
        if self.unreadable is not None:
            raise self.unreadable
        return samples() if run_id in (SORT.id, SLOWER.id) else {}

    async def tasks(self, run: Run) -> Sequence[TaskBar]:
        if run.application != SORT.application:
            raise PituiError("no event log of it is kept", "Set spark.eventLog.enabled=true.")
        return tasks()


def still(runs: Sequence[Run] = RUNS, *baselines: Run) -> Still:
    """Return services that stand still with such runs."""
    services = Still(runs=runs)
    services.benchmarks = StillBenchmarks(*baselines)
    return services
