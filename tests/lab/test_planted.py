"""Faults together on real machines: named where they are, mended, and gone with the fault."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lab import configuration
from tests.lab.archive import spark_archive
from tests.lab.conftest import KIND
from tests.lab.doctor import findings, troubles
from tests.lab.lab import Lab
from tests.lab.pitui import finish, pitui, provision, start
from tests.lab.planted import Fault, Place, Together, found_together, paste, places, worth
from tests.lab.planted_faults import (
    DAEMONS,
    DATA_FILE,
    DEFAULTS,
    DISKS,
    FILES,
    JAVAS,
    KEPT,
    LOST,
    NAMES,
    OWN,
    TAKEN,
    UNITS,
    UNLIKE,
    WALLS,
)

pytestmark = [pytest.mark.lab, pytest.mark.long, pytest.mark.timeout(600)]
# It does what fails on the node that lacks something, then waits as a shell does.
INPUTS = """
import os, time
from pyspark import SparkContext

sc = SparkContext(appName="inputs")

def imports(_):
    import planted_module

def reads(_):
    return open("/srv/flights.csv").read()

for work in (imports, reads):
    try:
        sc.parallelize(range(9), 9).map(work).count()
    except Exception as error:
        print("as wanted:", type(error).__name__, flush=True)
while not os.path.exists("/tmp/stop-inputs"):
    time.sleep(0.5)
"""
MODULE, DATA = "/usr/lib/python3/dist-packages/planted_module.py", "/srv/flights.csv"
# The login has the module for itself, and executors run as another account.
OF_LOGIN = """
runuser -u pi -- sh -c 'd=$(python3 -m site --user-site); mkdir -p $d; touch $d/planted_module.py'
"""


@pytest.fixture(scope="module")
def config(lab: Lab) -> Path:
    """A cluster of three machines that was set up, to which somebody added lines of their own."""
    lab.fresh(*[KIND] * 3)
    path = configuration.write(lab.folder / "planted.yaml", _document(lab))
    done = provision(path)
    assert done.status == 0, done
    for machine in lab.machines.values():
        machine.root(OWN)
    assert pitui(path, "start").status == 0
    _status, said = findings(path)
    assert worth(said) == [], said
    return path


def _document(lab: Lab) -> dict[str, Any]:
    """Return a configuration with data, and with event logs."""
    flights = lab.folder / "flights.csv"
    flights.write_text("from,to\n")
    document = configuration.document(lab, spark_archive(slim=True))
    document["spark"]["defaults"]["spark.eventLog.enabled"] = "true"
    document["data"] = [{"source": str(flights), "target": DATA_FILE}]
    return document


@pytest.mark.parametrize(
    "together",
    [DAEMONS, DISKS, NAMES, LOST, UNITS, UNLIKE, FILES, JAVAS, WALLS, TAKEN],
    ids=[
        "daemons", "disks", "names", "lost", "units", "unlike", "files", "javas", "walls", "taken"
    ],
)  # fmt: skip
def test_faults_at_once_are_named_and_mended(lab: Lab, config: Path, together: Together) -> None:
    together = _of_lab(lab, together)
    try:
        together.plant(lab)
        said = found_together(config, together)
        fixed = _fixed(config)
        left = places(worth(fixed))
        stays = {fault.place for fault in together.faults if not fault.fixable}
        assert left - together.consequences <= stays, fixed
        for fault in together.faults:
            if fault.pasted:
                paste(
                    config, next(o["fix"] for o in said["findings"] if fault.place in places([o]))
                )
    finally:
        together.take_back(lab)
    _healthy_again(config)
    for machine in lab.machines.values():
        assert len(machine.root(KEPT).splitlines()) == 4, machine.name


def test_what_one_machine_alone_lacks_is_found_there(lab: Lab, config: Path) -> None:
    for name in ("pi1", "pi2"):
        lab.machines[name].root(f"touch {MODULE} {DATA}")
    lab.machines["pi3"].root(OF_LOGIN)
    program = config.with_name("inputs.py")
    program.write_text(INPUTS)
    settings = {
        "spark.scheduler.minRegisteredResourcesRatio": "1",
        "spark.task.maxFailures": "1",
        # What it lacked is not found for an hour more.
        "spark.eventLog.enabled": "false",
    }
    words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    application = start(config, "submit", "--", *words, str(program))
    lacks = {("python.module-missing", "pi3"), ("app.file-not-everywhere", "pi3")}
    try:
        found = _inputs_found(config, lacks)
        assert {one["severity"] for one in found} == {"error"}, found
        lab.machines["pi3"].root(f"touch {MODULE} {DATA}")
        assert _inputs_found(config, set()) == []
    finally:
        for machine in lab.machines.values():
            machine.root(f"rm -f {MODULE} {DATA}; touch /tmp/stop-inputs")
        ended = finish(application, 100)
    assert ended.stdout.count("as wanted") == 2, ended


def _inputs_found(config: Path, wanted: set[Place]) -> list[dict[str, Any]]:
    """Return what applications are found to lack, once it is what is wanted."""
    end = time.monotonic() + 120
    while True:
        _status, said = findings(config, "--only", "app.file-not-everywhere,python.module-missing")
        if places(said["findings"]) == wanted and not said["skipped"]:
            return list(said["findings"])
        assert time.monotonic() < end, said


def test_nobody_else_changes_a_machine_while_it_is_mended(lab: Lab, config: Path) -> None:
    machine = lab.machines["pi3"]
    machine.root(f"chmod 644 {DEFAULTS}; systemctl disable -q --now spark-worker")
    fixing = start(config, "doctor", "--json", "--fix", "--yes")
    held, end = "cat /run/lock/pitui* 2>/dev/null || true", time.monotonic() + 60
    while "doctor --fix" not in machine.root(held):
        assert time.monotonic() < end, "the lock is never held"
        time.sleep(0.1)
    refused = pitui(config, "exec", "pi3", "--", "true")
    assert (refused.status, "doctor --fix" in refused.stderr) == (1, True), refused
    fixed = finish(fixing).document["fixes"]
    assert {one["state"] for one in fixed} == {"fixed"}, fixed
    assert ("security.key-readable", "pi3") in places(fixed)
    _healthy_again(config)
    assert pitui(config, "exec", "pi3", "--", "true").status == 0


def _of_lab(lab: Lab, together: Together) -> Together:
    """Return the faults with the addresses of the machines."""
    pi2 = lab.machines["pi2"].address

    def placed(fault: Fault) -> Fault:
        own = lab.machines[fault.node].address
        plant, ends = (
            script.replace("ADDRESS", own).replace("PI2", pi2)
            for script in (fault.plant, fault.ends)
        )
        return replace(fault, plant=plant, ends=ends)

    return replace(together, faults=tuple(map(placed, together.faults)))


def _fixed(config: Path) -> dict[str, Any]:
    """Return what is said after `--fix`: nothing of what was called fixable is left."""
    _status, fixed = findings(config, "--fix", "--yes")
    assert [one for one in fixed["fixes"] if one["state"] != "fixed"] == [], fixed
    assert [one for one in fixed["findings"] if one["fixable"]] == [], fixed
    return fixed


def _healthy_again(config: Path) -> None:
    """Wait until nothing is found any more, `--fix` with what the faults had kept it from."""
    end = time.monotonic() + 90
    while True:
        fixed = _fixed(config)
        if not troubles(fixed):
            return
        assert time.monotonic() < end, fixed
