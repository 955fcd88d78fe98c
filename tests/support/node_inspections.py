"""A closer look at nodes and executors as plain data, and a UI on it."""

import asyncio
import math
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from typing import TypeVar

from pitui.domain.cluster import Executor
from pitui.domain.errors import NodeError
from pitui.domain.node_detail import (
    DiskUse,
    FolderKind,
    LeftoverFolder,
    Point,
    SparkProcess,
    System,
)
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState
from pitui.domain.snapshot import Snapshot
from pitui.services.nodes.disk_use import Cleaned
from pitui.services.nodes.inspect_node import NodeInspection
from pitui.spark.api.decommission import Refusal
from support.fake_services import FakeInspection
from support.plain_cluster import FULL, MIB, NOW, Still, executor

APP = "app-20270115072900-0003"
T = TypeVar("T")
OLD = "app-20270114100000-0001"
SYSTEM = System(
    "Raspberry Pi 4 Model B Rev 1.4", "Debian GNU/Linux 12 (bookworm)", "Linux 6.1.21-v8+",
    "aarch64, 64 bit", "17.0.15 (/usr/bin/java)", "3.11.2", "4.3.0", 4, 906,
)  # fmt: skip
PROCESSES = (
    SparkProcess(4242, 1, 163, "1000", "worker"),
    SparkProcess(4300, 4242, 412, "1000", f"executor 0 of {APP}", APP),
    SparkProcess(4311, 4300, 96, "1000", "2 Python of executor 0", APP),
)
DISK = DiskUse(
    "/opt/spark/work",
    "/opt/spark/logs",
    (
        LeftoverFolder(OLD, FolderKind.APPLICATION, 2_400_000, NOW - 90_000, "spark", in_use=False),
        LeftoverFolder(APP, FolderKind.APPLICATION, 31_000, NOW - 20, "spark"),
        LeftoverFolder("spark-pi-Worker-1-pi1.out.1", FolderKind.OLD_LOG, 9_000, NOW - 9e5, "pi",
               in_use=False),
        LeftoverFolder("spark-pi-Worker-1-pi1.out", FolderKind.LOG, 120, NOW - 5, "pi"),
    ),
)  # fmt: skip


def hour() -> tuple[Point, ...]:
    """Return an hour of load that rises and falls."""
    return tuple(
        Point(
            NOW - 3600 + 5 * i, 50 + 45 * math.sin(i / 60), 40 + i / 40, 45 + 12 * math.sin(i / 90),
            2e6 * (1 + math.sin(i / 40)), 4e5, 8e6 * (i % 200 < 60), 1e6 * (i % 150 < 50), 61.0,
        )
        for i in range(720)
    )  # fmt: skip


class StillInspector(FakeInspection):
    """Answers with data; what is None it does not answer, an error it raises."""

    def __init__(self) -> None:
        self.points: Sequence[Point] = hour()
        self.looked: NodeInspection | None = NodeInspection(SYSTEM, PROCESSES)
        self.disk: DiskUse | NodeError | None = DISK
        self.threads: Sequence[str] | NodeError | None = ("2 threads: 2 RUNNABLE", "", '"a" #1')
        self.refused: Refusal | None = None
        self.asked: list[tuple[str, object]] = []

    def history(self, node: str) -> Sequence[Point]:
        return self.points

    async def look_at_node(self, node: str) -> AsyncGenerator[NodeInspection, None]:
        if self.looked is not None:
            yield self.looked
        await asyncio.Event().wait()

    async def disk_use(self, node: str) -> DiskUse:
        return await _answer(self.disk)

    async def clean(self, node: str, names: Sequence[str]) -> Cleaned:
        self.asked.append(("clean", (node, list(names))))
        return Cleaned(tuple(names), 2_409_000)

    async def thread_dump(self, app_id: str, executor_id: str) -> Sequence[str]:
        self.asked.append(("threads", (app_id, executor_id)))
        return await _answer(self.threads)

    async def decommission_refusal(self) -> Refusal | None:
        return self.refused

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        self.asked.append(("drain", list(nodes)))
        done = [Outcome(n, "worker", OutcomeState.OK, "drained in 3 s, stopped") for n in nodes]
        for outcome in done:
            report(outcome)
        return done


async def _answer(answer: T | NodeError | None) -> T:
    if answer is None:
        await asyncio.Event().wait()
        raise AssertionError
    if isinstance(answer, NodeError):
        raise answer
    return answer


class Looking(Still):
    """Services that stand still, with a closer look."""

    def __init__(self, snapshot: Snapshot = FULL) -> None:
        super().__init__(snapshot)
        self.inspection = StillInspector()


def busy() -> Snapshot:
    """Return the cluster with executors in every state."""
    rates = (0.0, 1.0, 2.5, 4.0, 3.0, 3.5, 2.0, 1.5)
    rows: tuple[Executor, ...] = (
        replace(executor(0, "pi1", 2, 1_000), task_rates=rates, disk_used=7 * MIB),
        replace(executor(1, "pi2", 4, 12_000), task_rates=rates[::-1]),
        _ended(2, "pi2", "Command exited with code 137"),
        _ended(3, "pi1", "Executor decommission: worker decommissioned"),
        _ended(4, "pi1", "Executor killed by driver."),
    )
    return replace(FULL, executors={"app-0003": rows})


def _ended(number: int, node: str, reason: str) -> Executor:
    row = executor(number, node, 2, 400)
    return replace(row, active=False, tasks_active=1, removed_because=reason)
