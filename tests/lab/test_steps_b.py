"""The steps from the archive to the service, on real machines."""

import asyncio

import pytest

from pitui.config.load import load_config
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.provision.engine.provision_report import StepReport
from pitui.provision.steps import step
from pitui.provision.steps.spark import roll_back
from pitui.services.cluster import open_cluster
from pitui.services.provisioning.provision import new_provision_context
from tests.lab.archive import spark_archive, version_of
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.steps import LabCluster, Person, cards, states

pytestmark = [pytest.mark.lab, pytest.mark.long, pytest.mark.timeout(600)]

STEPS = ("access", "spark", "conf", "sizing", "profile", "firewall", "service")
PREPARE = """
id spark >/dev/null 2>&1 || useradd -m -s /bin/bash spark
command -v java >/dev/null || {
  apt-get install -y -qq --no-download openjdk-17-jre-headless >/dev/null
}
"""


@pytest.fixture(scope="module")
def two(lab: Lab) -> LabCluster:
    """Two machines with all that these steps need."""
    lab_cluster = cards(lab, KIND, KIND)
    for name in lab_cluster.nodes:
        lab.machines[name].root(PREPARE, limit=200)
    return lab_cluster


@pytest.fixture
def lab_cluster(two: LabCluster) -> LabCluster:
    """The two, without a Spark."""
    for name in two.nodes:
        machine = two.lab.machines[name]
        machine.power_on()
        machine.cable(plugged=True)
        machine.rate(None)
        machine.root(
            "systemctl stop spark-master spark-worker 2>/dev/null || true; "
            "rm -rf /opt/spark* /home/pi/.cache/pitui /etc/profile.d/spark.sh "
            "/etc/systemd/system/spark-*; systemctl daemon-reload"
        )
    return LabCluster(two.lab, two.nodes)


async def test_a_second_run_changes_nothing_and_a_plan_before_the_first_neither(
    lab_cluster: LabCluster,
) -> None:
    machine = lab_cluster.lab.machines["pi1"]
    # Logging in leaves its traces in logs; everything else has to stay as it is.
    machine.root("touch /var/tmp/before; sleep 0.1")
    planned = await lab_cluster.provision(*STEPS, plan=True)
    assert states(planned) == {"pi1": "would-change", "pi2": "would-change"}
    touched = machine.root(
        "find / -xdev -newer /var/tmp/before ! -path '/var/log*' ! -path '/proc*' "
        "! -path '/run*' ! -path '/var/lib/systemd/*' ! -path '/sys*' ! -path '/dev*' || true"
    )
    assert touched.split() in ([], ["/var/tmp"]), touched

    assert states(await lab_cluster.provision(*STEPS)) == {"pi1": "changed", "pi2": "changed"}
    assert states(await lab_cluster.provision(*STEPS)) == {"pi1": "ok", "pi2": "ok"}
    assert "spark-4.3.0" in lab_cluster.lab.machines["pi2"].root("readlink /opt/spark")


async def test_edits_stay_and_damage_is_repaired(lab_cluster: LabCluster) -> None:
    await lab_cluster.provision(*STEPS)
    machine = lab_cluster.lab.machines["pi2"]
    machine.root(
        "echo 'export MINE=1' >> /opt/spark/conf/spark-env.sh; "
        "sed -i '/SPARK_LOCAL_IP/d' /opt/spark/conf/spark-env.sh; "
        "rm /opt/spark/jars/spark-core_*.jar; systemctl disable spark-worker"
    )
    report = (await lab_cluster.provision(*STEPS))["pi2"]
    assert str(report.state) == "changed", report
    text = machine.root("cat /opt/spark/conf/spark-env.sh")
    assert "export MINE=1" in text
    assert "export SPARK_LOCAL_IP=" in text
    assert "spark-core_" in machine.root("ls /opt/spark/jars")
    assert machine.root("systemctl is-enabled spark-worker").strip() == "enabled"


async def test_upgrade_and_rollback_by_one_link(lab_cluster: LabCluster) -> None:
    old = spark_archive("3.5", slim=True)
    was = version_of(old)
    lab_cluster.changes = {"spark": {"archive": str(old), "version": was}}
    await lab_cluster.provision(*STEPS)
    lab_cluster.changes = {}
    await lab_cluster.provision(*STEPS)
    machine = lab_cluster.lab.machines["pi2"]
    assert machine.root("readlink /opt/spark").strip() == "spark-4.3.0"

    async with open_cluster(load_config(lab_cluster.config()), Person()) as cluster:
        said = await roll_back(new_provision_context(cluster, Person()).contexts["pi2"])
    assert said == f"back from 4.3.0 to {was}"
    assert machine.root("readlink /opt/spark").strip() == f"spark-{was}"


async def test_cable_pulled_in_mid_push_resumes(lab_cluster: LabCluster) -> None:
    machine = lab_cluster.lab.machines["pi2"]
    machine.rate("94mbit")
    moved = asyncio.Event()
    seen: list[int] = []

    def told(one: StepReport) -> None:
        if one.node == "pi2" and one.transfer is not None:
            seen.append(one.transfer.done)
            if one.transfer.done > one.transfer.total // 4:
                moved.set()

    async with TaskGroup() as group:
        running = group.create_task(lab_cluster.provision("spark", told=told))
        await moved.wait()
        machine.cable(plugged=False)
        await asyncio.sleep(20)
        machine.cable(plugged=True)
        result = await running
    assert states(result) == {"pi1": "changed", "pi2": "changed"}
    after_quarter = seen[next(i for i, done in enumerate(seen) if done > seen[-1] // 4) :]
    assert min(after_quarter) > seen[-1] // 5, "it started over"


async def test_a_removed_node_starts_nothing_and_is_no_worker(lab_cluster: LabCluster) -> None:
    await lab_cluster.provision(*STEPS)
    async with open_cluster(load_config(lab_cluster.config()), Person()) as cluster:
        contexts = new_provision_context(cluster, Person()).contexts
        gone, others = contexts["pi2"], {"pi1": contexts["pi1"]}
        assert await step("service").remove(gone, others) == (
            "stopped and removed spark-worker.service"
        )
        assert await step("conf").remove(gone, others) == "out of the workers file on pi1"
        assert await step("service").remove(gone, others) == ""
        assert await step("conf").remove(gone, others) == ""
    left = lab_cluster.lab.machines["pi1"].root("cat /opt/spark/conf/workers")
    assert lab_cluster.lab.machines["pi1"].address in left
    assert lab_cluster.lab.machines["pi2"].address not in left
    units = lab_cluster.lab.machines["pi2"].root("ls /etc/systemd/system")
    assert "spark-worker" not in units
