"""Spark 3.5, on a node without a spark-env.sh that would say anything: pitui chooses."""

import os
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from support.spark_jvm import SMALL_JVM

from pitui.config.load import load_config
from pitui.domain.cluster import Role
from pitui.domain.node_outcome import OutcomeState
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.daemons import daemon_control
from pitui.services.daemons.decommission import decommission_refusal
from pitui.services.nodes.probe import probe
from pitui.spark.versions import page_version

SPARK35 = os.environ.get("PITUI_TEST_SPARK35", "")

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not SPARK35, reason="PITUI_TEST_SPARK35 names no pyspark 3.5 folder"),
]

CONFIG = """\
cluster: {{name: older, master: nuc}}
spark:
  home: {home}
  master: {{host: 127.0.0.1, port: {ports[0]}, webui_port: {ports[1]}}}
  worker: {{cores: 1, memory: 512m, webui_port: {ports[2]}}}
  env:
    SPARK_DAEMON_MEMORY: 96m
    SPARK_DAEMON_JAVA_OPTS: {small}
    SPARK_LAUNCHER_OPTS: {small}
    SPARK_PID_DIR: {home}/run
nodes:
  nuc: {{host: local, worker: true}}
"""


def configuration(home: Path) -> str:
    """Return a config.yaml for a master and a worker of one Spark, on free ports."""
    return CONFIG.format(home=home, ports=free_ports(3), small=SMALL_JVM)


def spark_home(folder: Path) -> Path:
    for name in ("bin", "sbin", "jars"):
        (folder / name).symlink_to(Path(SPARK35) / name)
    (folder / "conf").mkdir()
    return folder


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


async def test_spark_3_5_starts_and_stops(tmp_path: Path, own_folders: None) -> None:
    home = tmp_path / "spark"
    home.mkdir()
    spark_home(home)
    file = tmp_path / "config.yaml"
    file.write_text(configuration(home))
    said = []
    async with open_cluster(load_config(file), NonInteractive()) as cluster:
        targets = daemon_control.targets_for(cluster, [])
        try:
            started = await daemon_control.start(cluster, targets, said.append)
            assert [outcome.state for outcome in started] == [OutcomeState.OK] * 2, started
            (worker,) = (await cluster.spark_master.read()).alive
            assert (worker.cores, worker.memory_mib) == (1, 512)
            page = await cluster.spark_master.page("")
            version = page_version(page.body.decode())
            assert version is not None
            assert version.startswith("3.5.")
            process = (await probe(cluster, "nuc")).daemon(Role.WORKER)
            assert process is not None
            assert process.host == "127.0.0.1"  # the address towards the master
            again = await daemon_control.start(cluster, targets, said.append)
            assert [outcome.state for outcome in again] == [OutcomeState.UNCHANGED] * 2, again
            off = await decommission_refusal(cluster)
            assert off is not None
            assert off.reason.startswith("decommissioning is switched off on the master")
            drained = await daemon_control.drain(cluster, targets[1:], said.append)
            assert [outcome.state for outcome in drained] == [OutcomeState.FAILED]
            assert "switched off" in drained[0].detail
            assert len((await cluster.spark_master.read()).alive) == 1
            (home / "conf" / "spark-defaults.conf").write_text("spark.decommission.enabled true\n")
            assert all(
                o.state.good for o in await daemon_control.restart(cluster, targets, said.append)
            )
            assert await decommission_refusal(cluster) is None
            drained = await daemon_control.drain(cluster, targets[1:], said.append)
            assert [outcome.state for outcome in drained] == [OutcomeState.OK], drained
            assert "drained" in drained[0].detail
        finally:
            stopped = await daemon_control.stop(cluster, targets, said.append)
        assert all(outcome.state.good for outcome in stopped), stopped
        assert (await probe(cluster, "nuc")).own == ()
        assert not list((home / "run").iterdir())
