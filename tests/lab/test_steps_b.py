"""The steps from the archive to the service, on real machines."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pitui.config.load import load_config
from pitui.provision.report import NodeReport, StepReport
from pitui.provision.run import Provisioning
from pitui.provision.steps import step
from pitui.provision.steps.spark import roll_back
from pitui.services.cluster import open_cluster
from pitui.services.provision import new_shelf
from tests.lab import configuration, needs
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(needs.missing() is not None, reason=needs.missing() or ""),
]

STEPS = ("access", "spark", "conf", "sizing", "profile", "firewall", "service")
PREPARE = """
id spark >/dev/null 2>&1 || useradd -m -s /bin/bash spark
command -v java >/dev/null || {
  apt-get install -y -qq --no-download openjdk-17-jre-headless >/dev/null
}
"""


class Trusting:
    """Trusts new host keys, as `--trust-new` does, and knows no password."""

    async def passphrase(self, identity: Path) -> None:
        return None

    async def trust(self, key: object) -> bool:
        return True

    async def sudo_password(self, node: str, *, wrong: bool = False) -> None:
        return None

    async def password(self, *words: object, **more: object) -> None:
        return None


@dataclass
class Bench:
    """Two machines and what is configured for them."""

    lab: Lab

    def config(self, archive: Path, **spark: Any) -> Path:
        document = configuration.document(self.lab, archive)
        document["spark"].update(spark)
        return configuration.write(self.lab.folder / "config.yaml", document)

    async def provision(
        self, config: Path, *ids: str, plan: bool = False, report: Any = None
    ) -> dict[str, NodeReport]:
        chosen = [step(one) for one in ids or STEPS]
        async with open_cluster(load_config(config), Trusting()) as cluster:
            shelf = new_shelf(cluster, Trusting())
            run = Provisioning(
                shelf, chosen, list(cluster.nodes), report or (lambda _: None), plan=plan
            )
            return {found.node: found for found in await run.run()}


@pytest.fixture(scope="module")
def up() -> Iterator[Lab]:
    lab = Lab.up("steps-b-test", [Kind(), Kind()], lambda _: None)
    try:
        for machine in lab.machines.values():
            machine.root(PREPARE, limit=200)
        yield lab
    finally:
        down(lab.name)


@pytest.fixture
def bench(up: Lab) -> Bench:
    for machine in up.machines.values():
        if not machine.running:
            machine.power_on()
        machine.cable(plugged=True)
        machine.rate(None)
        machine.root(
            "systemctl stop spark-master spark-worker 2>/dev/null || true; "
            "rm -rf /opt/spark* /home/pi/.cache/pitui /etc/profile.d/spark.sh "
            "/etc/systemd/system/spark-*; systemctl daemon-reload"
        )
    return Bench(up)


def states(report: NodeReport) -> dict[str, str]:
    return {one.step: str(one.state) for one in report.steps}


async def test_a_second_run_changes_nothing_and_a_plan_before_the_first_neither(bench):
    config = bench.config(spark_archive(slim=True))
    machine = bench.lab.machine("pi1")
    # Logging in leaves its traces in logs; everything else has to stay as it is.
    machine.root("touch /var/tmp/before; sleep 0.1")
    planned = await bench.provision(config, plan=True)
    assert {str(one.state) for one in planned.values()} == {"would-change"}
    touched = machine.root(
        "find / -xdev -newer /var/tmp/before ! -path '/var/log*' ! -path '/proc*' "
        "! -path '/run*' ! -path '/var/lib/systemd/*' ! -path '/sys*' ! -path '/dev*' || true"
    )
    assert touched.split() in ([], ["/var/tmp"]), touched

    first = await bench.provision(config)
    assert {str(one.state) for one in first.values()} == {"changed"}, first
    second = await bench.provision(config)
    assert {str(one.state) for one in second.values()} == {"ok"}, second
    assert "spark-4.3.0" in bench.lab.machine("pi2").root("readlink /opt/spark")


async def test_edits_stay_and_damage_is_repaired(bench):
    config = bench.config(spark_archive(slim=True))
    await bench.provision(config)
    machine = bench.lab.machine("pi2")
    machine.root(
        "echo 'export MINE=1' >> /opt/spark/conf/spark-env.sh; "
        "sed -i '/SPARK_LOCAL_IP/d' /opt/spark/conf/spark-env.sh; "
        "rm /opt/spark/jars/spark-core_*.jar; systemctl disable spark-worker"
    )
    report = (await bench.provision(config))["pi2"]
    assert str(report.state) == "changed", report
    text = machine.root("cat /opt/spark/conf/spark-env.sh")
    assert "export MINE=1" in text
    assert "export SPARK_LOCAL_IP=" in text
    assert "spark-core_" in machine.root("ls /opt/spark/jars")
    assert machine.root("systemctl is-enabled spark-worker").strip() == "enabled"


async def test_upgrade_and_rollback_by_one_link(bench):
    try:
        old = spark_archive("3.5", slim=True)
    except Exception as error:  # noqa: BLE001 - whatever the lab lacks
        pytest.skip(str(error))
    was = old.name.split("-")[1]
    await bench.provision(bench.config(old, version=was))
    config = bench.config(spark_archive(slim=True))
    await bench.provision(config)
    machine = bench.lab.machine("pi2")
    assert machine.root("readlink /opt/spark").strip() == "spark-4.3.0"

    async with open_cluster(load_config(config), Trusting()) as cluster:
        shelf = new_shelf(cluster, Trusting())
        said = await roll_back(shelf.sites["pi2"])
    assert said == f"back from 4.3.0 to {was}"
    assert machine.root("readlink /opt/spark").strip() == f"spark-{was}"


async def test_cable_pulled_in_mid_push_resumes(bench):
    config = bench.config(spark_archive(slim=True))
    machine = bench.lab.machine("pi2")
    machine.rate("94mbit")
    moved = asyncio.Event()
    seen: list[int] = []

    def report(one: StepReport) -> None:
        if one.node == "pi2" and one.transfer is not None:
            seen.append(one.transfer.done)
            if one.transfer.done > one.transfer.total // 4:
                moved.set()

    async with asyncio.TaskGroup() as group:
        running = group.create_task(bench.provision(config, "access", "spark", report=report))
        await moved.wait()
        machine.cable(plugged=False)
        await asyncio.sleep(20)
        machine.cable(plugged=True)
        result = await running
    assert states(result["pi2"])["spark"] == "changed", result["pi2"]
    assert states(result["pi1"])["spark"] == "changed"
    after_quarter = seen[next(i for i, done in enumerate(seen) if done > seen[-1] // 4) :]
    assert min(after_quarter) > seen[-1] // 5, "it started over"


async def test_a_removed_node_starts_nothing_and_is_no_worker(bench):
    config = bench.config(spark_archive(slim=True))
    await bench.provision(config)
    async with open_cluster(load_config(config), Trusting()) as cluster:
        shelf = new_shelf(cluster, Trusting())
        gone, others = shelf.sites["pi2"], {"pi1": shelf.sites["pi1"]}
        assert await step("service").remove(gone, others) == (
            "stopped and removed spark-worker.service"
        )
        assert await step("conf").remove(gone, others) == "out of the workers file on pi1"
        assert await step("service").remove(gone, others) == ""
        assert await step("conf").remove(gone, others) == ""
    left = bench.lab.machine("pi1").root("cat /opt/spark/conf/workers")
    assert bench.lab.machine("pi1").address in left
    assert bench.lab.machine("pi2").address not in left
    units = bench.lab.machine("pi2").root("ls /etc/systemd/system")
    assert "spark-worker" not in units
