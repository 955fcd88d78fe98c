"""What keeps a Spark or a Java off one node: one clear message there, and the others go on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pitui.provision.engine.report import NodeReport, StepReport
from tests.lab.archive import sha512, spark_archive
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.steps import Shelf, states

pytestmark = [pytest.mark.lab, pytest.mark.timeout(120)]

NODES = ("pi1", "pi2")
STEPS = ("account", "spark")


@pytest.fixture(scope="module")
def cards(lab: Lab) -> Lab:
    """Two machines with fresh cards; each test leaves them as they can be used."""
    lab.known_hosts.unlink(missing_ok=True)
    for name in NODES:
        lab.machines[name].fresh(KIND, wait=False)
    for name in NODES:
        lab.machines[name].wait_ready()
    return lab


@pytest.fixture
def shelf(cards: Lab) -> Shelf:
    for name in NODES:
        cards.machines[name].root("rm -rf /opt/spark* /home/pi/.cache/pitui")
    return Shelf(cards, NODES)


@contextmanager
def opt_on(machine: Machine, options: str) -> Iterator[None]:
    """Mount a file system of its own at /opt, a remount's options after the first."""
    machine.root(f"mkdir -p /opt; mount -t tmpfs lab-opt /opt; mount -o remount,{options} /opt")
    try:
        yield
    finally:
        machine.root("umount /opt")


def failed(report: NodeReport) -> str:
    """Return why a node failed."""
    assert str(report.state) == "failed", report
    assert report.error is not None
    return report.error


async def test_an_archive_with_another_checksum_goes_nowhere(shelf: Shelf) -> None:
    shelf.changes = {"spark": {"sha512": "0" * 128}}
    reports = await shelf.provision(*STEPS)
    for name in NODES:
        said = failed(reports[name])
        assert "has SHA-512" in said
        assert sha512(spark_archive(slim=True))[:16] in said
        assert shelf.lab.machines[name].root("ls -A /opt") == ""


async def test_a_truncated_archive_goes_nowhere(shelf: Shelf, tmp_path: Path) -> None:
    good = spark_archive(slim=True)
    cut = tmp_path / good.name
    cut.write_bytes(good.read_bytes())
    os.truncate(cut, 50 * 1024 * 1024)
    shelf.changes = {"spark": {"archive": str(cut)}}
    reports = await shelf.provision(*STEPS)
    for name in NODES:
        assert "truncated" in failed(reports[name])
        assert shelf.lab.machines[name].root("ls -A /opt") == ""


async def test_a_card_with_too_little_room_gets_nothing(shelf: Shelf) -> None:
    with opt_on(shelf.lab.machines["pi2"], "size=100m"):
        reports = await shelf.provision(*STEPS)
    assert "MiB needed, 100 MiB free" in failed(reports["pi2"])
    assert str(reports["pi1"].state) == "changed"


async def test_a_card_that_fills_up_while_it_is_unpacked_keeps_nothing(shelf: Shelf) -> None:
    machine = shelf.lab.machines["pi2"]

    def told(report: StepReport) -> None:
        if report.detail == "unpacking":
            machine.root("fallocate -l 950m /opt/mine")

    with opt_on(machine, "size=1g"):
        reports = await shelf.provision(*STEPS, names=["pi2"], told=told)
        assert machine.root("ls -A /opt") == "mine\n"
    said = failed(reports["pi2"])
    assert "No space left" in said
    assert "Free some disk space there" in said
    assert states(await shelf.provision(*STEPS, names=["pi2"])) == {"pi2": "changed"}


async def test_a_card_that_went_read_only_is_named(shelf: Shelf) -> None:
    with opt_on(shelf.lab.machines["pi2"], "ro"):
        reports = await shelf.provision(*STEPS)
    assert "read-only" in failed(reports["pi2"]).lower()
    assert str(reports["pi1"].state) == "changed"


async def test_no_java_in_any_repository_is_one_clear_message(shelf: Shelf) -> None:
    # No package in the cache, no list of any: apt has nowhere to ask.
    shelf.lab.machines["pi2"].root("rm -rf /var/cache/apt/archives/*.deb /etc/apt/sources.list*")
    reports = await shelf.provision("java", names=["pi2"])
    assert "wants Java 17 or 21, there is none, and none can be installed" in failed(reports["pi2"])
