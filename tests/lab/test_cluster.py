"""Three fresh machines become a cluster that comes back; every test goes on from the last."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.pitui import pitui, provision

pytestmark = [pytest.mark.lab, pytest.mark.timeout(500)]

ALIVE_LIMIT = 90.0
PROGRAM = """
import socket
from pyspark import SparkContext

with SparkContext(appName="where") as context:
    parts = context.parallelize(range(3000), 30)
    inside = parts.map(lambda n: ((n * 7919 % 1000) ** 2 + (n * 104729 % 1000) ** 2) < 10**6)
    hosts = parts.map(lambda _: (__import__("time").sleep(0.002), socket.gethostname())[1])
    print("pi is about", 4 * inside.filter(bool).count() / 3000)
    print("hosts", *sorted(set(hosts.collect())))
"""


@pytest.fixture(scope="module")
def shelf(lab: Lab) -> Path:
    """A configuration for three fresh machines."""
    lab.fresh(*[KIND] * 3)
    values = configuration.document(lab, spark_archive(slim=True))
    return configuration.write(lab.folder / "config.yaml", values)


def alive(config: Path) -> set[str]:
    nodes = pitui(config, "status", "--json").document["nodes"]
    return {n["name"] for n in nodes if n["worker"] and n["worker"]["state"] == "ALIVE"}


def wait_until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + ALIVE_LIMIT
    while not condition():
        assert time.monotonic() < end, f"waited {ALIVE_LIMIT} s in vain until {what}"
        time.sleep(0.5)


def test_a_plan_changes_nothing(lab: Lab, shelf: Path) -> None:
    before = {name: machine.disk.listing() for name, machine in lab.machines.items()}
    planned = provision(shelf, "--plan")
    assert set(planned.states().values()) == {"would-change"}, planned
    assert {name: machine.disk.listing() for name, machine in lab.machines.items()} == before


def test_one_provision_then_the_second_changes_nothing(lab: Lab, shelf: Path) -> None:
    first = provision(shelf)
    assert first.status == 0, first
    assert set(first.states().values()) == {"changed"}
    before = {name: machine.disk.listing() for name, machine in lab.machines.items()}
    second = provision(shelf)
    assert second.status == 0, second
    assert set(second.states().values()) == {"ok"}, second
    assert {name: machine.disk.listing() for name, machine in lab.machines.items()} == before
    for name, machine in lab.machines.items():
        assert machine.root("hostname") == f"{name}\n"


def test_pi_runs_on_all_three_workers(shelf: Path) -> None:
    started = pitui(shelf, "start")
    assert started.status == 0, started
    assert alive(shelf) == {"pi1", "pi2", "pi3"}
    program = shelf.with_name("where.py")
    program.write_text(PROGRAM)
    done = pitui(shelf, "submit", "--", str(program), limit=150)
    assert done.status == 0, done
    assert "pi is about 3." in done.stdout
    assert "hosts pi1 pi2 pi3" in done.stdout


def test_a_worker_comes_back_by_itself_after_a_power_cut(lab: Lab, shelf: Path) -> None:
    lab.machines["pi2"].power_off()
    wait_until(lambda: alive(shelf) == {"pi1", "pi3"}, "the worker is missed")
    lab.machines["pi2"].power_on()
    wait_until(lambda: alive(shelf) == {"pi1", "pi2", "pi3"}, "the worker is back")


def test_a_replaced_machine_is_refused_until_its_key_is_trusted(lab: Lab, shelf: Path) -> None:
    lab.machines["pi3"].fresh(KIND)
    refused = provision(shelf)
    assert refused.status == 1
    states = refused.states()
    assert states.pop("pi3") in {"failed", "unreachable"}
    assert states == {"pi1": "ok", "pi2": "ok"}
    assert "host key" in refused.stdout
