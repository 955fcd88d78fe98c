"""What a node says of itself, recorded on real systems."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pitui.config.load import load_config
from pitui.config.model import Node
from pitui.config.nodes import resolve_nodes
from pitui.facts.account import account_command, closed_command, parse_account
from pitui.facts.network import fixed_address, hosts
from pitui.facts.network.cloud_init import without_own_name
from pitui.facts.network.wifi import parse_wireless
from pitui.facts.node_basics import MACHINE_COMMAND, parse_machine
from pitui.facts.runtimes.java_homes import JAVAS_COMMAND, parse_javas
from pitui.facts.time import CLOCK_COMMAND, parse_clock
from pitui.provision.network.addresses import node_address
from pitui.provision.spark.java_choice import chosen
from pitui.spark.java_versions import supported

PI = """user pi
uid 1000
home /home/pi
arch aarch64
bits 64
hostname raspberrypi
package-arch arm64
systemd yes
memory 3885396
cores 4
ssh 192.168.1.2 51522 192.168.1.11 22
board Raspberry Pi 4 Model B Rev 1.4
os PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
os ID=debian
addr 1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
addr 2: eth0    inet 192.168.1.11/24 brd 192.168.1.255 scope global dynamic eth0\\       valid_lft
addr 2: eth0    inet6 fe80::1/64 scope link \\       valid_lft forever preferred_lft forever
addr 3: wlan0    inet 192.168.1.77/24 brd 192.168.1.255 scope global wlan0\\       valid_lft
route default via 192.168.1.1 dev wlan0 proto dhcp src 192.168.1.77 metric 600
route default via 192.168.1.1 dev eth0 proto dhcp src 192.168.1.11 metric 100
clock 1760000000.250000000
"""


@pytest.fixture
def a_node(tmp_path: Path) -> Callable[[str], Node]:
    def make(host: str) -> Node:
        path = tmp_path / "config.yaml"
        path.write_text(f"cluster: {{master: pi1}}\nnodes: {{pi1: {{host: {host}}}}}\n")
        return resolve_nodes(load_config(path))["pi1"]

    return make


def sh(text: str) -> str:
    return subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=True).stdout


def test_a_pi() -> None:
    machine = parse_machine(PI)
    assert (machine.user, machine.uid, machine.bits, machine.cores) == ("pi", 1000, 64, 4)
    assert machine.memory_mib == 3794
    assert machine.server_address == "192.168.1.11"
    assert [(a.link, a.address) for a in machine.addresses if a.v4][1:] == [
        ("eth0", "192.168.1.11"),
        ("wlan0", "192.168.1.77"),
    ]
    assert [r.link for r in machine.routes] == ["eth0", "wlan0"]
    assert machine.release == "Debian GNU/Linux 12 (bookworm)"
    assert machine.clock == 1760000000.25


@pytest.mark.parametrize(
    ("arch", "bits", "name"),
    [("aarch64", 64, "arm64"), ("aarch64", 32, "armhf"), ("armv7l", 32, "armhf")],
)
def test_what_programs_are_built_for(arch: str, bits: int, name: str) -> None:
    text = PI.replace("arch aarch64", f"arch {arch}").replace("bits 64", f"bits {bits}")
    assert parse_machine(text).package_arch == name


def test_this_machine() -> None:
    machine = parse_machine(sh(MACHINE_COMMAND))
    assert machine.user
    assert machine.uid >= 0
    assert machine.memory_mib > 0
    assert machine.clock > 1.7e9
    assert parse_machine("").hostname == ""


@pytest.mark.parametrize(
    ("host", "seen", "expected"),
    [
        ("192.168.1.77", PI, "192.168.1.77"),
        ("pi1.local", PI, "192.168.1.11"),
        ("127.0.0.1", PI, "127.0.0.1"),
        # A port forwarding: the host is not the node's own address.
        ("203.0.113.9", PI, "192.168.1.11"),
        ("pi1", PI.replace("ssh 192.168.1.2 51522 192.168.1.11 22", "ssh "), "192.168.1.11"),
        ("pi1", "user pi", None),
    ],
)
def test_the_address_for_the_others(host: str, seen: str, expected: str | None, a_node) -> None:
    assert node_address(a_node(host), parse_machine(seen)) == expected


def test_accounts() -> None:
    assert parse_account(sh(account_command("root"))).home == "/root"
    missing = parse_account(sh(account_command("nobody-is-called-so")))
    assert (missing.exists, missing.group_exists) == (False, False)
    ours = parse_account(
        "passwd spark:x:1001:1001:Apache Spark, managed by pitui:/home/spark:/bin/bash\n"
        "group\nhome\npassword spark P 2025-01-01 0 99999 7 -1\n"
    )
    assert ours.can_log_in("Apache Spark, managed by pitui")
    assert not ours.can_log_in("somebody else")


def test_clock() -> None:
    assert parse_clock(sh(CLOCK_COMMAND)).seconds > 1.7e9
    clock = parse_clock(
        "clock 12.5\nunit chrony.service enabled active\n"
        "unit ntp.service not-found inactive\nunit systemd-timesyncd.service masked inactive\n"
    )
    assert (clock.installed, clock.active) == (("chrony.service",), ("chrony.service",))


def test_javas() -> None:
    found = parse_javas(
        "java path 11.0.25 /usr/lib/jvm/java-11-openjdk-arm64\n"
        "java folder 17.0.13 /usr/lib/jvm/java-17-openjdk-arm64\n"
        "java folder 1.8.0_392 /opt/pitui/java/jdk8u392\n"
        "package ii  openjdk-17-jre-headless\npackage ii  openjdk-11-jre-headless\n"
    )
    assert [java.major for java in found] == [11, 17, 8]
    picked = chosen(found, supported((4, 3)))
    assert picked is not None
    assert picked.major == 17
    broken = parse_javas(
        "java path 17.0.13 /usr/lib/jvm/java-17-openjdk-arm64\n"
        "package iU  openjdk-17-jre-headless\n"
    )
    assert broken == ()
    assert all(java.major for java in parse_javas(sh(JAVAS_COMMAND)))


@pytest.mark.parametrize(
    ("series", "expected"),
    [((4, 3), {17, 21}), ((3, 5), set(range(8, 18))), ((3, 0), {8, 9, 10, 11}), (None, {17})],
)
def test_supported_javas(series: tuple[int, int] | None, expected: set[int]) -> None:
    assert set(supported(series)) == expected


def test_the_java_to_install_is_the_newest_that_distributions_keep() -> None:
    assert supported((3, 5))[:3] == (17, 11, 8)
    assert supported((3, 0))[:2] == (11, 8)


HOSTS = (
    "127.0.0.1\tlocalhost\n::1\tlocalhost pi1\n127.0.1.1\tpi1.lan pi1 # mine\n10.0.0.9 printer\n"
)


def test_names_on_loopback_go_and_all_else_stays() -> None:
    cleaned = hosts.without_loopback(HOSTS, ["pi1", "pi2"])
    assert cleaned == "127.0.0.1\tlocalhost\n::1\tlocalhost\n10.0.0.9 printer\n"
    assert hosts.without_loopback(cleaned, ["pi1"]) == cleaned
    assert hosts.without_loopback(HOSTS, ["localhost", "printer"]) == HOSTS


def test_the_own_name_resolves_before_it_changes() -> None:
    text = "127.0.0.1 localhost\n127.0.1.1\traspberrypi\n"
    assert "127.0.1.1\tpi1\traspberrypi\n" in hosts.with_own_name(text, "pi1")
    assert hosts.with_own_name("x", "pi1") == "x\n127.0.1.1\tpi1\n"
    assert hosts.with_own_name(text, "raspberrypi") == text


# What cloud-init 22 and later have for Debian, Ubuntu and Raspberry Pi OS, shortened.
TEMPLATE = """## template:jinja
{#
This file (/etc/cloud/templates/hosts.debian.tmpl) is only utilized
-#}
# a.) make changes to the master file in /etc/cloud/templates/hosts.debian.tmpl
{# The value '{{hostname}}' will be replaced with the local-hostname -#}
127.0.1.1 {{fqdn}} {{hostname}}
127.0.0.1 localhost
"""


def test_the_template_of_cloud_init_loses_the_name_on_loopback_alone() -> None:
    lines = TEMPLATE.splitlines()
    lines.remove("127.0.1.1 {{fqdn}} {{hostname}}")
    assert without_own_name(TEMPLATE).splitlines() == lines


def test_another_address_for_a_name_is_told() -> None:
    assert hosts.others_of("10.9.9.9 pi1\n", {"pi1": "10.0.0.1"}) == [
        "line 1 says 10.9.9.9 for pi1"
    ]


def test_wireless() -> None:
    seen = parse_wireless("wireless wlan0 up\nrfkill bluetooth 0\nrfkill wlan 1\nunit\n")
    assert (seen.links, seen.blocked, seen.stays_off) == (("wlan0",), True, True)
    assert not parse_wireless("wireless wlan0 up\nrfkill wlan 0\n").blocked


FIXED = fixed_address.Fixed("eth0", "192.168.1.11/24", "192.168.1.1", ("192.168.1.1",))

RECORDED = {
    "NetworkManager": "nm lo:unmanaged\nnm eth0:connected\nnm wlan0:disconnected\n",
    "netplan": "netplan\nnetworkd   2 eth0 ether routable configured\n",
    "systemd-networkd": "networkd   1 lo loopback carrier unmanaged\n"
    "networkd   2 eth0 ether routable configured\n",
    "dhcpcd": "dhcpcd\nresolv nameserver 192.168.1.1\nresolv nameserver 127.0.0.53\n",
    "ifupdown": "interfaces /etc/network/interfaces source /etc/network/interfaces.d/*\n"
    "interfaces /etc/network/interfaces.d/eth0 auto eth0\n"
    "interfaces /etc/network/interfaces.d/eth0 \n"
    "interfaces /etc/network/interfaces.d/eth0 iface eth0 inet dhcp\n",
}


@pytest.mark.parametrize("manager", RECORDED)
def test_who_manages_the_link(manager: str) -> None:
    assert fixed_address.parse_network(RECORDED[manager]).manager("eth0") == manager


def test_nobody_manages_it() -> None:
    assert fixed_address.parse_network("").manager("eth0") is None
    assert fixed_address.parse_network(RECORDED["dhcpcd"]).dns == ("192.168.1.1",)


def test_ifupdown_replaces_one_stanza_only() -> None:
    text = (
        "auto lo eth0\niface lo inet loopback\niface eth0 inet dhcp\n    metric 5\n"
        "# the other\niface eth1 inet static\n    address 10.0.0.1/24\n"
    )
    path = "/etc/network/interfaces"
    changed = fixed_address.ifupdown(path, text, FIXED).files[path]
    assert changed == (
        "auto lo eth0\niface lo inet loopback\niface eth0 inet static\n"
        "    address 192.168.1.11/24\n    gateway 192.168.1.1\n"
        "    dns-nameservers 192.168.1.1\n# the other\niface eth1 inet static\n"
        "    address 10.0.0.1/24\n"
    )
    assert fixed_address.ifupdown(path, changed, FIXED).files[path] == changed


def test_the_stanza_may_be_in_a_file_of_interfaces_d() -> None:
    seen = fixed_address.parse_network(RECORDED["ifupdown"])
    assert seen.stanza_of("eth0") == "/etc/network/interfaces.d/eth0"
    assert (
        seen.interfaces["/etc/network/interfaces.d/eth0"] == "auto eth0\n\niface eth0 inet dhcp\n"
    )
    assert seen.stanza_of("eth1") is None


def test_name_servers_behind_the_resolver_of_the_node() -> None:
    # Ubuntu's: /etc/resolv.conf, then systemd-resolved's own.
    seen = fixed_address.parse_network(
        "resolv nameserver 127.0.0.53\nresolv options edns0 trust-ad\n"
        "resolv nameserver 192.168.1.1\nresolv nameserver fe80::1%2\nresolv nameserver\n"
    )
    assert seen.dns == ("192.168.1.1",)


def test_what_netplan_gives_a_link() -> None:
    said = '- 10.77.0.12/24\n- "10.77.0.151/24":\n    label: "maas"\n- "2001:db8::1/64"\n'
    links = fixed_address.parse_netplan(said)
    assert links == ("10.77.0.12/24", "10.77.0.151/24", "2001:db8::1/64")
    assert fixed_address.parse_netplan("null\n") == ()


def test_the_others_hold_address_router_and_name_server() -> None:
    for make in (fixed_address.network_manager, fixed_address.netplan, fixed_address.networkd):
        [text] = make(FIXED).files.values()
        assert "192.168.1.11/24" in text
        assert text.count("192.168.1.1") >= 3
        assert text.startswith("# managed by pitui")
    assert fixed_address.dhcpcd_lines(FIXED)[1] == "static ip_address=192.168.1.11/24"


@pytest.mark.parametrize("shell", ["dash", "bash"])
@pytest.mark.parametrize(
    ("mode", "groups", "closed"),
    [
        (0o711, "spark", False),
        (0o700, "spark", True),
        # Names of groups that look like a mode, or follow one.
        (0o700, "spark gpio1 video", True),
        (0o740, "gpio1x {group}", True),
        (0o750, "spark {group}", False),
        (0o750, "spark {group}2", True),
    ],
)
def test_folders_that_an_account_cannot_pass(
    tmp_path: Path, mode: int, groups: str, closed: bool, shell: str
) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    folder.chmod(mode)
    names = groups.format(group=folder.group())
    account = f'id() {{ echo "{names}"; }}\nrunuser() {{ return 1; }}\n'
    command = account + closed_command(f"{folder}/not/there", "spark")
    said = subprocess.check_output([shell, "-c", command], text=True, timeout=10)
    assert (str(folder) in said.splitlines()) is closed, said
