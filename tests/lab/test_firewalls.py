"""Debian's firewalls, a machine each: the nodes get through and others do not, for good."""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from pitui.domain.concurrency.task_group import TaskGroup
from tests.lab.conftest import KIND
from tests.lab.lab import Lab, down
from tests.lab.machine import Machine
from tests.lab.packages import install
from tests.lab.steps import NFT_SSH_ALONE, LabCluster, states, step_of

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]

PORT = 7078
LISTEN = f"""
systemd-run -q --unit=listener python3 -m http.server {PORT} --bind 0.0.0.0
for i in $(seq 100); do grep -q ":{PORT:04X} .* 0A " /proc/net/tcp && break; sleep 0.1; done
"""


@dataclass(frozen=True)
class Firewall:
    """A firewall: the package, and how a person sets it up to drop all but SSH."""

    package: str
    set_up: str


FIREWALLS = {
    "ufw": Firewall(
        "ufw",
        "ufw allow 22/tcp; ufw allow proto tcp from {friend} to any port 22; ufw --force enable",
    ),
    "firewalld": Firewall(
        "firewalld", "systemctl enable --now firewalld; firewall-cmd --permanent --add-service=ssh"
    ),
    "nftables": Firewall(
        "nftables",
        f"cat > /etc/nftables.conf <<'EOF'\n#!/usr/sbin/nft -f{NFT_SSH_ALONE}EOF\n"
        "systemctl enable --now nftables; nft -f /etc/nftables.conf",
    ),
    "iptables": Firewall(
        "iptables-persistent",
        "iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
        "iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n"
        "iptables -P INPUT DROP; mkdir -p /etc/iptables; iptables-save > /etc/iptables/rules.v4\n"
        "systemctl enable netfilter-persistent",
    ),
}


@pytest.fixture(scope="module")
def wide() -> Iterator[Lab]:
    """A machine for each firewall, and one more."""
    lab = Lab.up("firewalls-test", [KIND] * (len(FIREWALLS) + 1), lambda _: None)
    try:
        yield lab
    finally:
        down(lab.name)


async def set_up(chosen: Mapping[Machine, tuple[str, str]]) -> None:
    """Install a package and run a script on each machine, all at once."""
    async with TaskGroup() as group:
        for machine, (package, script) in chosen.items():
            text = install(package) + script
            group.create_task(asyncio.to_thread(machine.root, text, limit=200))


def reaches(one: Machine | None, other: Machine) -> bool:
    """Return whether a machine's port can be reached from another one, or from here."""
    if one is not None:
        there = f"socket.create_connection(('{other.address}', {PORT}), timeout=1).close()"
        script = f'python3 -c "import socket; {there}" 2>/dev/null && echo ok'
        return "ok" in one.root(script, check=False)
    try:
        socket.create_connection((other.address, PORT), timeout=1).close()
    except OSError:
        return False
    return True


async def test_nodes_get_through_a_firewall_and_others_do_not(wide: Lab) -> None:
    machines = list(wide.machines.values())
    kinds = dict(zip(FIREWALLS, machines, strict=False))
    friend = machines[-1]
    lab_cluster = LabCluster(wide, list(wide.machines))
    names = [machine.name for machine in kinds.values()]
    everybody = [m.address for m in machines]
    texts = {
        m: (
            FIREWALLS[kind].package,
            FIREWALLS[kind].set_up.replace("{friend}", friend.address) + LISTEN,
        )
        for kind, m in kinds.items()
    }
    await set_up(texts)
    assert not any(reaches(friend, machine) for machine in kinds.values()), "none works"

    planned = await lab_cluster.provision("firewall", names=names, plan=True)
    for kind, machine in kinds.items():
        others = ", ".join(sorted(set(everybody) - {machine.address}))
        said = step_of(planned[machine.name], "firewall").detail
        assert said == f"let {others} in through {kind}"
    first = await lab_cluster.provision("firewall", names=names)
    assert states(first) == dict.fromkeys(names, "changed")
    opened = {kind: (reaches(friend, m), reaches(None, m)) for kind, m in kinds.items()}
    assert opened == dict.fromkeys(kinds, (True, False))

    for machine in kinds.values():
        machine.power_off()
        machine.power_on(wait=False)
    for machine in kinds.values():
        machine.wait_ready()
        machine.root("systemctl is-system-running --wait >/dev/null || true" + LISTEN)
    opened = {kind: (reaches(friend, m), reaches(None, m)) for kind, m in kinds.items()}
    assert opened == dict.fromkeys(kinds, (True, False))
    second = await lab_cluster.provision("firewall", names=names)
    assert states(second) == dict.fromkeys(names, "ok")

    gone = await lab_cluster.remove(friend.name)
    assert step_of(gone, "firewall").detail == f"closed on {', '.join(names)}", gone
    opened = {kind: reaches(friend, m) for kind, m in kinds.items()}
    assert opened == dict.fromkeys(kinds, False)
    # One that is a node again is let in, and the rules of an address that no node has go.
    moved = await lab_cluster.provision("firewall", names=names)
    assert states(moved) == dict.fromkeys(names, "changed")
    fewer = LabCluster(wide, names)
    third = await fewer.provision("firewall", names=names)
    assert states(third) == dict.fromkeys(names, "changed")
    for name in names:
        said = step_of(third[name], "firewall").detail
        assert said.startswith(f"close it to {friend.address}, which is not a node through "), said
    opened = {kind: reaches(friend, m) for kind, m in kinds.items()}
    assert opened == dict.fromkeys(kinds, False)
    left = wide.machines[names[0]].root("ufw show added")
    assert f"ufw allow from {friend.address} to any port 22 proto tcp" in left
