"""The steps from the login to Python, on real machines."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pitui.config.load import load_config
from pitui.provision.report import NodeReport, StepReport
from pitui.remote.ask import ChangedKey, NoOne
from pitui.services.cluster import open_cluster
from pitui.services.provision import provisioning, removal
from tests.lab import configuration, needs, recipe
from tests.lab.archive import spark_archive
from tests.lab.kinds import Kind
from tests.lab.lab import Lab, down
from tests.lab.machine import Machine

pytestmark = [
    pytest.mark.long,
    pytest.mark.lab,
    pytest.mark.timeout(600),
    pytest.mark.skipif(needs.missing() is not None, reason=needs.missing() or ""),
]

FAST = ("access", "account", "hostname", "hosts", "time", "python")
KIND = Kind()


class Person(NoOne):
    """Trusts new keys and knows the password."""

    def __init__(self, *, password: str | None = None, replaced: bool = False) -> None:
        super().__init__(trust_new=True)
        self.password_known = password
        self.says_replaced = replaced
        self.asked: list[Sequence[str]] = []
        self.sudo_asked = 0

    async def replaced(self, key: ChangedKey) -> bool:
        return self.says_replaced

    async def password(self, nodes: Sequence[str], *, wrong: bool) -> str | None:
        self.asked.append(tuple(nodes))
        return self.password_known

    async def sudo_password(self, node: str, *, wrong: bool) -> str | None:
        self.sudo_asked += 1
        return self.password_known


@dataclass
class Shelf:
    """A lab and its configuration."""

    lab: Lab
    changes: dict[str, Any] = field(default_factory=dict)

    def config(self, **nodes: dict[str, Any]) -> Path:
        document = configuration.document(self.lab, spark_archive(slim=True))
        document.update(self.changes)
        for name, values in nodes.items():
            document["nodes"][name].update(values)
        return configuration.write(self.lab.folder / "config.yaml", document)

    async def provision(
        self, only: Sequence[str] = FAST, *, person: Person | None = None, **how: Any
    ) -> dict[str, NodeReport]:
        nodes = how.pop("nodes", {})
        who = person or Person()
        async with open_cluster(load_config(self.config(**nodes)), who) as cluster:
            work = provisioning(cluster, who, lambda _: None, only=only, **how)
            return {report.node: report for report in await work.run()}


@pytest.fixture(scope="module")
def up() -> Iterator[Lab]:
    lab = Lab.up("steps-a-test", [KIND, KIND], lambda _: None)
    try:
        yield lab
    finally:
        down(lab.name)


@pytest.fixture
def shelf(up: Lab) -> Shelf:
    up.fresh(KIND, KIND)
    return Shelf(up)


def states(reports: dict[str, NodeReport]) -> dict[str, str]:
    return {name: f"{r.state} {r.error or ''}".strip() for name, r in reports.items()}


def state_of(report: NodeReport, step: str) -> str:
    return str(step_of(report, step).state)


def step_of(report: NodeReport, step: str) -> StepReport:
    return next(found for found in report.steps if found.step == step)


def files(machine: Machine) -> str:
    """Return size, time and name of every file that the machine's card holds."""
    return machine.root(
        "find / -xdev \\( -path /var/log -o -path /run -o -path /tmp -o -path /proc -o -path /sys "
        "-o -path /var/lib/systemd \\) -prune -o -type f -printf '%s %T@ %p\\n' | sort -k3"
    )


async def test_a_plan_changes_nothing_then_all_is_done_then_nothing(shelf: Shelf) -> None:
    machines = shelf.lab.machines
    before = {name: files(machine) for name, machine in machines.items()}
    planned = await shelf.provision(plan=True)
    assert states(planned) == {"pi1": "would-change", "pi2": "would-change"}
    assert {name: files(machine) for name, machine in machines.items()} == before

    assert states(await shelf.provision()) == {"pi1": "changed", "pi2": "changed"}
    for name, machine in machines.items():
        assert machine.root("uname -n").strip() == name
        assert "127.0.1.1" not in machine.root("cat /etc/hosts")
        assert machine.root(f"getent ahostsv4 {name}").split()[0] == machine.address
        assert machine.root("passwd -S spark").split()[1] == "L"
    as_spark = "setpriv --reuid=spark --regid=spark --init-groups env HOME=/home/spark"
    there = machines["pi2"].address
    login = f"ssh -o StrictHostKeyChecking=no -o BatchMode=yes {there} id -un"
    assert machines["pi1"].root(f"{as_spark} {login}").strip() == "spark"

    assert states(await shelf.provision()) == {"pi1": "ok", "pi2": "ok"}


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


async def test_a_persons_own_lines_stay_and_damage_is_repaired(shelf: Shelf) -> None:
    machine = shelf.lab.machines["pi2"]
    machine.root(CLOUD_INIT)
    await shelf.provision()
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
    again = await shelf.provision()
    assert states(again) == {"pi1": "ok", "pi2": "changed"}
    changed = {s.step for s in again["pi2"].steps if str(s.state) == "changed"}
    assert changed == {"account", "hostname", "hosts"}
    hosts = machine.root("cat /etc/hosts")
    assert "10.9.9.9 printer # mine\n" in hosts
    assert "127.0.1.1" not in hosts
    assert hosts.count("managed by pitui") == 2
    assert "ssh-ed25519 AAAA mine" in machine.root("cat /home/spark/.ssh/authorized_keys")
    assert machine.root("passwd -S spark").split()[1] == "L"
    assert states(await shelf.provision()) == {"pi1": "ok", "pi2": "ok"}


async def test_java_is_installed_kept_and_mended_after_a_power_cut(shelf: Shelf) -> None:
    machine = shelf.lab.machines["pi1"]
    one = {"names": ["pi1"]}
    assert states(await shelf.provision(["java"], **one)) == {"pi1": "changed"}
    # What a power cut in the middle of dpkg leaves.
    machine.root(
        "sed -i '/^Package: openjdk-17-jre-headless$/,/^$/"
        "s/^Status: .*/Status: install ok unpacked/'"
        " /var/lib/dpkg/status"
    )
    assert states(await shelf.provision(["java"], **one)) == {"pi1": "changed"}
    assert states(await shelf.provision(["java"], **one)) == {"pi1": "ok"}


async def test_a_password_is_asked_once_for_all_nodes(up: Lab, tmp_path: Path) -> None:
    kind = Kind(login="password", sudo="ask")
    up.fresh(kind, kind)
    shelf = Shelf(up)
    nobody = await shelf.provision(["hostname"])
    assert {str(r.state) for r in nobody.values()} == {"failed"}
    assert "wants its password" in str(nobody["pi1"].error)
    person = Person(password=recipe.PASSWORD)
    assert states(await shelf.provision(["hostname"], person=person)) == {
        "pi1": "changed",
        "pi2": "changed",
    }
    assert person.asked == [("pi1", "pi2")]
    # sudo took the login's password, which was known by then.
    assert person.sudo_asked == 0
    late = Person(password=recipe.PASSWORD)
    assert states(await shelf.provision(["hosts"], person=late)) == {
        "pi1": "changed",
        "pi2": "changed",
    }
    assert (late.asked, late.sudo_asked) == ([], 1)
    wrong = Person(password="no")
    refused = await shelf.provision(["account"], person=wrong)
    assert all("sudo needs a password" in str(r.error) for r in refused.values())


async def test_without_sudo_the_rest_is_for_an_administrator(up: Lab) -> None:
    up.fresh(Kind(sudo="none"), Kind(sudo="none"))
    reports = await Shelf(up).provision(["account", "hostname", "hosts"])
    for report in reports.values():
        assert state_of(report, "hostname") == state_of(report, "hosts") == "blocked"
        assert "hostnamectl set-hostname" in step_of(report, "hostname").admin
        assert state_of(report, "account") in ("ok", "changed")


async def test_a_replaced_machine_is_asked_about(shelf: Shelf) -> None:
    await shelf.provision(["hostname"])
    shelf.lab.machines["pi2"].fresh(KIND)
    refused = await shelf.provision(["hostname"])
    assert "host key" in str(refused["pi2"].error)
    assert str(refused["pi1"].state) == "ok"
    taken = await shelf.provision(["hostname"], person=Person(replaced=True))
    assert states(taken) == {"pi1": "ok", "pi2": "changed"}
    assert states(await shelf.provision(["hostname"])) == {"pi1": "ok", "pi2": "ok"}


async def test_a_fixed_address_and_the_way_back(shelf: Shelf) -> None:
    machine = shelf.lab.machines["pi2"]
    prefix = machine.address.rpartition(".")[0]
    machine.root(
        "cat > /etc/systemd/network/20-eth0.network <<X\n[Match]\nName=eth0\n[Network]\n"
        f"Address={machine.address}/24\nX\nsystemctl enable --now systemd-networkd 2>/dev/null"
    )
    new = f"{prefix}.152"
    wanted = {"pi2": {"address": f"{new}/24", "host": machine.address}}
    moved = await shelf.provision(["network"], names=["pi2"], nodes=wanted)
    # The config still says the old one: it moved, and says what to write.
    assert f"Set its host to {new}" in str(moved["pi2"].error)
    settled = await shelf.provision(
        ["network"], names=["pi2"], nodes={"pi2": {"address": f"{new}/24", "host": new}}
    )
    assert states(settled) == {"pi2": "ok"}
    assert machine.root("ls /var/lib/pitui/network/pending", check=False) == ""
    lost = await shelf.provision(
        ["network"], names=["pi2"], nodes={"pi2": {"address": "10.99.99.9/24", "host": new}}
    )
    assert "takes its old address back" in str(lost["pi2"].error)


async def test_a_removed_node_is_out_of_the_others_hosts(shelf: Shelf) -> None:
    await shelf.provision(["hosts"])
    who = Person()
    async with open_cluster(load_config(shelf.config()), who) as cluster:
        [report] = await removal(cluster, who, lambda _: None, "pi2").run()
    assert state_of(report, "hosts") == "changed"
    assert "pi2" not in shelf.lab.machines["pi1"].root("cat /etc/hosts")
    assert "managed by pitui" not in shelf.lab.machines["pi2"].root("cat /etc/hosts")
