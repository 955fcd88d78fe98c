"""Executors of a real application: one is killed, another shows its threads."""

import asyncio
import os
import signal
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from support.application import Sleeper

from pitui.config.load import load_config
from pitui.domain.cluster import Executor
from pitui.domain.errors import NodeError
from pitui.domain.executor_end import EndKind, end_of
from pitui.remote.ask import NoOne
from pitui.services.cluster import open_cluster
from pitui.services.thread_dump import thread_dump
from pitui.services.watch import Watch

pytestmark = [pytest.mark.spark, pytest.mark.ssh]

LIMIT = 40.0


def executor_pid(app_id: str, executor_id: str) -> int:
    """Return the process of an executor: the Java that the worker's child became."""
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        pairs = set(pairwise(words))
        if {("--app-id", app_id), ("--executor-id", executor_id)} <= pairs and "java" in words[0]:
            return int(entry.name)
    raise AssertionError(f"no process of {app_id}/{executor_id}")


async def test_a_killed_executor_is_lost_with_its_reason(
    demo_cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    retries = {"spark.task.maxFailures": "4"}
    sleeper = Sleeper(demo_cluster, tmp_path, tasks=60, seconds=1, **retries)
    try:
        async with open_cluster(load_config(demo_cluster), NoOne()) as cluster:
            watch = Watch(cluster)
            watch.look_at([sleeper.id])

            async def until(holds: Callable[[dict[str, Executor]], bool]) -> dict[str, Executor]:
                async with asyncio.timeout(LIMIT):
                    while True:
                        rows = watch.snapshot.executors.get(sleeper.id, ())
                        found = {row.id: row for row in rows}
                        if holds(found):
                            return found
                        await asyncio.sleep(0.1)

            async with asyncio.TaskGroup() as group:
                watching = group.create_task(watch.run())
                seen = await until(lambda e: {"0", "1"} <= set(e) and any(e["0"].task_rates))
                assert {seen["0"].node, seen["1"].node} == {"pi1", "pi2"}
                os.kill(executor_pid(sleeper.id, "0"), signal.SIGKILL)
                seen = await until(lambda e: not e["0"].active)
                end = end_of(seen["0"].removed_because)
                assert (end.kind, end.code) == (EndKind.LOST, 137)
                assert seen["1"].active
                lines = await thread_dump(cluster, sleeper.id, "1")
                assert any("Executor task launch worker" in line for line in lines)
                with pytest.raises(NodeError, match="does not run any more"):
                    await thread_dump(cluster, sleeper.id, "0")
                with pytest.raises(NodeError, match="knows no such executor"):
                    await thread_dump(cluster, sleeper.id, "99")
                watching.cancel()
    finally:
        sleeper.end()
