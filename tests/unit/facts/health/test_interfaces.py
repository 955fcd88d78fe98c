"""Whose bytes are a node's: physical interfaces', or a container's way out; never those above."""

import shutil
import subprocess

import pytest

from pitui.facts.health.interfaces import carrying, parse_links
from pitui.facts.health.reader import HealthReader
from pitui.facts.health.script import QUESTION, health_command

HOST = """
lo type=772 flags=0x9 ifindex=1 iflink=1
eth0 device master type=1 flags=0x1003 ifindex=2 iflink=2
end0 device type=1 flags=0x1003 ifindex=3 iflink=3
wlan0 device type=1 flags=0x1003 ifindex=4 iflink=4 kind=wlan
usb0 device type=1 flags=0x1003 ifindex=5 iflink=5 kind=gadget
vmbr0 bridge lower type=1 flags=0x1003 ifindex=6 iflink=6 kind=bridge
bond0 bonding lower type=1 flags=0x1403 ifindex=7 iflink=7 kind=bond
team0 lower type=1 flags=0x1003 ifindex=8 iflink=8
end0.5 lower type=1 flags=0x1003 ifindex=9 iflink=3 kind=vlan
wg0 type=65534 flags=0x91 ifindex=10 iflink=10 kind=wireguard
tailscale0 tun_flags type=65534 flags=0x10d1 ifindex=11 iflink=11
cni0 bridge lower type=1 flags=0x1003 ifindex=12 iflink=12 kind=bridge
flannel.1 type=1 flags=0x1003 ifindex=13 iflink=3 kind=vxlan
veth3a lower master type=1 flags=0x1003 ifindex=14 iflink=2
dummy0 type=1 flags=0x82 ifindex=15 iflink=15
ifb0 type=1 flags=0x82 ifindex=16 iflink=16
mac0 lower type=1 flags=0x1003 ifindex=17 iflink=3
lan1 device lower type=1 flags=0x1003 ifindex=18 iflink=3 kind=dsa
sit0 type=776 flags=0x80 ifindex=19 iflink=0
"""


def names(text: str) -> list[str]:
    return [line.split()[0] for line in text.strip().splitlines()]


def told(text: str) -> frozenset[str]:
    return carrying(names(text), parse_links(text.strip().splitlines()))


def without(text: str, *gone: str) -> str:
    return "\n".join(line for line in text.strip().splitlines() if line.split()[0] not in gone)


def test_of_a_machine_those_with_a_device():
    assert told(HOST) == {"eth0", "end0", "wlan0", "usb0"}


def test_of_a_container_what_leads_out():
    container = without(HOST, "eth0", "end0", "wlan0", "usb0", "lan1")
    assert told(f"{container}\neth0 type=1 flags=0x1003 ifindex=2 iflink=44") == {"eth0"}
    # Its other end may have the same number where that is.
    assert told(f"{container}\nhost0 type=1 flags=0x1003 ifindex=2 iflink=2") == {"host0"}
    assert told("lo type=772 flags=0x9 ifindex=1 iflink=1") == frozenset()


def test_without_sysfs_names_tell():
    assert carrying(names(HOST), {}) == {"eth0", "end0", "wlan0", "usb0", "mac0", "lan1"}


def test_sysfs_of_another_namespace_tells_nothing():
    links = parse_links(HOST.strip().splitlines())
    assert carrying(["lo", "host0", "wg1"], links) >= {"host0"}


BUILD = """
mount -t sysfs none /sys
unshare --net sleep 20 & far=$!
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link add eth0 type veth peer name far
ip link set far netns $far
for made in "br0 type bridge" "dummy1 type dummy" "ifb7 type ifb" "bond7 type bond" \\
  "wg7 type wireguard" "vx7 type vxlan id 7 dstport 0" "team7 type team" \\
  "left type veth peer name right" "eth0.7 link eth0 type vlan id 7" \\
  "mac7 link eth0 type macvlan"; do
  ip link add $made
done 2>/dev/null
ip tuntap add dev tun7 mode tun 2>/dev/null
ip tuntap add dev tap7 mode tap 2>/dev/null
ip link set left master br0
"""


APART = ["unshare", "--map-root-user", "--net", "--mount", "sh", "-c"]


def can_make_interfaces() -> bool:
    made = subprocess.run(
        [*APART, "ip link add left type veth peer name right"], capture_output=True, check=False
    )
    return made.returncode == 0


@pytest.mark.skipif(
    shutil.which("unshare") is None or not can_make_interfaces(),
    reason="needs ip (iproute2), and to make network interfaces in a namespace of its own",
)
def test_real_interfaces_in_a_namespace_of_their_own():
    script = f"{BUILD}\n({health_command('/nowhere')})\nkill $far"
    asked = subprocess.run(
        [*APART, script],
        input=QUESTION, capture_output=True, timeout=30, check=False,
    )  # fmt: skip
    (health,) = HealthReader().feed(asked.stdout)
    lines = [line.partition(" ")[::2] for line in asked.stdout.decode().splitlines()]
    links = parse_links(text for key, text in lines if key == "link")
    there = [text.partition(":")[0].strip() for key, text in lines if key == "net"]
    assert {"eth0", "left", "right"} < set(there), asked.stderr.decode()
    assert set(there) == set(links)
    assert carrying(there, links) == {"eth0"}
    assert health.traffic == (0, 0)
