"""The steps from the login to Python, on real machines."""

import pytest

from pitui.config.load import load_config
from pitui.provision.engine.provision_report import NodeReport
from pitui.services.cluster import open_cluster
from pitui.services.provisioning.provision import removal
from tests.lab import recipe
from tests.lab.conftest import KIND
from tests.lab.kinds import Kind
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.steps import LabCluster, Person, cards, states, step_of

pytestmark = [pytest.mark.lab, pytest.mark.long, pytest.mark.timeout(600)]

FAST = ("access", "account", "hostname", "hosts", "time", "python")


@pytest.fixture
def lab_cluster(lab: Lab) -> LabCluster:
    return cards(lab, KIND, KIND)


def state_of(report: NodeReport, step: str) -> str:
    return str(step_of(report, step).state)


def files(machine: Machine) -> str:
    """Return size, time and name of every file that the machine's card holds."""
    return machine.root(
        "find / -xdev \\( -path /var/log -o -path /run -o -path /tmp -o -path /proc -o -path /sys "
        "-o -path /var/lib/systemd \\) -prune -o -type f -printf '%s %T@ %p\\n' | sort -k3"
    )


async def test_a_plan_changes_nothing_then_all_is_done_then_nothing(
    lab_cluster: LabCluster,
) -> None:
    machines = {name: lab_cluster.lab.machines[name] for name in lab_cluster.nodes}
    before = {name: files(machine) for name, machine in machines.items()}
    planned = await lab_cluster.provision(*FAST, plan=True)
    assert states(planned) == {"pi1": "would-change", "pi2": "would-change"}
    assert {name: files(machine) for name, machine in machines.items()} == before

    assert states(await lab_cluster.provision(*FAST)) == {"pi1": "changed", "pi2": "changed"}
    for name, machine in machines.items():
        assert machine.root("uname -n").strip() == name
        assert "127.0.1.1" not in machine.root("cat /etc/hosts")
        assert machine.root(f"getent ahostsv4 {name}").split()[0] == machine.address
        assert machine.root("passwd -S spark").split()[1] == "L"
    as_spark = "setpriv --reuid=spark --regid=spark --init-groups env HOME=/home/spark"
    there = machines["pi2"].address
    login = f"ssh -o StrictHostKeyChecking=no -o BatchMode=yes {there} id -un"
    assert machines["pi1"].root(f"{as_spark} {login}").strip() == "spark"

    assert states(await lab_cluster.provision(*FAST)) == {"pi1": "ok", "pi2": "ok"}


# As a card of Raspberry Pi Imager has it.
CLOUD_INIT = """
mkdir -p /var/lib/cloud/instance /etc/cloud/templates
printf '#cloud-config\\nhostname: raspberrypi\\nmanage_etc_hosts: true\\n' \\
  > /var/lib/cloud/instance/cloud-config.txt
cat > /etc/cloud/templates/hosts.debian.tmpl <<'X'
## template:jinja
127.0.1.1 {{fqdn}} {{hostname}}
127.0.0.1 localhost
X
"""


async def test_a_persons_own_lines_stay_and_damage_is_repaired(lab_cluster: LabCluster) -> None:
    machine = lab_cluster.lab.machines["pi2"]
    machine.root(CLOUD_INIT)
    await lab_cluster.provision(*FAST)
    template = machine.root("cat /etc/cloud/templates/hosts.debian.tmpl").splitlines()
    block = machine.root("sed -n '/>>> managed/,/<<< managed/p' /etc/hosts").splitlines()
    assert template == ["## template:jinja", "127.0.0.1 localhost", *block]
    machine.root(
        "sed -i '/pi1$/d; /<<< managed/d' /etc/hosts\n"
        "echo '10.9.9.9 printer # mine' >> /etc/hosts\n"
        "echo '127.0.1.1 pi2.lan pi2' >> /etc/hosts\n"
        "echo other > /etc/hostname; hostname other\n"
        "echo ssh-ed25519 AAAA mine > /tmp/k; cat /home/spark/.ssh/authorized_keys >> /tmp/k\n"
        "sed '/AAAA[B-Z]/d' /tmp/k > /home/spark/.ssh/authorized_keys\n"
        "echo spark:secret | chpasswd; usermod -U spark"
    )
    again = await lab_cluster.provision(*FAST)
    assert states(again) == {"pi1": "ok", "pi2": "changed"}
    changed = {s.step for s in again["pi2"].steps if str(s.state) == "changed"}
    assert changed == {"account", "hostname", "hosts"}
    hosts = machine.root("cat /etc/hosts")
    assert "10.9.9.9 printer # mine\n" in hosts
    assert "127.0.1.1" not in hosts
    assert hosts.count("managed by pitui") == 2
    assert "ssh-ed25519 AAAA mine" in machine.root("cat /home/spark/.ssh/authorized_keys")
    assert machine.root("passwd -S spark").split()[1] == "L"
    assert states(await lab_cluster.provision(*FAST)) == {"pi1": "ok", "pi2": "ok"}


async def test_java_is_installed_kept_and_mended_after_a_power_cut(lab_cluster: LabCluster) -> None:
    machine = lab_cluster.lab.machines["pi1"]
    one = {"names": ["pi1"]}
    assert states(await lab_cluster.provision("java", **one)) == {"pi1": "changed"}
    # What a power cut in the middle of dpkg leaves.
    machine.root(
        "sed -i '/^Package: openjdk-17-jre-headless$/,/^$/"
        "s/^Status: .*/Status: install ok unpacked/'"
        " /var/lib/dpkg/status"
    )
    assert states(await lab_cluster.provision("java", **one)) == {"pi1": "changed"}
    assert states(await lab_cluster.provision("java", **one)) == {"pi1": "ok"}


async def test_a_password_is_asked_once_for_all_nodes(lab: Lab) -> None:
    kind = Kind(login="password", sudo="ask")
    lab_cluster = cards(lab, kind, kind)
    nobody = await lab_cluster.provision("hostname")
    assert {str(r.state) for r in nobody.values()} == {"failed"}
    assert "needs a password" in str(nobody["pi1"].error)
    person = Person(password=recipe.PASSWORD)
    assert states(await lab_cluster.provision("hostname", person=person)) == {
        "pi1": "changed",
        "pi2": "changed",
    }
    assert person.asked == [("pi1", "pi2")]
    # sudo took the login's password, which was known by then.
    assert person.sudo_asked == 0
    late = Person(password=recipe.PASSWORD)
    assert states(await lab_cluster.provision("hosts", person=late)) == {
        "pi1": "changed",
        "pi2": "changed",
    }
    assert (late.asked, late.sudo_asked) == ([], 1)
    wrong = Person(password="no")
    refused = await lab_cluster.provision("account", person=wrong)
    assert all("sudo needs a password" in str(r.error) for r in refused.values())


async def test_without_sudo_the_rest_is_for_an_administrator(lab: Lab) -> None:
    lab_cluster = cards(lab, Kind(sudo="none"), Kind(sudo="none"))
    reports = await lab_cluster.provision("account", "hostname", "hosts")
    for report in reports.values():
        assert state_of(report, "hostname") == state_of(report, "hosts") == "blocked"
        assert "hostnamectl set-hostname" in step_of(report, "hostname").admin
        assert state_of(report, "account") in ("ok", "changed")


async def test_a_replaced_machine_is_asked_about(lab_cluster: LabCluster) -> None:
    await lab_cluster.provision("hostname")
    lab_cluster.lab.machines["pi2"].fresh(KIND)
    refused = await lab_cluster.provision("hostname")
    assert "host key" in str(refused["pi2"].error)
    assert str(refused["pi1"].state) == "ok"
    taken = await lab_cluster.provision("hostname", person=Person(replaced=True))
    assert states(taken) == {"pi1": "ok", "pi2": "changed"}
    assert states(await lab_cluster.provision("hostname")) == {"pi1": "ok", "pi2": "ok"}


async def test_a_removed_node_is_out_of_the_others_hosts(lab_cluster: LabCluster) -> None:
    await lab_cluster.provision("hosts")
    who = Person()
    async with open_cluster(load_config(lab_cluster.config()), who) as cluster:
        [report] = await removal(cluster, who, lambda _: None, "pi2").run()
    assert state_of(report, "hosts") == "changed"
    assert "pi2" not in lab_cluster.lab.machines["pi1"].root("cat /etc/hosts")
    assert "managed by pitui" not in lab_cluster.lab.machines["pi2"].root("cat /etc/hosts")
