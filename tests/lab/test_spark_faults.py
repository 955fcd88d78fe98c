"""What keeps a Spark or a Java off one node: one clear message there, and the others go on."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pitui.provision.engine.provision_report import NodeReport, StepReport
from tests.lab.archive import sha512, spark_archive
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.steps import LabCluster, states

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
def lab_cluster(cards: Lab) -> LabCluster:
    for name in NODES:
        cards.machines[name].root("rm -rf /opt/spark* /home/pi/.cache/pitui")
    return LabCluster(cards, NODES)


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


async def test_an_archive_with_another_checksum_goes_nowhere(lab_cluster: LabCluster) -> None:
    lab_cluster.changes = {"spark": {"sha512": "0" * 128}}
    reports = await lab_cluster.provision(*STEPS)
    for name in NODES:
        said = failed(reports[name])
        assert "has SHA-512" in said
        assert sha512(spark_archive(slim=True))[:16] in said
        assert lab_cluster.lab.machines[name].root("ls -A /opt") == ""


async def test_a_truncated_archive_goes_nowhere(lab_cluster: LabCluster, tmp_path: Path) -> None:
    good = spark_archive(slim=True)
    cut = tmp_path / good.name
    cut.write_bytes(good.read_bytes())
    os.truncate(cut, 50 * 1024 * 1024)
    lab_cluster.changes = {"spark": {"archive": str(cut)}}
    reports = await lab_cluster.provision(*STEPS)
    for name in NODES:
        assert "truncated" in failed(reports[name])
        assert lab_cluster.lab.machines[name].root("ls -A /opt") == ""


async def test_a_card_with_too_little_room_gets_nothing(lab_cluster: LabCluster) -> None:
    with opt_on(lab_cluster.lab.machines["pi2"], "size=100m"):
        reports = await lab_cluster.provision(*STEPS)
    assert "MiB needed, 100 MiB free" in failed(reports["pi2"])
    assert str(reports["pi1"].state) == "changed"


async def test_a_card_that_fills_up_while_it_is_unpacked_keeps_nothing(
    lab_cluster: LabCluster,
) -> None:
    machine = lab_cluster.lab.machines["pi2"]

    def told(report: StepReport) -> None:
        if report.detail == "unpacking":
            machine.root("fallocate -l 950m /opt/mine")

    with opt_on(machine, "size=1g"):
        reports = await lab_cluster.provision(*STEPS, names=["pi2"], told=told)
        assert machine.root("ls -A /opt") == "mine\n"
    said = failed(reports["pi2"])
    assert "No space left" in said
    assert "Free some disk space there" in said
    assert states(await lab_cluster.provision(*STEPS, names=["pi2"])) == {"pi2": "changed"}


async def test_a_card_that_went_read_only_is_named(lab_cluster: LabCluster) -> None:
    with opt_on(lab_cluster.lab.machines["pi2"], "ro"):
        reports = await lab_cluster.provision(*STEPS)
    assert "read-only" in failed(reports["pi2"]).lower()
    assert str(reports["pi1"].state) == "changed"


async def test_no_java_in_any_repository_is_one_clear_message(lab_cluster: LabCluster) -> None:
    # No package in the cache, no list of any: apt has nowhere to ask.
    lab_cluster.lab.machines["pi2"].root(
        "rm -rf /var/cache/apt/archives/*.deb /etc/apt/sources.list*"
    )
    reports = await lab_cluster.provision("java", names=["pi2"])
    assert "wants Java 17 or 21, there is none, and none can be installed" in failed(reports["pi2"])
