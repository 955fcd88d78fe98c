"""The lab itself: machines that are separate, and every fault it can make."""

import subprocess
import time

import asyncssh
import pytest

from tests.lab import image, recipe
from tests.lab.conftest import KIND, MACHINES
from tests.lab.kinds import Kind
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.shell import LabError

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def three(lab: Lab) -> Lab:
    """Three machines, fresh for the first test; each takes back what it did."""
    lab.fresh(*[KIND] * MACHINES)
    return lab


@pytest.fixture
def plain(three: Lab) -> Machine:
    """A machine of the usual kind, where a test before may have left files."""
    three.known_hosts.unlink(missing_ok=True)
    found = three.machines["pi1"]
    if not found.running or found.kind != KIND:
        found.fresh(KIND)
    return found


@pytest.fixture
def slot(lab: Lab) -> Machine:
    """A machine for a card of the test's own; what is in it now is of any kind."""
    lab.known_hosts.unlink(missing_ok=True)
    return lab.machines["pi1"]


def ssh(machine: Machine, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        machine.ssh_command(*command),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
        check=False,
    )


def test_fresh_machines_are_alike_and_separate(three: Lab) -> None:
    machines = list(three.machines.values())
    assert {ssh(machine, "hostname").stdout for machine in machines} == {"raspberrypi\n"}
    for path in ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"):
        assert len({machine.root(f"cat {path}") for machine in machines}) == len(machines)
    for machine in machines:
        assert "127.0.1.1\traspberrypi" in machine.root("cat /etc/hosts")
        assert machine.root("ls /sys/class/net").split() == ["eth0", "lo"]
        assert ssh(machine, "sudo", "-n", "id", "-u").stdout == "0\n"
        for other in machines:
            machine.root(f"ping -c 1 -W 5 {other.address}")


def test_services_of_one_machine_are_not_stopped_by_another(three: Lab) -> None:
    first, second, _ = three.machines.values()
    first.root("systemctl stop cron")
    assert second.root("systemctl is-active cron") == "active\n"
    first.root("systemctl start cron")


def test_a_pulled_cable_cuts_one_machine_off(three: Lab) -> None:
    first, second, third = three.machines.values()
    second.cable(plugged=False)
    assert not second.plugged
    with pytest.raises(LabError):
        first.root(f"ping -c 1 -W 1 {second.address}")
    first.root(f"ping -c 1 -W 5 {third.address}")
    second.cable(plugged=True)
    first.root(f"for n in 1 2 3 4 5; do ping -c 1 -W 2 {second.address} && exit; done; exit 1")


def test_the_power_ends_everything_and_the_card_stays(plain: Machine) -> None:
    plain.root("echo kept >/home/pi/kept; sync; systemd-run --quiet sleep 1000")
    before = plain.root("stat -c %z /proc/1")
    plain.power_off()
    assert not plain.running
    with pytest.raises(LabError, match="is off"):
        plain.root("true")
    plain.power_on()
    assert plain.root("cat /home/pi/kept") == "kept\n"
    assert plain.root("stat -c %z /proc/1") != before
    assert plain.root("pgrep -x sleep || echo none") == "none\n"


def test_a_fresh_card_is_another_machine(plain: Machine) -> None:
    key = plain.root("cat /etc/ssh/ssh_host_ed25519_key.pub")
    plain.root("echo gone >/etc/gone; rm /etc/issue")
    plain.fresh()
    assert plain.root("ls /etc/gone || echo none", check=False) == "none\n"
    assert plain.root("cat /etc/ssh/ssh_host_ed25519_key.pub") != key
    assert not (image.folder("bookworm") / "etc/gone").exists()
    assert (image.folder("bookworm") / "etc/issue").exists()


def test_a_kept_card_is_started_from_again(plain: Machine) -> None:
    plain.root("echo kept >/etc/kept; rm /etc/issue")
    plain.keep("changed")
    plain.fresh(Kind(layer="changed"))
    assert plain.root("cat /etc/kept; test ! -e /etc/issue") == "kept\n"
    plain.fresh(Kind())
    plain.root("test ! -e /etc/kept; test -e /etc/issue")


def test_what_was_written_can_be_listed(plain: Machine) -> None:
    before = plain.disk.listing()
    assert ssh(plain, "sudo", "-n", "true").returncode == 0
    assert plain.disk.listing() == before
    plain.root("echo 1 >/etc/new; chmod 600 /etc/hosts")
    changed = dict(plain.disk.listing().items() - before.items())
    assert sorted(changed) == ["etc/hosts", "etc/new"]


def test_a_slow_link(plain: Machine) -> None:
    plain.rate("8mbit")
    start = time.monotonic()
    done = subprocess.run(
        plain.ssh_command("cat", ">/dev/null"), input=bytes(3_000_000), timeout=60, check=False
    )
    # Never faster than the limit, which lets 32 kbit through at once.
    assert done.returncode == 0
    assert time.monotonic() - start > 2.5
    plain.rate(None)


def test_java_is_installed_without_a_way_out(plain: Machine) -> None:
    plain.root("DEBIAN_FRONTEND=noninteractive apt-get install -y -q ufw", limit=120)
    assert "Status: inactive" in plain.root("ufw status")


@pytest.mark.parametrize(
    ("suite", "release", "tmp"), [("bookworm", "12", "none"), ("trixie", "13", "tmpfs")]
)
def test_both_debians_are_as_on_a_card(
    slot: Machine, suite: recipe.Suite, release: str, tmp: str
) -> None:
    slot.fresh(Kind(suite=suite))
    assert slot.root(". /etc/os-release; echo $VERSION_ID") == f"{release}\n"
    assert slot.root("systemctl is-system-running --wait") == "running\n"
    assert slot.root("findmnt -no FSTYPE /tmp || echo none") == f"{tmp}\n"
    # apt prints where it would fetch from what is not in its cache.
    ask = "apt-get install -qq --print-uris --no-install-recommends"
    assert slot.root(f"{ask} {recipe.JAVA[suite]} pipx python3-venv") == ""


async def test_a_password_instead_of_a_key(slot: Machine) -> None:
    slot.fresh(Kind(login="password", sudo="ask"))
    assert ssh(slot, "-oBatchMode=yes", "true").returncode == 255
    async with asyncssh.connect(
        slot.address,
        username=recipe.USER,
        password=recipe.PASSWORD,
        known_hosts=None,
        client_keys=None,
        config=None,
    ) as link:
        assert (await link.run("sudo -n true")).exit_status != 0
        asked = await link.run("sudo -S -p '' id -u", input=f"{recipe.PASSWORD}\n")
        assert asked.stdout == "0\n"


def test_no_sudo_at_all(slot: Machine) -> None:
    slot.fresh(Kind(sudo="none"))
    refused = subprocess.run(
        slot.ssh_command("sudo", "-S", "id"),
        input=f"{recipe.PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert refused.returncode != 0
    assert "not in the sudoers file" in refused.stderr


def test_a_small_card_is_full_soon(slot: Machine) -> None:
    slot.fresh(Kind(disk_mib=40))
    free = int(slot.root("df --output=avail -m / | tail -1"))
    assert free < 40
    said = slot.root("head -c 60M /dev/zero 2>&1 >/big || true")
    assert "No space left on device" in said


def test_a_board_with_little_memory(slot: Machine) -> None:
    slot.fresh(Kind(memory_mib=512))
    assert slot.root("awk '/MemTotal/ {print $2}' /proc/meminfo") == f"{512 * 1024}\n"
    greedy = "import sys; data = bytearray(700 << 20); sys.stdout.write('had it')"
    assert "had it" not in ssh(slot, f'python3 -c "{greedy}"').stdout
    small = "import sys; data = bytearray(100 << 20); sys.stdout.write('had it')"
    assert "had it" in ssh(slot, f'python3 -c "{small}"').stdout
