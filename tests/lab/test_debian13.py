"""Two machines of Debian 13, where /tmp is RAM: provisioned, in use, rebooted, cleaned."""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lab.doctor import findings, troubles
from tests.lab.kinds import Kind
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.packages import install
from tests.lab.pitui import pitui, provision
from tests.lab.provisioned import file_systems, in_shell, is_open
from tests.lab.steps import cards

pytestmark = [pytest.mark.lab, pytest.mark.timeout(500)]

SHELLS = ("bash", "zsh", "fish")
TRIXIE = Kind(suite="trixie")
LIMIT = 90.0
# What is broadcast goes through a file in the driver's scratch space.
PROGRAM = """
from pyspark import SparkContext

with SparkContext(appName="broadcast") as context:
    each = context.broadcast(list(range(4000)))
    print("sum", context.parallelize(range(8), 8).map(lambda n: each.value[n]).sum())
"""
LONG = """
import time
from pathlib import Path
from pyspark import SparkContext

stop, end = Path("/home/spark/stop"), time.monotonic() + 120
with SparkContext(appName="long") as context:
    while not stop.exists() and time.monotonic() < end:
        each = context.broadcast(list(range(4000)))
        total = context.parallelize(range(8), 8).map(lambda n: each.value[n]).sum()
        time.sleep(0.2)
    print("sum", total)
"""
SECOND = """
systemd-run --quiet --unit second --uid spark \\
  -E SPARK_HOME=/opt/spark -E SPARK_WORKER_DIR=/var/tmp/second \\
  /opt/spark/bin/spark-class org.apache.spark.deploy.worker.Worker --cores 1 --memory 512m \\
  --host {host} --webui-port 8099 spark://{host}:7077
"""
DRIVER = """
systemd-run --quiet --unit long --uid spark -E HOME=/home/spark -E PYTHONUNBUFFERED=1 \\
  /opt/spark/bin/spark-submit /home/spark/long.py
"""
WORKER = "org.apache.spark.deploy.worker.Worker"
LEFT = f"""
cd /var/lib/spark/local
for name in blockmgr spark; do
  runuser -u spark -- mkdir -p $name-00000000-dead-4000-8000-000000000001/0a
  touch -d yesterday $name-00000000-dead-4000-8000-000000000001
done
dead=spark-00000000-dead-4000-8000-000000000002
runuser -u spark -- mkdir -p $dead/executor-00000000-dead-4000-8000-000000000003
touch -d yesterday $dead
runuser -u spark -- mkdir -p mine spark-mine
mkdir blockmgr-00000000-dead-4000-8000-000000000004
runuser -u spark -- sh -c 'echo 999999 >/var/lib/spark/pid/spark-spark-{WORKER}-1.pid'
"""
KEPT = {"mine", "spark-mine", "blockmgr-00000000-dead-4000-8000-000000000004"}
"""What a person put there, and what is not Spark's account's."""


@pytest.fixture(scope="module")
def config(lab: Lab) -> Path:
    """A configuration for two machines, provisioned."""
    # What installs Java and looks at shells needs one of them.
    lab_cluster = cards(lab, replace(TRIXIE, java=True), TRIXIE)
    lab.machines["pi2"].root(install("zsh", "fish"), limit=120)
    path = lab_cluster.config()
    done = provision(path)
    assert done.status == 0, done
    return path


@pytest.fixture
def machines(lab: Lab, config: Path) -> list[Machine]:
    return [lab.machines[name] for name in ("pi1", "pi2")]


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, f"waited {LIMIT} s in vain until {what}"
        time.sleep(0.5)


def said_by_master(machine: Machine) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(f"http://{machine.address}:8080/json/", timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
    except (OSError, ValueError):  # while it starts, its page answers everything with itself
        return {"aliveworkers": 0, "coresused": 0}
    return found


def scratch(machine: Machine) -> set[str]:
    return set(machine.root("ls /var/lib/spark/local").split())


def run(config: Path) -> None:
    program = config.with_name("shuffle.py")
    program.write_text(PROGRAM)
    done = pitui(config, "submit", "--", str(program), limit=150)
    assert done.status == 0, done.stdout + done.stderr
    assert "sum 28" in done.stdout


def sound(machine: Machine) -> None:
    assert machine.root("findmnt -no FSTYPE -T /tmp").strip() == "tmpfs"
    found = file_systems(machine)
    assert {"/var/lib/spark/local", "/var/lib/spark/pid", "/var/lib/spark/events"} <= set(found)
    assert "tmpfs" not in found.values(), found
    assert not is_open(machine, 6066)


def test_a_second_run_changes_nothing_and_a_reboot_neither(
    config: Path, machines: list[Machine]
) -> None:
    again = provision(config)
    assert set(again.states().values()) == {"ok"}, again
    assert pitui(config, "start").status == 0
    run(config)
    for machine in machines:
        sound(machine)
    for machine in machines:
        machine.power_off()
    for machine in machines:
        machine.power_on()
    wait_until(lambda: said_by_master(machines[0])["aliveworkers"] == 2, "both workers are back")
    run(config)
    for machine in machines:
        sound(machine)
    assert set(provision(config).states().values()) == {"ok"}


def test_doctor_has_nothing_to_say_of_what_was_just_made(config: Path) -> None:
    status, said = findings(config)
    assert (troubles(said), status) == ([], 0), said


def test_who_may_write_and_read_where(machines: list[Machine]) -> None:
    for machine in machines:
        modes = machine.root("cd /var/lib/spark; stat -c '%n %a %U' . local pid events")
        assert modes.splitlines() == [
            ". 755 root", "local 700 spark", "pid 755 spark", "events 1777 spark",
        ]  # fmt: skip
        others = "runuser -u pi -- bash -c '. /opt/spark/conf/spark-env.sh; echo $SPARK_LOCAL_DIRS'"
        assert machine.root(others) == "/var/tmp\n"


@pytest.mark.parametrize("shell", [f"{name} -{how}" for name in SHELLS for how in ("ic", "lic")])
def test_spark_is_on_the_path_once_in_every_interactive_shell(
    machines: list[Machine], shell: str
) -> None:
    assert in_shell(machines[1], shell) == "home=/opt/spark 1"


@pytest.mark.parametrize("shell", [f"{name} -c" for name in SHELLS])
def test_other_shells_stay_as_they_are(machines: list[Machine], shell: str) -> None:
    assert in_shell(machines[1], shell) == "home= 0"


def test_a_start_cleans_what_nobody_uses_and_nothing_else(
    machines: list[Machine],
) -> None:
    first = machines[0]
    first.root(SECOND.format(host=first.address))
    wait_until(lambda: said_by_master(first)["aliveworkers"] == 3, "a second worker is there")
    first.root(f"cat >/home/spark/long.py <<'END'\n{LONG}\nEND\n{DRIVER}")
    try:
        wait_until(lambda: said_by_master(first)["coresused"] == 3, "it has its executors")
        # The driver's two, and one of each worker; an executor makes its own a moment later.
        wait_until(lambda: len(scratch(first)) == 4, "every one has its folder")
        used = scratch(first)
        first.root(LEFT)
        first.root("systemctl restart spark-worker")
        left = scratch(first)
        assert left >= KEPT
        assert not any("dead" in name for name in left - KEPT), left
        assert len(left & used) >= 3, (used, left)
        assert first.root("ls /var/lib/spark/pid") == ""
        assert "removed 3 folders" in first.root("journalctl -u spark-worker -o cat")
    finally:
        first.root("touch /home/spark/stop")
    wait_until(lambda: "sum 28" in first.root("journalctl -u long -o cat"), "it has ended well")
    first.root("systemctl stop second; rm -f /home/spark/stop")


def test_a_node_of_before_is_brought_there_and_told_what_still_runs(
    config: Path, machines: list[Machine]
) -> None:
    first = machines[0]
    conf = "/opt/spark/conf"
    first.root(
        f"sed -i '/rest.enabled/d' {conf}/spark-defaults.conf; systemctl restart spark-master\n"
        "sed -i '/>>> managed/,/<<< managed/d' /etc/bash.bashrc; rm -r /var/lib/spark/pid"
    )
    wait_until(lambda: is_open(first, 6066), "the master is open, as Spark has it")
    planned = pitui(config, "provision", "--plan", "pi1")
    assert "+spark.master.rest.enabled false" in planned.stdout
    done = pitui(config, "provision", "pi1")
    assert "pi1: changed: conf, profile\n" in done.stdout
    assert "port 6066 taking applications from anybody: `pitui restart pi1`" in done.stdout
    assert provision(config, "--rolling").status == 0
    assert not is_open(first, 6066)
    assert is_open(first, 7077)


def test_a_removed_node_has_nothing_of_it_left(config: Path, machines: list[Machine]) -> None:
    second = machines[1]
    gone = provision(config, "--remove", "pi2")
    assert gone.status == 0, gone
    assert second.root("ls -d /var/lib/spark /etc/fish/conf.d/spark.fish 2>/dev/null || true") == ""
    assert in_shell(second, "bash -ic") == in_shell(second, "zsh -ic") == "home= 0"
