"""Draining a worker of a real cluster while an application works on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.application import Sleeper

from pitui.domain.cluster import Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.services.cluster import Cluster
from pitui.services.daemons import daemon_control
from pitui.services.daemons.decommission import decommission_refusal
from pitui.services.nodes.probe import probe

pytestmark = [pytest.mark.spark, pytest.mark.ssh]

PI2 = DaemonTarget("pi2", Role.WORKER)


@pytest.fixture
async def cluster(opened_demo: Cluster) -> AsyncIterator[Cluster]:
    """The demonstration; brought back to all ALIVE afterwards."""
    yield opened_demo
    # A test that failed may leave a decommissioned worker, which has to be started anew.
    everything = daemon_control.targets_for(opened_demo, [])
    back = await daemon_control.start(opened_demo, everything, lambda _: None)
    if not all(outcome.state.good for outcome in back):
        back = await daemon_control.restart(opened_demo, [PI2], lambda _: None)
    assert all(outcome.state.good for outcome in back), back


async def test_no_task_is_lost(cluster: Cluster, demo_cluster: Path, tmp_path: Path) -> None:
    # Without decommissioning of its own, an application's executors stay when they are drained.
    settings = {"spark.decommission.enabled": "false"}
    sleeper = Sleeper(demo_cluster, tmp_path, tasks=4, seconds=4, **settings)
    said: list[Outcome] = []
    try:
        assert await decommission_refusal(cluster) is None
        (early,) = await daemon_control.drain(cluster, [PI2], said.append, limit=1.0)
        assert early.state is OutcomeState.FAILED
        assert "still busy after 1 s: executor" in early.detail
        assert "of sleeper (" in early.detail
        assert (await probe(cluster, "pi2")).daemon(Role.WORKER) is not None
        view = await cluster.spark_master.read()
        assert WorkerState.DECOMMISSIONED in {worker.state for worker in view.workers}
        (refused,) = await daemon_control.start(cluster, [PI2], said.append)
        assert refused.state is OutcomeState.FAILED
        assert "decommissioned: the master gives it no more work" in refused.detail
        (drained,) = await daemon_control.drain(cluster, [PI2], said.append)
        assert drained.state is OutcomeState.OK, drained
        assert drained.detail.startswith("drained in ")
        assert (await probe(cluster, "pi2")).daemon(Role.WORKER) is None
        (again,) = await daemon_control.drain(cluster, [PI2], said.append)
        assert (again.state, again.detail) == (OutcomeState.UNCHANGED, "was not running")
        # With one attempt a task, a lost one would have failed the job.
        assert "sum 6" in sleeper.output()
        assert sleeper.process.returncode == 0
    finally:
        sleeper.end()
