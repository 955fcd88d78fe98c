"""Power cuts at any moment while Spark is brought: what is in use is whole, and the run goes on."""

import asyncio
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.provision.engine.provision_report import StepReport, StepState
from tests.lab.archive import spark_archive, version_of
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.steps import LabCluster, states

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

MOMENT_LIMIT = 90.0


@dataclass(frozen=True)
class Moment:
    """When a node's power is pulled: at a report of the step `spark`, or some seconds later."""

    said: str = ""
    pushed: float = 0.0
    """The share of the archive that is there by then."""
    state: StepState = StepState.APPLYING
    later: float = 0.0

    def come(self, report: StepReport) -> bool:
        """Whether a report says that it has come."""
        moved = report.transfer
        return (
            report.step == "spark"
            and report.state is self.state
            and report.detail.startswith(self.said)
            and (moved.done / moved.total if moved else 0.0) >= self.pushed
        )


UNPACKING = "unpacking"
ROUNDS = (
    # Whoever feeds the others goes away, and those it fed.
    (Moment("pushing", 0.05), Moment("pushing", 0.4), Moment("pushing", 0.9)),
    (Moment(UNPACKING), Moment(UNPACKING, later=0.1), Moment(UNPACKING, later=0.3)),
    (Moment(UNPACKING, later=0.6), Moment(UNPACKING, later=1.2), Moment("switching")),
    (Moment(state=StepState.CHECKING), Moment("pushing", 1.0), Moment(state=StepState.VERIFYING)),
)


@dataclass
class Cut:
    """One power cut of one machine, as soon as its moment comes."""

    machine: Machine
    moment: Moment
    come: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, report: StepReport) -> None:
        """Look at what the engine reports."""
        if report.node == self.machine.name and self.moment.come(report):
            self.come.set()

    async def pull(self, whole: dict[str, int]) -> None:
        """Pull the power, look at what is in use on the card, and switch on again."""
        async with asyncio.timeout(MOMENT_LIMIT):
            await self.come.wait()
        await asyncio.sleep(self.moment.later)
        await asyncio.to_thread(self.machine.power_off)
        used = in_use(self.machine)
        assert used in ({}, whole), f"{self.machine.name}, power pulled at {self.moment}"
        await asyncio.to_thread(self.machine.power_on)


def in_use(machine: Machine) -> dict[str, int]:
    """Return the size of each file of the Spark that a machine's card has in use, by name."""
    home = machine.disk.root / "opt/spark"
    if not home.is_symlink():
        return {}
    folder = home.parent / home.readlink()
    parts = [path for part in ("bin", "sbin", "jars") for path in (folder / part).rglob("*")]
    return {str(p.relative_to(folder)): p.stat().st_size for p in parts if p.is_file()}


def in_archive(archive: Path) -> Iterator[tuple[str, int]]:
    """Yield the name and size of each of an archive's programs."""
    with tarfile.open(archive) as tar:
        for entry in tar:
            name = entry.name.partition("/")[2]
            if entry.isfile() and name.startswith(("bin/", "sbin/", "jars/")):
                yield name, entry.size


async def test_power_pulled_twelve_times_leaves_nothing_half_written_in_use(fresh_lab: Lab) -> None:
    archive = spark_archive(slim=True)
    whole = dict(in_archive(archive))
    lab_cluster = LabCluster(fresh_lab, list(fresh_lab.machines))
    for moments in ROUNDS:
        cuts = [Cut(*pair) for pair in zip(fresh_lab.machines.values(), moments, strict=True)]

        def told(report: StepReport, cuts: list[Cut] = cuts) -> None:
            for cut in cuts:
                cut.told(report)

        async with TaskGroup() as group:
            running = group.create_task(lab_cluster.provision("account", "spark", told=told))
            for cut in cuts:
                group.create_task(cut.pull(whole))
        # The same run went on where each was, as soon as it was back.
        assert all(report.state.good for report in running.result().values()), states(
            running.result()
        )
        for machine in fresh_lab.machines.values():
            assert in_use(machine) == whole
            left = machine.root("ls -A /opt /home/pi/.cache/pitui").split()
            assert left == [
                "/home/pi/.cache/pitui:",
                "/opt:",
                "spark",
                f"spark-{version_of(archive)}",
            ]
            machine.root("rm -rf /opt/spark*")
