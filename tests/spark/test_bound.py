"""What bound real applications with planted bottlenecks: of the living driver, and of the log."""

import os
from functools import partial
from pathlib import Path

import pytest
from spark.planted import (
    BALANCED,
    DRIVER_ASLEEP,
    EMPTY_TASKS,
    LARGER_THAN_HEAP,
    MANY,
    ONE_TASK,
    PYTHON,
    SLOW_KEY,
    SMALL_HEAP,
)
from spark.submitted import submitted
from support.demo import wait_until
from support.looking import until_found

from pitui.domain.apps.app_detail import AppLocation, DetailOrigin
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.explanation import Bound, Explanation, SuspectKind
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.executor_node import node_of_executor
from pitui.services.apps.explanations import Explanations
from pitui.services.benchmarks.recording import Recording, recording
from pitui.services.cluster import Cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor

pytestmark = [pytest.mark.spark, pytest.mark.ssh]
LIMIT = 240.0
LONG_LIMIT = 900.0
"""Seconds for an application alone: a heap that is too small costs a busy machine minutes."""
CPU_GROUPS = Path("/sys/fs/cgroup/cpu")
PLANTED = {
    "slow key": "skew",
    "one task": "too-few-tasks",
    "empty tasks": "scheduling",
    "balanced": "cpu",
    "python": "python-cpu",
}


@pytest.fixture
def cluster(tidied_demo: Cluster) -> Cluster:
    return tidied_demo


async def details_of(cluster: Cluster) -> AppDetails:
    snapshot = await ClusterMonitor(cluster).once()
    return AppDetails(cluster, partial(node_of_executor, snapshot))


async def by_job(details: AppDetails, app: str, found: Explanation) -> dict[str, Bound]:
    """Return the verdict on each job's longest stage, by the job's description."""
    inside = (await details.find(AppLocation(app))).inside
    assert inside is not None
    verdicts = {}
    for job in inside.jobs:
        own = [stage for stage in found.stages if stage.stage in job.stage_ids]
        if own and job.description:
            verdicts[job.description] = max(own, key=lambda stage: stage.seconds).bound
    return verdicts


async def test_planted_bottlenecks_are_named_by_the_driver_and_by_the_event_log(
    cluster: Cluster, tmp_path: Path
) -> None:
    names = ["pi1", "pi2"]
    end = tmp_path / "end"
    async with recording(cluster, names, ()) as record:
        await record.first()
        app = await submitted(cluster, tmp_path, "planted", MANY.replace("UNTIL", str(end)))
        details = await details_of(cluster)

        async def last_is_done() -> bool | None:
            inside = (await details.look(AppLocation(app))).inside
            jobs = {job.description: job.state for job in inside.jobs} if inside else {}
            return True if jobs.get("python") is WorkState.DONE else None

        await until_found(last_is_done, "the last job is done", LIMIT)
        samples = record.samples
    assert set(samples) == set(names)
    living = await Explanations(details).explain(app, samples)
    verdicts = await by_job(details, app, living)
    assert {name: bound.by for name, bound in verdicts.items()} == PLANTED, verdicts
    end.touch()

    async def written() -> Explanation | None:
        details.forget(app)
        looked = await details.look(AppLocation(app))
        over = looked.inside and looked.inside.origin is DetailOrigin.EVENT_LOG
        return await Explanations(details).explain(app, samples) if over else None

    past = await until_found(written, "its event log is read", LIMIT)
    logged = await by_job(details, app, past)
    assert {name: bound.by for name, bound in logged.items()} == PLANTED, logged
    for name, bound in logged.items():
        assert bound.share == pytest.approx(verdicts[name].share, abs=0.05)
    assert sum(past.bound.parts.values()) == pytest.approx(1)
    kinds = {suspect.kind for suspect in past.suspects}
    assert {SuspectKind.SKEW, SuspectKind.TOO_FEW_TASKS, SuspectKind.TINY_TASKS} <= kinds
    # Without what was recorded Spark's metrics alone are left, and that is said.
    alone = await Explanations(details).explain(app)
    assert (await by_job(details, app, alone))["python"].by == "unknown"
    assert "by Spark's metrics alone" in alone.bound.text


ALONE = {
    "driver asleep": (DRIVER_ASLEEP, {"driver"}),
    "slow key": (SLOW_KEY, {"skew"}),
    "one task": (ONE_TASK, {"too-few-tasks"}),
    "empty tasks": (EMPTY_TASKS, {"scheduling"}),
    "balanced": (BALANCED, {"cpu", "mixed"}),
    "python": (PYTHON, {"python-cpu"}),
    "small heap": (SMALL_HEAP, {"gc", "memory"}),
    "larger than its heap": (LARGER_THAN_HEAP, {"memory"}),
}
HEAP = ("--executor-memory", "490m", "--executor-cores", "2", "--total-executor-cores", "2")


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("name", ALONE)
async def test_an_application_with_one_planted_bottleneck_is_named(
    cluster: Cluster, tmp_path: Path, name: str
) -> None:
    text, wanted = ALONE[name]
    async with recording(cluster, ["pi1", "pi2"], ()) as record:
        await record.first()
        app = await submitted(cluster, tmp_path, name, text, *(HEAP if "heap" in name else ()))
        found = await explained_at_its_end(cluster, app, record)
    assert found.bound.by in wanted, (found.bound, app)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.skipif(not CPU_GROUPS.is_dir(), reason="no cgroup v1 of cpu on this kernel")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may limit a node's CPU")
async def test_a_node_that_is_held_back_is_named(cluster: Cluster, tmp_path: Path) -> None:
    snapshot = await ClusterMonitor(cluster).once()
    node = next(node for node in snapshot.nodes if node.name == "pi2")
    assert node.worker is not None
    assert node.worker.pid is not None
    group = CPU_GROUPS / f"pitui-test-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_quota_us").write_text("25000")
        (group / "cgroup.procs").write_text(str(node.worker.pid))
        async with recording(cluster, ["pi1", "pi2"], ()) as record:
            await record.first()
            app = await submitted(cluster, tmp_path, "slow node", BALANCED)
            found = await explained_at_its_end(cluster, app, record)
    finally:
        for pid in (group / "cgroup.procs").read_text().split():
            (CPU_GROUPS / "cgroup.procs").write_text(pid)
        wait_until(lambda: removed(group), 30.0, "the group is empty")
    assert "pi2 slows the others" in found.bound.text, found.bound
    slow = next(suspect for suspect in found.suspects if suspect.kind is SuspectKind.STRAGGLERS)
    assert "on pi2" in slow.text
    assert slow.saves_seconds > 0


def removed(group: Path) -> bool:
    try:
        group.rmdir()
    except OSError:
        return False
    return True


async def explained_at_its_end(cluster: Cluster, app: str, record: Recording) -> Explanation:
    async def over() -> Explanation | None:
        view = await cluster.spark_master.read()
        running = next((one for one in view.applications if one.id == app), None)
        if running is None or running.state.active:
            return None
        details = await details_of(cluster)
        return await Explanations(details).explain(app, record.samples)

    return await until_found(over, "it has ended", LONG_LIMIT)
