"""A fixed address with each of Debian's network managers, and the way back by itself."""

import asyncio
import re
import time
from dataclasses import dataclass

import pytest

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.provision.network import network_rollback
from tests.lab import network
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.packages import install
from tests.lab.steps import LabCluster, cards, states, step_of

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

SERVER = """
cat > /etc/systemd/network/20-eth0.network <<X
[Match]
Name=eth0
[Network]
Address={address}/24
DHCPServer=yes
[DHCPServer]
PoolOffset=50
PoolSize=50
Router={gateway}
X
ip address flush dev eth0
systemctl enable --now systemd-networkd 2>/dev/null
"""
STATIC = "auto eth0\niface eth0 inet static\n    address {address}/24\n    gateway {gateway}\n"


@dataclass(frozen=True)
class Manager:
    """A manager: its package, and how it comes to manage eth0."""

    package: str
    set_up: str


BY_DHCP = {
    "NetworkManager": Manager(
        "network-manager",
        # It leaves the links of containers alone.
        "cat > /etc/NetworkManager/conf.d/lab.conf <<X\n[keyfile]\nunmanaged-devices=none\nX\n"
        'cat > /etc/udev/rules.d/00-lab.rules <<X\nENV{{ID_NET_DRIVER}}=="veth", '
        'ENV{{NM_UNMANAGED}}="0"\nX\n'
        "cat > /etc/NetworkManager/system-connections/wired.nmconnection <<X\n[connection]\n"
        "id=wired\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=auto\nX\n"
        "chmod 600 /etc/NetworkManager/system-connections/*\n"
        "systemctl restart NetworkManager; nmcli device set eth0 managed yes; "
        "ip address flush dev eth0; nmcli connection up wired >/dev/null",
    ),
    "systemd-networkd": Manager(
        "",
        "cat > /etc/systemd/network/20-eth0.network <<X\n[Match]\nName=eth0\n[Network]\n"
        "DHCP=ipv4\nX\nip address flush dev eth0\n"
        "systemctl enable --now systemd-networkd 2>/dev/null",
    ),
}
BY_HAND = {
    "netplan": Manager(
        "netplan.io",
        "cat > /etc/netplan/50-lab.yaml <<X\nnetwork:\n  version: 2\n  ethernets:\n    eth0:\n"
        "      addresses: [{address}/24]\nX\n"
        # No device can be triggered where /sys belongs to the machine around this one.
        "mv /usr/bin/udevadm /usr/bin/udevadm.real; printf '#!/bin/sh\n"
        '[ "$1" = trigger ] || exec udevadm.real "$@"\n\' > /usr/bin/udevadm; '
        "chmod 755 /usr/bin/udevadm; chmod 600 /etc/netplan/*; "
        "systemctl enable --now systemd-networkd 2>/dev/null; netplan apply 2>/dev/null",
    ),
    "ifupdown": Manager(
        "ifupdown",
        f"cat > /etc/network/interfaces <<X\n# mine\n{STATIC}X\n"
        "mkdir -p /run/network; echo eth0=eth0 > /run/network/ifstate",
    ),
    "dhcpcd": Manager(
        "dhcpcd5",
        # udev sees no devices where /sys belongs to the machine around this one.
        "printf 'nodev\\ninterface eth0\\nstatic ip_address={address}/24\\n' >> /etc/dhcpcd.conf\n"
        "systemctl enable --now dhcpcd; systemctl restart dhcpcd",
    ),
}


def addresses(machine: Machine) -> set[str]:
    return set(re.findall(r"inet (10\.\S+)/24", machine.root("ip -4 addr show eth0")))


async def until(found: dict[Machine, set[str]]) -> None:
    """Wait until each machine has just these addresses."""
    end = time.monotonic() + 60
    while (now := {machine: addresses(machine) for machine in found}) != found:
        assert time.monotonic() < end, now
        await asyncio.sleep(0.3)


async def manage(machine: Machine, manager: Manager, gateway: str) -> str:
    """Have a manager manage a machine's link, and return the address that it has then."""
    get = install(manager.package) if manager.package else ""
    set_up = manager.set_up.format(address=machine.address, gateway=gateway)
    await asyncio.to_thread(machine.root, get + set_up, limit=120)
    end = time.monotonic() + 60
    while not (len(found := addresses(machine)) == 1 and network.answers(*found)):
        assert time.monotonic() < end, f"{machine.name} does not answer at {found}"
        await asyncio.sleep(0.3)
    return found.pop()


async def fix_and_lose(
    lab_cluster: LabCluster, managers: dict[str, Manager], patch: pytest.MonkeyPatch
) -> None:
    """Give nodes a fixed address, one manager each, then one where nobody finds them."""
    kinds = dict(zip(lab_cluster.nodes, managers, strict=True))
    machines = {name: lab_cluster.lab.machines[name] for name in kinds}
    gateway = network.address(lab_cluster.lab.index, 0)
    async with TaskGroup() as group:
        tasks = {
            name: group.create_task(manage(machines[name], managers[kind], gateway))
            for name, kind in kinds.items()
        }
    olds = {name: task.result() for name, task in tasks.items()}
    news = {
        name: network.address(lab_cluster.lab.index, 140 + m.number) for name, m in machines.items()
    }

    to_new = {n: {"address": f"{news[n]}/24", "host": old} for n, old in olds.items()}
    planned = await lab_cluster.provision("network", nodes=to_new, plan=True)
    for name, kind in kinds.items():
        # netplan adds the lists of all its files up, and the other file is somebody's own.
        stays = f"; {olds[name]}/24 of another file in /etc/netplan stays"
        said = f"{news[name]}/24 on eth0, by {kind}{stays if kind == 'netplan' else ''}"
        assert step_of(planned[name], "network").detail == said
    moved = await lab_cluster.provision("network", nodes=to_new)
    for name, report in moved.items():
        assert f"Set its host to {news[name]}" in str(report.error)
    stay = {
        machine: {news[name]} | ({olds[name]} if kinds[name] == "netplan" else set())
        for name, machine in machines.items()
    }
    await until(stay)
    at_new = {name: {"address": f"{new}/24", "host": new} for name, new in news.items()}
    kept = dict.fromkeys(kinds, "ok")
    assert states(await lab_cluster.provision("network", nodes=at_new)) == kept

    patch.setattr(network_rollback, "BACK_AFTER", 14)
    lost = {n: {"address": f"10.99.99.{m.number}/24", "host": news[n]} for n, m in machines.items()}
    for report in (await lab_cluster.provision("network", nodes=lost)).values():
        assert "returns to its old address" in str(report.error)
    await until(stay)
    assert states(await lab_cluster.provision("network", nodes=at_new)) == kept
    for machine in machines.values():
        assert machine.root("ls /var/lib/pitui/network/pending", check=False) == ""


async def test_a_fixed_address_instead_of_one_by_dhcp(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab_cluster = cards(lab, *[KIND] * 3)
    server = lab.machines["pi3"]
    gateway = network.address(lab.index, 0)
    server.root(SERVER.format(address=server.address, gateway=gateway))
    lab_cluster.nodes = ["pi1", "pi2"]
    await fix_and_lose(lab_cluster, BY_DHCP, monkeypatch)


@pytest.mark.long
async def test_another_fixed_address(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    await fix_and_lose(cards(lab, *[KIND] * 3), BY_HAND, monkeypatch)
