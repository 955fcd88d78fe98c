"""The firewalls of Debian: the cluster's nodes get through, others do not, also after a reboot."""

from dataclasses import dataclass

import pytest

from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.steps import Shelf, states, step_of

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]

PORT = 7078
LISTEN = f"""
systemd-run -q --unit=listener python3 -m http.server {PORT} --bind 0.0.0.0
for i in $(seq 100); do grep -q ":{PORT:04X} .* 0A " /proc/net/tcp && break; sleep 0.1; done
"""


@dataclass(frozen=True)
class Kind:
    """A firewall: the package, and how a person sets it up to drop all but SSH."""

    package: str
    set_up: str


NFT = """
flush ruleset
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iif lo accept
    tcp dport 22 accept
  }
}
"""
KINDS = {
    "ufw": Kind("ufw", "ufw allow 22/tcp; ufw --force enable"),
    "firewalld": Kind(
        "firewalld", "systemctl enable --now firewalld; firewall-cmd --permanent --add-service=ssh"
    ),
    "nftables": Kind(
        "nftables",
        f"cat > /etc/nftables.conf <<'EOF'\n#!/usr/sbin/nft -f{NFT}EOF\n"
        "systemctl enable --now nftables; nft -f /etc/nftables.conf",
    ),
    "iptables": Kind(
        "iptables-persistent",
        "iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n"
        "iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p tcp --dport 22 -j ACCEPT\n"
        "iptables -P INPUT DROP; mkdir -p /etc/iptables; iptables-save > /etc/iptables/rules.v4\n"
        "systemctl enable netfilter-persistent",
    ),
}


def reaches(one: Machine, other: Machine) -> bool:
    """Return whether a connection from a machine to another's port stands."""
    script = (
        f"import socket; socket.create_connection(('{other.address}', {PORT}), timeout=1).close()"
    )
    return "ok" in one.root(f'python3 -c "{script}" 2>/dev/null && echo ok', check=False)


@pytest.fixture
def shelf(lab: Lab) -> Shelf:
    """pi1 and pi2 are the cluster, pi3 is somebody else's."""
    for machine in lab.machines.values():
        if not machine.running:
            machine.power_on(wait=False)
    lab.machines["pi1"].fresh(KIND)
    lab.known_hosts.unlink(missing_ok=True)
    return Shelf(lab, ["pi1", "pi2"])


@pytest.mark.parametrize("kind", KINDS)
async def test_nodes_get_through_and_others_do_not(shelf: Shelf, kind: str) -> None:
    one, two, stranger = shelf.lab.machines.values()
    firewall = KINDS[kind]
    install = f"apt-get install -y -q --no-download --no-install-recommends {firewall.package}"
    one.root(f"export DEBIAN_FRONTEND=noninteractive\n{install} >/dev/null 2>&1", limit=120)
    one.root(firewall.set_up + LISTEN)
    assert not reaches(two, one), "the firewall does not work"

    planned = await shelf.provision("firewall", names=["pi1"], plan=True)
    assert step_of(planned["pi1"], "firewall").detail == f"let {two.address} in through {kind}"
    assert not reaches(two, one)
    first = await shelf.provision("firewall", names=["pi1"])
    assert states(first) == {"pi1": "changed"}
    assert reaches(two, one)
    assert not reaches(stranger, one)
    assert states(await shelf.provision("firewall", names=["pi1"])) == {"pi1": "ok"}

    one.power_off()
    one.power_on()
    one.root("systemctl is-system-running --wait >/dev/null || true" + LISTEN)
    assert reaches(two, one)
    assert not reaches(stranger, one)
    assert states(await shelf.provision("firewall", names=["pi1"])) == {"pi1": "ok"}
