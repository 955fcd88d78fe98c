"""Steps on nodes that the lab does not have: what they said, and what is then done."""

import re
import subprocess
import time
from pathlib import Path

import msgspec
import pytest
from support.recorded_site import RecordedSite

from pitui.domain.errors import NodeError
from pitui.facts.account import closed_command
from pitui.provision import packages
from pitui.provision.archive import Archive
from pitui.provision.site import no_commands
from pitui.provision.step import State
from pitui.provision.steps import step
from pitui.remote.runner import Result

PI = """user pi
uid 1000
home /home/pi
arch aarch64
bits 64
hostname pi2
systemd yes
memory 3885396
cores 4
ssh 192.168.1.2 51522 192.168.1.12 22
addr 2: eth0    inet 192.168.1.12/24 brd 192.168.1.255 scope global eth0\\       valid_lft forever
addr 3: wlan0    inet 192.168.1.77/24 brd 192.168.1.255 scope global wlan0\\       valid_lft
route default via 192.168.1.1 dev eth0 proto dhcp src 192.168.1.12 metric 100
"""
OVER_WIFI = PI.replace("192.168.1.12 22", "192.168.1.77 22")
WIFI_OFF = "provision: {wifi: off}\n"


def config(more: str = "") -> str:
    nodes = "nodes: {pi1: {host: 192.168.1.11}, pi2: {host: 192.168.1.12}}\n"
    return f"cluster: {{master: pi1}}\n{nodes}{more}"


def is_shell(command: str) -> bool:
    return subprocess.run(["dash", "-n", "-c", command], timeout=5, check=False).returncode == 0


# -- wifi

RADIO_ON = "wireless wlan0 up\nrfkill bluetooth 0\nrfkill wlan 0\n"
RADIO_OFF = "wireless wlan0 down\nrfkill bluetooth 0\nrfkill wlan 1\nunit\n"


async def test_wireless_is_switched_off_where_the_link_is_a_cable(tmp_path: Path) -> None:
    wifi, off = step("wifi"), config(WIFI_OFF)
    said: list[str | Result] = [RADIO_ON, RADIO_OFF]
    site = RecordedSite(tmp_path, PI, {"/sys/class/net": said}, config=off)
    finding = await wifi.check(site)
    assert finding.state is State.WOULD_CHANGE
    assert finding.detail == "switches wlan0 off; the link runs over eth0"
    await wifi.apply(site, finding)
    [(path, unit)] = site.written.items()
    assert path == "/etc/systemd/system/pitui-wifi-off.service"
    assert site.did[0] == "systemctl daemon-reload && systemctl enable --now pitui-wifi-off.service"
    at_boot = unit.split('sh -c "')[1].split('"')[0].replace("$$", "$")
    assert [is_shell(command) for command in (*site.did, at_boot)] == [True] * 3
    assert (await wifi.verify(site)).state is State.OK


@pytest.mark.parametrize(
    ("machine", "radios", "state", "detail"),
    [
        (OVER_WIFI, RADIO_ON, State.SKIPPED, "the link to this node runs over wlan0: wireless"),
        (PI, "", State.OK, "there is none"),
        (PI.replace("ssh ", "no "), RADIO_ON, State.SKIPPED, "its link is not known"),
        # A radio without a switch of the kernel's cannot be called off.
        (PI, "wireless wlan0 up\nunit\n", State.WOULD_CHANGE, "switches wlan0 off"),
    ],
)
async def test_wireless_stays_where_it_has_to(
    tmp_path: Path, machine: str, radios: str, state: State, detail: str
) -> None:
    site = RecordedSite(tmp_path, machine, {"/sys/class/net": radios}, config=config(WIFI_OFF))
    finding = await step("wifi").check(site)
    assert (finding.state, finding.detail[: len(detail)]) == (state, detail)


# -- time

UNITS = "unit systemd-timesyncd.service {} {}\nunit chrony.service {} {}\n"


def clock(ahead: float, *units: str) -> str:
    return f"clock {time.time() + ahead:.3f}\n" + UNITS.format(*units)


TIMESYNCD = ("enabled", "active", "not-found", "inactive")
CHRONY = ("not-found", "inactive", "enabled", "active")
NOTHING = ("disabled", "inactive", "not-found", "inactive")
NONE = ("not-found", "inactive", "not-found", "inactive")


@pytest.mark.parametrize(
    ("ahead", "units", "state", "detail"),
    [
        (0, TIMESYNCD, State.OK, "within 2 s, systemd-timesyncd"),
        (0, CHRONY, State.OK, "within 2 s, chrony"),
        (0, NOTHING, State.WOULD_CHANGE, "switches NTP on"),
        (0, NONE, State.WOULD_CHANGE, "switches NTP on"),
        (1e6, TIMESYNCD, State.WOULD_CHANGE, "sets the clock, .* s ahead"),
        (-1e6, NOTHING, State.WOULD_CHANGE, "sets the clock, .* s behind, switches NTP on"),
    ],
)
async def test_what_a_clock_needs(
    tmp_path: Path, ahead: float, units: tuple[str, ...], state: State, detail: str
) -> None:
    said = clock(ahead, *units)
    finding = await step("time").check(RecordedSite(tmp_path, PI, {"clock $(date": said}))
    assert finding.state is state
    assert re.fullmatch(detail, finding.detail)
    inside = RecordedSite(tmp_path, PI, {"clock $(date": clock(0, *NONE) + "container\n"})
    assert (await step("time").check(inside)).detail == "within 2 s, its host keeps it"


async def test_ntp_is_on_before_the_clock_is_set(tmp_path: Path) -> None:
    said: list[str | Result] = [clock(-500, *NOTHING), clock(-500, *TIMESYNCD)]
    site = RecordedSite(tmp_path, PI, {"clock $(date": said})
    time_step = step("time")
    await time_step.apply(site, await time_step.check(site))
    enabled, was_set, kept = site.did
    assert enabled == "systemctl enable --now systemd-timesyncd.service"
    assert was_set.startswith("date -u -s @")
    assert kept.startswith("hwclock -w")


async def test_a_clock_that_ntp_mended_is_not_set(tmp_path: Path) -> None:
    said: list[str | Result] = [clock(-500, *NOTHING), clock(0, *TIMESYNCD)]
    site = RecordedSite(tmp_path, PI, {"clock $(date": said})
    time_step = step("time")
    await time_step.apply(site, await time_step.check(site))
    assert site.did == ["systemctl enable --now systemd-timesyncd.service"]


# -- account

SPARK = "spark: {user: spark, home: /home/pi/spark}\nprovision: {spark_ssh: false}\n"
ENTRY = "passwd spark:x:1001:1001:{}:/home/spark:/bin/bash\ngroup\n"
MADE = "--create-home --shell /bin/bash --comment 'Apache Spark, managed by pitui'"
OURS = ENTRY.format("Apache Spark, managed by pitui")


@pytest.mark.parametrize(
    ("said", "detail", "did"),
    [
        (
            "",
            "makes the account spark without a password",
            f"useradd --user-group {MADE} spark",
        ),
        (
            "group\n",
            "makes the account spark without a password",
            f"useradd --gid spark {MADE} spark",
        ),
        (OURS + "password spark P 01/01/2026\nhome\n", "locks the password of spark", "passwd -l"),
        (
            ENTRY.format("a person") + "password spark NP 01/01/2026\nhome\n",
            "locks the password of spark",
            "passwd -l spark",
        ),
        (
            OURS + "password spark L 01/01/2026\n",
            "makes its home /home/spark",
            "mkdir -p -m 0750 -- /home/spark && chown 1001:1001 /home/spark",
        ),
    ],
)
async def test_what_an_account_needs(tmp_path: Path, said: str, detail: str, did: str) -> None:
    whole = OURS + "password spark L 01/01/2026\nhome\n"
    answers: dict[str, str | Result | list[str | Result]] = {
        "runuser": "",
        "e=$(getent": [said, said, whole] if "useradd --user" in did else said,
    }
    site = RecordedSite(tmp_path, PI, answers, config=config(SPARK))
    account = step("account")
    finding = await account.check(site)
    assert (finding.state, finding.detail) == (State.WOULD_CHANGE, detail)
    await account.apply(site, finding)
    assert any(command.startswith(did) for command in site.did), site.did


async def test_a_persons_account_with_a_password_stays_as_it_is(tmp_path: Path) -> None:
    said = ENTRY.format("Jane,,,") + "password spark P 01/01/2026\nhome\n"
    answers = {"runuser": "", "e=$(getent": said}
    site = RecordedSite(tmp_path, PI, answers, config=config(SPARK))
    finding = await step("account").check(site)
    assert (finding.state, finding.detail) == (State.OK, "spark runs Spark, home /home/spark")


async def test_an_account_is_let_through_to_a_spark_below_another_home(tmp_path: Path) -> None:
    said = OURS + "password spark L 01/01/2026\nhome\n"
    answers = {"runuser": "/home/pi\n", "e=$(getent": said}
    site = RecordedSite(tmp_path, PI, answers, config=config(SPARK))
    account = step("account")
    finding = await account.check(site)
    assert finding.detail == "lets spark through /home/pi (chmod o+x)"
    await account.apply(site, finding)
    assert site.did == ["chmod o+x -- /home/pi"]


def test_folders_that_another_account_cannot_pass(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    (closed / "below").mkdir(parents=True)
    command = closed_command(str(closed / "below" / "spark" / "conf"), "no such account")

    def named() -> list[str]:
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    assert str(closed) not in named()
    closed.chmod(0o750)
    assert str(closed) in named()
    closed.chmod(0o751)
    assert str(closed) not in named()


# -- access


def test_a_password_that_has_to_be_changed_first(tmp_path: Path) -> None:
    # Ubuntu's own image, at the first login without a terminal.
    said = "WARNING: Your password has expired.\nPassword change required but no TTY available.\n"
    node = msgspec.structs.replace(RecordedSite(tmp_path, PI, {}).node, user="ubuntu", port=2222)
    error = no_commands(node, Result(1, "", said))
    assert "Password change required" in error.message
    assert error.advice == "Set a new password there, once: ssh -p 2222 ubuntu@192.168.1.12"
    fish = no_commands(node, Result(127, "", "fish: Unsupported use of '='\n"))
    assert fish.advice == "Its login shell must run POSIX sh commands."


# -- spark


async def test_without_root_a_place_of_somebody_elses_is_named_before_the_push(
    tmp_path: Path,
) -> None:
    ssh = "ssh: {user: pi, sudo: none}\n"
    archive = "spark: {home: /opt/spark, archive: spark.tgz}\n"
    site = RecordedSite(
        tmp_path, PI, {"say readonly": "free 4000000\nreadonly yes\n"}, config=config(ssh + archive)
    )
    found = Archive("spark.tgz", 4 * 10**8, "0" * 128, "4.3.0", "spark", 10**9)

    async def made() -> Archive:
        return found

    await site.shelf.once("archive", made)
    with pytest.raises(NodeError, match="pi may not write where /opt/spark is to be") as caught:
        await step("spark").check(site)
    assert caught.value.advice == "Set its spark_home to a place of its own: ~/spark."


# -- packages

LOCKED = Result(
    100,
    "",
    "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)\n"
    "E: Unable to lock directory /var/lib/apt/lists/\n",
)


async def test_an_installation_waits_for_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_AGAIN_AFTER", 0)
    site = RecordedSite(tmp_path, PI, {"apt-get -q -y": [LOCKED, LOCKED, ""]})
    said: list[str] = []
    site.on_say(lambda what, _: said.append(what))
    await packages.install(site, ["openjdk-17-jre-headless"])
    assert said == ["waiting for another installation to end"] * 2


async def test_an_installation_that_never_gets_its_turn_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_LOCK", -1)
    site = RecordedSite(tmp_path, PI, {"apt-get -q -y": LOCKED})
    with pytest.raises(NodeError, match="Could not get lock") as caught:
        await packages.install(site, ["rsync"])
    assert caught.value.advice == "Something else installs there; try again when it has ended."
