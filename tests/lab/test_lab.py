"""The lab itself: machines that are separate, and every fault it can make."""

import subprocess
import time

import asyncssh
import pytest

from tests.lab import image, recipe
from tests.lab.kinds import Kind
from tests.lab.lab import Lab
from tests.lab.machine import Machine
from tests.lab.shell import LabError

pytestmark = pytest.mark.lab


def ssh(machine: Machine, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        machine.ssh_command(*command),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=30,
        check=False,
    )


def test_fresh_machines_are_alike_and_separate(fresh_lab: Lab) -> None:
    machines = list(fresh_lab.machines.values())
    assert {ssh(machine, "hostname").stdout for machine in machines} == {"raspberrypi\n"}
    for path in ("/etc/machine-id", "/etc/ssh/ssh_host_ed25519_key.pub"):
        assert len({machine.root(f"cat {path}") for machine in machines}) == len(machines)
    for machine in machines:
        assert "127.0.1.1\traspberrypi" in machine.root("cat /etc/hosts")
        assert machine.root("ls /sys/class/net").split() == ["eth0", "lo"]
        assert ssh(machine, "sudo", "-n", "id", "-u").stdout == "0\n"
        for other in machines:
            machine.root(f"ping -c 1 -W 5 {other.address}")


def test_services_of_one_machine_are_not_stopped_by_another(fresh_lab: Lab) -> None:
    first, second, _ = fresh_lab.machines.values()
    first.root("systemctl stop cron")
    assert second.root("systemctl is-active cron") == "active\n"


def test_a_pulled_cable_cuts_one_machine_off(fresh_lab: Lab) -> None:
    first, second, third = fresh_lab.machines.values()
    second.cable(plugged=False)
    assert not second.plugged
    with pytest.raises(LabError):
        first.root(f"ping -c 1 -W 1 {second.address}")
    first.root(f"ping -c 1 -W 5 {third.address}")
    second.cable(plugged=True)
    first.root(f"for n in 1 2 3 4 5; do ping -c 1 -W 2 {second.address} && exit; done; exit 1")


def test_the_power_ends_everything_and_the_card_stays(machine: Machine) -> None:
    machine.root("echo kept >/home/pi/kept; sync; systemd-run --quiet sleep 1000")
    before = machine.root("stat -c %z /proc/1")
    machine.power_off()
    assert not machine.running
    with pytest.raises(LabError, match="is off"):
        machine.root("true")
    machine.power_on()
    assert machine.root("cat /home/pi/kept") == "kept\n"
    assert machine.root("stat -c %z /proc/1") != before
    assert machine.root("pgrep -x sleep || echo none") == "none\n"


def test_a_fresh_card_is_another_machine(machine: Machine) -> None:
    key = machine.root("cat /etc/ssh/ssh_host_ed25519_key.pub")
    machine.root("echo gone >/etc/gone; rm /etc/issue")
    machine.fresh()
    assert machine.root("ls /etc/gone || echo none", check=False) == "none\n"
    assert machine.root("cat /etc/ssh/ssh_host_ed25519_key.pub") != key
    assert not (image.folder("bookworm") / "etc/gone").exists()
    assert (image.folder("bookworm") / "etc/issue").exists()


@pytest.mark.parametrize(
    ("suite", "release", "tmp"), [("bookworm", "12", "none"), ("trixie", "13", "tmpfs")]
)
def test_both_debians_are_as_on_a_card(
    machine: Machine, suite: recipe.Suite, release: str, tmp: str
) -> None:
    machine.fresh(Kind(suite=suite))
    assert machine.root(". /etc/os-release; echo $VERSION_ID") == f"{release}\n"
    assert machine.root("systemctl is-system-running --wait") == "running\n"
    assert machine.root("findmnt -no FSTYPE /tmp || echo none") == f"{tmp}\n"
    # apt prints where it would fetch from what is not in its cache.
    ask = "apt-get install -qq --print-uris --no-install-recommends"
    assert machine.root(f"{ask} {recipe.JAVA[suite]} pipx python3-venv") == ""


def test_a_kept_card_is_started_from_again(machine: Machine) -> None:
    machine.root("echo kept >/etc/kept; rm /etc/issue")
    machine.keep("changed")
    machine.fresh(Kind(layer="changed"))
    assert machine.root("cat /etc/kept; test ! -e /etc/issue") == "kept\n"
    machine.fresh(Kind())
    machine.root("test ! -e /etc/kept; test -e /etc/issue")


def test_what_was_written_can_be_listed(machine: Machine) -> None:
    before = machine.disk.listing()
    assert ssh(machine, "sudo", "-n", "true").returncode == 0
    assert machine.disk.listing() == before
    machine.root("echo 1 >/etc/new; chmod 600 /etc/hosts")
    changed = dict(machine.disk.listing().items() - before.items())
    assert sorted(changed) == ["etc/hosts", "etc/new"]


async def test_a_password_instead_of_a_key(machine: Machine) -> None:
    machine.fresh(Kind(login="password", sudo="ask"))
    assert ssh(machine, "-oBatchMode=yes", "true").returncode == 255
    async with asyncssh.connect(
        machine.address,
        username=recipe.USER,
        password=recipe.PASSWORD,
        known_hosts=None,
        client_keys=None,
        config=None,
    ) as link:
        assert (await link.run("sudo -n true")).exit_status != 0
        asked = await link.run("sudo -S -p '' id -u", input=f"{recipe.PASSWORD}\n")
        assert asked.stdout == "0\n"


def test_no_sudo_at_all(machine: Machine) -> None:
    machine.fresh(Kind(sudo="none"))
    refused = subprocess.run(
        machine.ssh_command("sudo", "-S", "id"),
        input=f"{recipe.PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert refused.returncode != 0
    assert "not in the sudoers file" in refused.stderr


def test_a_small_card_is_full_soon(machine: Machine) -> None:
    machine.fresh(Kind(disk_mib=40))
    free = int(machine.root("df --output=avail -m / | tail -1"))
    assert free < 40
    said = machine.root("head -c 60M /dev/zero 2>&1 >/big || true")
    assert "No space left on device" in said


def test_a_board_with_little_memory(machine: Machine) -> None:
    machine.fresh(Kind(memory_mib=512))
    assert machine.root("awk '/MemTotal/ {print $2}' /proc/meminfo") == f"{512 * 1024}\n"
    greedy = "import sys; data = bytearray(700 << 20); sys.stdout.write('had it')"
    assert "had it" not in ssh(machine, f'python3 -c "{greedy}"').stdout
    small = "import sys; data = bytearray(100 << 20); sys.stdout.write('had it')"
    assert "had it" in ssh(machine, f'python3 -c "{small}"').stdout


def test_a_slow_link(machine: Machine) -> None:
    machine.rate("8mbit")
    start = time.monotonic()
    done = subprocess.run(
        machine.ssh_command("cat", ">/dev/null"), input=bytes(3_000_000), timeout=60, check=False
    )
    # Never faster than the limit, which lets 32 kbit through at once.
    assert done.returncode == 0
    assert time.monotonic() - start > 2.5
    machine.rate(None)


def test_java_is_installed_without_a_way_out(machine: Machine) -> None:
    machine.root("DEBIAN_FRONTEND=noninteractive apt-get install -y -q ufw", limit=120)
    assert "Status: inactive" in machine.root("ufw status")
