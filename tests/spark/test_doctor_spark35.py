"""An old cluster that somebody set up with Spark's own scripts: what doctor and a benchmark say."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from spark.test_control_spark35 import SPARK35, free_ports, spark_home
from support.demo import wait_until
from support.spark_jvm import SMALL_JVM, SMALL_JVMS

from pitui.config.load import load_config
from pitui.demo.folders import link_python
from pitui.doctor.doctor_report import Report
from pitui.doctor.registry import CHECKS
from pitui.doctor.severity import FindingSeverity
from pitui.facts.disk.bench_folder import FOLDER
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.doctor.finding_store import FindingStore
from pitui.services.doctor.run_checks import run_checks

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not SPARK35, reason="PITUI_TEST_SPARK35 names no pyspark 3.5 folder"),
]
LIMIT = 60.0
BENCH_LIMIT = 170.0
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


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A configuration for a master and a worker that `sbin/` started."""
    folder = tmp_path_factory.mktemp("older")
    home = folder / "spark"
    home.mkdir()
    spark_home(home)
    link_python(Path(SPARK35), home)
    ports = free_ports(3)
    (home / "conf/spark-env.sh").write_text(ENV.format(home=home, ports=ports, small=SMALL_JVM))
    config = folder / "config.yaml"
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


async def test_an_old_cluster_has_only_what_is_true_of_it(older: Path, own_folders: None) -> None:
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


def test_sql_answers_as_on_the_newest_spark(older: Path, own_folders: None) -> None:
    (older.parent / "spark/conf/spark-defaults.conf").write_text(SMALL_JVMS)
    wait_registered(older)
    command = [sys.executable, "-m", "pitui", "--config", str(older), "bench", "run", "sql"]
    result = subprocess.run(
        [*command, "scale=0.01", "--no-warm-up", "--json"],
        capture_output=True, text=True, timeout=BENCH_LIMIT, check=False, env=os.environ,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-3000:]
    run = json.loads(result.stdout)
    assert run["spark"].startswith("3.5.")
    assert (run["state"], run["value"], len(run["detail"])) == ("done", 10, 10)
    assert run["bound"]["text"]
    assert not Path(FOLDER).exists()
