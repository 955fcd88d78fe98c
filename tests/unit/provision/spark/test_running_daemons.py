"""How a daemon runs, as the script tells it, and what a person is told."""

import subprocess
from pathlib import Path

import pytest
from support.http import serving

from pitui.provision.spark.running_daemons import IS_IDLE_MASTER, Running, parse_running

CAPTURES = Path(__file__).parents[3] / "captures" / "master"


def test_a_daemon_with_old_settings() -> None:
    found = parse_running(
        "enabled enabled\nprocess 812 unit 2\nhome spark-3.5.9 spark-4.3.0\njava\nopen 6066\n"
        "set SPARK_WORKER_MEMORY 512m 600m\nset SPARK_SECRET\n"
    )
    assert found.outdated == (
        "SPARK_WORKER_MEMORY 512m instead of 600m",
        "a Java that has been replaced",
        "another SPARK_SECRET",
        "port 6066 taking applications from anybody",
        "spark-3.5.9 instead of spark-4.3.0",
    )
    assert (found.enabled, found.pid, found.by_unit, found.executors) == (True, 812, True, 2)


def test_what_would_end_with_a_daemon() -> None:
    idle = parse_running("process 812 script 0\n")
    assert not idle.in_use
    said = [
        parse_running(f"process 812 script {more}\n").in_use
        for more in ("2", "0\ndriver", "0\napplications")
    ]
    assert said == [
        "it has 2 executors",
        "it runs a driver",
        "applications run, or it does not say that none does",
    ]


def test_nothing_runs() -> None:
    assert parse_running("enabled disabled\n") == Running()


@pytest.mark.parametrize(
    ("answer", "idle"), [("idle", True), ("app-waiting", False), ("driver-cluster-running", False)]
)
def test_a_master_is_idle_by_its_own_word(answer: str, idle: bool) -> None:
    with serving() as web:
        web.answers["/json/"] = (CAPTURES / f"{answer}.json").read_bytes()
        assert _says_idle(web.port) is idle
    assert not _says_idle(web.port)


def _says_idle(port: int) -> bool:
    """Return what is said of a process that has the options of a master."""
    words = ["sh", "-c", "read -r _", "master", "--webui-port", str(port)]
    with subprocess.Popen(words, stdin=subprocess.PIPE) as process:
        asked = f"{IS_IDLE_MASTER}\nis_idle_master {process.pid}"
        idle = subprocess.run(["sh", "-c", asked], timeout=10, check=False).returncode == 0
        process.communicate(b"\n")
    return idle
