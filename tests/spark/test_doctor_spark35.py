"""An old cluster that somebody set up with Spark's own scripts: only what is true of it is said."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from spark.test_control_spark35 import SPARK35, free_ports, spark_home
from support.demo import wait_until
from support.spark_jvm import SMALL_JVM

from pitui.config.load import load_config
from pitui.doctor.doctor_report import Report
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.doctor.finding_store import FindingStore
from pitui.services.doctor.run_checks import run_checks

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not SPARK35, reason="PITUI_TEST_SPARK35 names no pyspark 3.5 folder"),
]
LIMIT = 60.0
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"

ENV = """\
export SPARK_DAEMON_MEMORY=96m SPARK_DAEMON_JAVA_OPTS='{small}' SPARK_LAUNCHER_OPTS='{small}'
export SPARK_PID_DIR={home}/run SPARK_LOCAL_IP=127.0.0.1 SPARK_MASTER_HOST=127.0.0.1
export SPARK_MASTER_PORT={ports[0]} SPARK_MASTER_WEBUI_PORT={ports[1]}
export SPARK_WORKER_WEBUI_PORT={ports[2]} SPARK_WORKER_CORES=1 SPARK_WORKER_MEMORY=512m
# Where /tmp is RAM that is found as well, and true.
export SPARK_LOCAL_DIRS={home}/scratch
"""
CONFIG = """\
cluster: {{name: older, master: nuc}}
spark:
  home: {home}
  master: {{port: {ports[0]}, webui_port: {ports[1]}}}
  worker: {{webui_port: {ports[2]}}}
nodes:
  nuc: {{host: local, worker: true, sudo: none}}
"""


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A configuration for a master and a worker that `sbin/` started."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    home = tmp_path / "spark"
    home.mkdir()
    spark_home(home)
    ports = free_ports(3)
    (home / "conf/spark-env.sh").write_text(ENV.format(home=home, ports=ports, small=SMALL_JVM))
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(home=home, ports=ports))
    url = f"spark://127.0.0.1:{ports[0]}"
    # What start-master.sh and start-worker.sh call.
    daemon(
        home, "start", MASTER, "--host", "127.0.0.1", "--port", ports[0], "--webui-port", ports[1]
    )
    daemon(home, "start", WORKER, "--webui-port", ports[2], url)
    try:
        yield config
    finally:
        daemon(home, "stop", WORKER)
        daemon(home, "stop", MASTER)


def daemon(home: Path, action: str, name: str, *words: object) -> None:
    environment = {**os.environ, "SPARK_HOME": str(home)}
    subprocess.run(
        [str(home / "sbin/spark-daemon.sh"), action, name, "1", *map(str, words)],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60,
    )  # fmt: skip


def wait_registered(config: Path) -> None:
    """Wait until the worker's log says that the master knows it."""

    def registered() -> bool:
        logs = [path.read_text() for path in config.parent.glob("spark/logs/*Worker*.out")]
        return any("Successfully registered with master" in text for text in logs)

    wait_until(registered, LIMIT, "the worker is registered")


async def report(config: Path) -> Report:
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        store = FindingStore("older", config.with_name("doctor.db"))
        return (await run_checks(cluster, CHECKS, say=lambda _text: None, store=store)).report


def said(found: Report) -> set[tuple[FindingSeverity, str]]:
    return {(one.finding.severity, one.finding.check) for one in found.findings}


async def test_an_old_cluster_has_only_what_is_true_of_it(older: Path) -> None:
    wait_registered(older)
    found = await report(older)
    # Its master has no recovery; all else of it is as Spark's documentation has it.
    titles = [one.finding.title for one in found.findings]
    assert said(found) == {(FindingSeverity.INFO, "spark.recovery")}, titles
    assert found.score == 100
    assert {one.check for one in found.skipped} <= {"memory.oom-killed"}

    defaults = older.parent / "spark/conf/spark-defaults.conf"
    defaults.write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.dir file:{older.parent}/no\n"
        "spark.deploy.recoveryMode FILESYSTEM\n"
    )
    assert said(await report(older)) == {
        (FindingSeverity.ERROR, "eventlog.folder"),
        (FindingSeverity.WARNING, "spark.recovery"),
    }
