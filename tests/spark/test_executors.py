"""Executors of a real application: one is killed, another shows its threads."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from support.application import Sleeper

from pitui.config.load import load_config
from pitui.domain.apps.executor_end import EndKind, end_of
from pitui.domain.cluster import Executor
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError, UsageError
from pitui.remote.prompts import NonInteractive
from pitui.services.apps.thread_dump import thread_dump
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.nodes.disk_use import clean, clean_unused, disk_use
from pitui.services.nodes.inspect_node import look_at_node

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
    demo_cluster: Path, tmp_path: Path, own_folders: None
) -> None:
    retries = {"spark.task.maxFailures": "4"}
    sleeper = Sleeper(demo_cluster, tmp_path, tasks=60, seconds=1, **retries)
    try:
        async with open_cluster(load_config(demo_cluster), NonInteractive()) as cluster:
            watch = ClusterMonitor(cluster)
            watch.set_active_apps([sleeper.id])

            async def until(holds: Callable[[dict[str, Executor]], bool]) -> dict[str, Executor]:
                async with asyncio.timeout(LIMIT):
                    while True:
                        rows = watch.snapshot.executors.get(sleeper.id, ())
                        found = {row.id: row for row in rows}
                        if holds(found):
                            return found
                        await asyncio.sleep(0.1)

            async with TaskGroup() as group:
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
                with pytest.raises(NodeError, match="no longer running"):
                    await thread_dump(cluster, sleeper.id, "0")
                with pytest.raises(NodeError, match="driver does not know this executor"):
                    await thread_dump(cluster, sleeper.id, "99")
                looks = look_at_node(cluster, watch, "pi1")
                async with aclosing(looks):
                    looked = await anext(looks)
                watching.cancel()
            assert looked.system is not None
            assert looked.system.spark == "4.3.0"
            words = {process.what.partition(" of ")[0] for process in looked.processes or ()}
            assert {"worker"} < words
            assert words <= {"worker", "executor 0", "executor 1", "executor 2", "1 Python",
                             "2 Python", "3 Python"}  # fmt: skip
            await what_runs_stays(cluster, sleeper.id)
            sleeper.end()
            await what_ended_goes(cluster, sleeper.id, tmp_path / "state")
        await without_a_master_nothing_goes(demo_cluster, tmp_path)
    finally:
        sleeper.end()


async def what_runs_stays(cluster: Cluster, app_id: str) -> None:
    use = await disk_use(cluster, "pi1")
    assert use.unsure == ""
    assert {folder.name: folder.in_use for folder in use.folders}[app_id]
    with pytest.raises(UsageError, match="in use"):
        await clean(cluster, "pi1", [app_id])


async def what_ended_goes(cluster: Cluster, app_id: str, state: Path) -> None:
    use = await disk_use(cluster, "pi1")
    folder = Path(use.work) / app_id
    os.utime(folder, (1, 1))
    async with asyncio.timeout(LIMIT):
        # Its executors end a moment after the master has let it go.
        while app_id not in {one.name for one in (await disk_use(cluster, "pi1")).removable}:
            await asyncio.sleep(0.3)
            os.utime(folder, (1, 1))
    assert app_id in (await clean_unused(cluster, "pi1")).names
    assert app_id not in (await clean_unused(cluster, "pi1")).names
    assert not folder.exists()
    audited = map(json.loads, (state / "pitui" / "audit.jsonl").read_text().splitlines())
    [entry] = [one for one in audited if app_id in one.get("removed", "")]
    assert (entry["action"], entry["node"], entry["result"]) == ("clean", "pi1", "ok")


async def without_a_master_nothing_goes(config: Path, folder: Path) -> None:
    values = yaml.safe_load(config.read_text())  # noqa: ASYNC240
    values["spark"]["master"]["webui_port"] = 1
    other = folder / "config.yaml"
    other.write_text(yaml.safe_dump(values))
    async with open_cluster(load_config(other), NonInteractive()) as cluster:
        use = await disk_use(cluster, "pi1")
        assert use.folders
        assert use.removable == ()
        assert "the master does not say" in use.unsure
        with pytest.raises(NodeError, match="nothing was removed"):
            await clean(cluster, "pi1", [use.folders[0].name])
