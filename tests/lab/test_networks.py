"""A fixed address with each of Debian's network managers, and the way back by itself."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pitui.provision import network_back
from tests.lab.conftest import KIND
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.steps import Shelf, states, step_of

pytestmark = [pytest.mark.lab, pytest.mark.long, pytest.mark.timeout(300)]

STATIC = "auto eth0\niface eth0 inet static\n    address {address}/24\n    gateway {gateway}\n"


@dataclass(frozen=True)
class Kind:
    """A manager: its package, and how it comes to manage eth0 at the address that it has."""

    package: str
    set_up: str


KINDS = {
    "NetworkManager": Kind(
        "network-manager",
        "cat > /etc/NetworkManager/conf.d/lab.conf <<X\n[keyfile]\nunmanaged-devices=none\nX\n"
        'cat > /etc/udev/rules.d/00-lab.rules <<X\nENV{{ID_NET_DRIVER}}=="veth", '
        'ENV{{NM_UNMANAGED}}="0"\nX\n'
        "cat > /etc/NetworkManager/system-connections/wired.nmconnection <<X\n[connection]\n"
        "id=wired\ntype=ethernet\ninterface-name=eth0\n[ipv4]\nmethod=manual\n"
        "address1={address}/24,{gateway}\nX\n"
        "chmod 600 /etc/NetworkManager/system-connections/*\n"
        "systemctl restart NetworkManager; nmcli device set eth0 managed yes; "
        "nmcli connection up wired >/dev/null",
    ),
    "netplan": Kind(
        "netplan.io",
        "cat > /etc/netplan/50-lab.yaml <<X\nnetwork:\n  version: 2\n  ethernets:\n    eth0:\n"
        "      addresses: [{address}/24]\nX\n"
        # No device can be triggered where /sys belongs to the machine around this one.
        "mv /usr/bin/udevadm /usr/bin/udevadm.real; printf '#!/bin/sh\n"
        '[ "$1" = trigger ] || exec udevadm.real "$@"\n\' > /usr/bin/udevadm; '
        "chmod 755 /usr/bin/udevadm; chmod 600 /etc/netplan/*; "
        "systemctl enable --now systemd-networkd 2>/dev/null; netplan apply 2>/dev/null",
    ),
    "systemd-networkd": Kind(
        "",
        "cat > /etc/systemd/network/20-eth0.network <<X\n[Match]\nName=eth0\n[Network]\n"
        "Address={address}/24\nX\nsystemctl enable --now systemd-networkd 2>/dev/null",
    ),
    "ifupdown": Kind(
        "ifupdown",
        f"cat > /etc/network/interfaces <<X\n# mine\n{STATIC}X\n"
        "mkdir -p /run/network; echo eth0=eth0 > /run/network/ifstate",
    ),
    "dhcpcd": Kind(
        "dhcpcd5",
        # udev sees no devices where /sys belongs to the machine around this one.
        "printf 'nodev\\ninterface eth0\\nstatic ip_address={address}/24\\n' >> /etc/dhcpcd.conf\n"
        "systemctl enable --now dhcpcd; systemctl restart dhcpcd",
    ),
}


@pytest.fixture
def quick_back() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(network_back, "BACK_AFTER", 25)
        yield


@pytest.fixture
def shelf(lab: Lab) -> Shelf:
    lab.known_hosts.unlink(missing_ok=True)
    lab.machines["pi1"].fresh(KIND)
    return Shelf(lab, ["pi1"])


def addresses(machine: Machine) -> set[str]:
    return set(re.findall(r"inet (10\.\S+)", machine.root("ip -4 addr show eth0")))


async def until(machine: Machine, wanted: set[str]) -> None:
    """Wait until the machine has just these addresses."""
    end = time.monotonic() + 60
    while addresses(machine) != wanted:
        assert time.monotonic() < end, addresses(machine)
        await asyncio.sleep(0.5)


# Each takes 40 s, most of it waiting for the way back.
@pytest.mark.parametrize("kind", KINDS)
async def test_a_fixed_address_is_kept_and_a_wrong_one_is_taken_back(
    shelf: Shelf, kind: str, quick_back: None
) -> None:
    machine = shelf.lab.machines["pi1"]
    prefix = machine.address.rpartition(".")[0]
    manager = KINDS[kind]
    if manager.package:
        install = "apt-get install -y -q --no-download --no-install-recommends"
        machine.root(
            f"export DEBIAN_FRONTEND=noninteractive\n{install} {manager.package} >/dev/null 2>&1",
            limit=120,
        )
    machine.root(manager.set_up.format(address=machine.address, gateway=f"{prefix}.1"))
    machine.wait_ready()
    new = f"{prefix}.151"
    to_new = {"pi1": {"address": f"{new}/24", "host": machine.address}}
    at_new = {"pi1": {"address": f"{new}/24", "host": new}}

    planned = await shelf.provision("network", nodes=to_new, plan=True)
    # netplan adds the lists of all its files up, and the other file is somebody's own.
    stays = f"; {machine.address}/24 of another file in /etc/netplan stays"
    said = f"{new}/24 on eth0, by {kind}{stays if kind == 'netplan' else ''}"
    assert step_of(planned["pi1"], "network").detail == said
    moved = await shelf.provision("network", nodes=to_new)
    assert f"Set its host to {new}" in str(moved["pi1"].error)
    wanted = {f"{new}/24"} | ({f"{machine.address}/24"} if kind == "netplan" else set())
    # systemd-networkd takes the old address away a little after the new one is there.
    await until(machine, wanted)
    assert states(await shelf.provision("network", nodes=at_new)) == {"pi1": "ok"}

    lost = {"pi1": {"address": "10.99.99.9/24", "host": new}}
    back = await shelf.provision("network", nodes=lost)
    assert "takes its old address back" in str(back["pi1"].error)
    await until(machine, wanted)
    assert states(await shelf.provision("network", nodes=at_new)) == {"pi1": "ok"}
