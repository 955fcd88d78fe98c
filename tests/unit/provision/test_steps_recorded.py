"""Steps on nodes that the lab does not have: what they said, and what is then done."""

import re
import shlex
import subprocess
import time
from pathlib import Path

import pytest
from support.recorded_site import PI, RecordedSite, config

from pitui.domain.errors import NodeError
from pitui.facts.network.cloud_init import (
    NAME_UNIT_PATH,
    NAME_UNIT_TEXT,
    HostsMode,
    parse_hosts_mode,
)
from pitui.provision.engine import packages
from pitui.provision.engine.step import State
from pitui.provision.network.addresses import KnownAddress
from pitui.provision.steps import step
from pitui.remote.runner import Result

OVER_WIFI = PI.replace("192.168.1.12 22", "192.168.1.77 22")
WIFI_OFF = "provision: {wifi: off}\n"


def is_shell(command: str) -> bool:
    return subprocess.run(["dash", "-n", "-c", command], timeout=5, check=False).returncode == 0


# -- wifi

RADIO_ON = "wireless wlan0 up\nrfkill bluetooth 0\nrfkill wlan 0\n"
RADIO_OFF = "wireless wlan0 down\nrfkill bluetooth 0\nrfkill wlan 1\nunit\n"


async def test_wireless_is_switched_off_where_the_link_is_a_cable(tmp_path: Path) -> None:
    wifi, off = step("wifi"), config(WIFI_OFF)
    said: list[str | Result] = [RADIO_ON, RADIO_OFF]
    ctx = RecordedSite(tmp_path, PI, {"/sys/class/net": said}, config_text=off)
    finding = await wifi.check(ctx)
    assert finding.state is State.WOULD_CHANGE
    assert finding.detail == "switches wlan0 off; the link runs over eth0"
    await wifi.apply(ctx, finding)
    [(path, unit)] = ctx.written.items()
    assert path == "/etc/systemd/system/pitui-wifi-off.service"
    assert ctx.did[0] == "systemctl daemon-reload && systemctl enable --now pitui-wifi-off.service"
    at_boot = unit.split('sh -c "')[1].split('"')[0].replace("$$", "$")
    assert [is_shell(command) for command in (*ctx.did, at_boot)] == [True] * 3
    assert (await wifi.verify(ctx)).state is State.OK


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
    ctx = RecordedSite(tmp_path, machine, {"/sys/class/net": radios}, config_text=config(WIFI_OFF))
    finding = await step("wifi").check(ctx)
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
    ctx = RecordedSite(tmp_path, PI, {"clock $(date": said})
    time_step = step("time")
    await time_step.apply(ctx, await time_step.check(ctx))
    enabled, was_set, kept = ctx.did
    assert enabled == "systemctl enable --now systemd-timesyncd.service"
    assert was_set.startswith("date -u -s @")
    assert kept.startswith("hwclock -w")


async def test_a_clock_that_ntp_mended_is_not_set(tmp_path: Path) -> None:
    said: list[str | Result] = [clock(-500, *NOTHING), clock(0, *TIMESYNCD)]
    ctx = RecordedSite(tmp_path, PI, {"clock $(date": said})
    time_step = step("time")
    await time_step.apply(ctx, await time_step.check(ctx))
    assert ctx.did == ["systemctl enable --now systemd-timesyncd.service"]


# -- network

NETPLAN = (
    "cluster: {master: pi1}\nnodes: {pi1: {host: 192.168.1.11}, "
    "pi2: {host: 192.168.1.12, address: 192.168.1.52/24}}\n"
)


@pytest.mark.parametrize("before", [None, "addresses: [192.168.1.51/24]\n"])
async def test_addresses_of_other_netplan_files_are_named_and_our_former_one_is_not(
    tmp_path: Path, before: str | None
) -> None:
    ours = "- 192.168.1.51/24\n" if before else ""
    answers = {
        "command -v netplan": "netplan\nnetworkd   2 eth0 ether routable configured\n",
        "netplan get": f"- 192.168.1.12/24\n{ours}",
    }
    files = {"/etc/netplan/90-pitui.yaml": before} if before else {}
    ctx = RecordedSite(tmp_path, PI, answers, files=files, config_text=NETPLAN)
    finding = await step("network").check(ctx)
    assert finding.detail == (
        "192.168.1.52/24 on eth0, by netplan; 192.168.1.12/24 of another file in /etc/netplan stays"
    )


async def test_a_remark_that_is_no_utf_8_stays_in_the_interfaces_file(tmp_path: Path) -> None:
    path = "/etc/network/interfaces"
    answers = {"command -v netplan": f"interfaces {path} iface eth0 inet dhcp\n"}
    text = "# B\udcfcro\niface eth0 inet dhcp\n"
    ctx = RecordedSite(tmp_path, PI, answers, files={path: text}, config_text=NETPLAN)
    finding = await step("network").check(ctx)
    assert finding.detail == "192.168.1.52/24 on eth0, by ifupdown"
    assert finding.data.change.files[path].startswith("# B\udcfcro\n")


# -- hosts

TEMPLATE = "/etc/cloud/templates/hosts.debian.tmpl"
BLOCK = "# >>> managed by pitui: the nodes of the cluster >>>\n192.168.1.11\tpi1\n"
BLOCK += "# <<< managed by pitui: the nodes of the cluster <<<\n"


async def test_a_removed_node_keeps_its_own_name_over_a_boot(tmp_path: Path) -> None:
    files = {
        TEMPLATE: f"## template:jinja\n127.0.0.1 localhost\n{BLOCK}",
        "/etc/hosts": f"127.0.0.1 localhost\n{BLOCK}",
    }
    ctx = RecordedSite(tmp_path, PI, {}, files=files)
    await step("hosts").remove(ctx, {})
    assert ctx.written == {
        TEMPLATE: "## template:jinja\n127.0.0.1 localhost\n127.0.1.1\t{{hostname}}\n",
        "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1\tpi2\n",
    }


MODE = "manage_etc_hosts"
KNOWN = {"pi1": KnownAddress("192.168.1.11"), "pi2": KnownAddress("192.168.1.12")}


async def known() -> dict[str, KnownAddress]:
    return KNOWN


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ("", HostsMode.KEPT),
        ("false\n", HostsMode.KEPT),
        ("true\n", HostsMode.TEMPLATE),
        ("True  # by Imager\n", HostsMode.TEMPLATE),
        ("template\n", HostsMode.TEMPLATE),
        ("localhost\n", HostsMode.LOCALHOST),
        ("'localhost'\n", HostsMode.LOCALHOST),
        ('"localhost" # x\n', HostsMode.LOCALHOST),
        ("trueish\n", HostsMode.KEPT),
    ],
)
def test_what_cloud_init_does_to_the_hosts_file(said: str, mode: HostsMode) -> None:
    assert parse_hosts_mode(said) is mode


async def test_a_name_that_cloud_init_puts_on_loopback_at_every_boot(tmp_path: Path) -> None:
    files = {"/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 pi2 pi2\n"}
    ctx = RecordedSite(tmp_path, PI, {MODE: "localhost\n"}, files=files)
    await ctx.context.once("addresses", known)
    hosts = step("hosts")
    finding = await hosts.check(ctx)
    assert "cloud-init puts its own name on loopback at every boot" in finding.detail
    assert finding.diff is not None
    assert "-127.0.1.1 pi2 pi2" in finding.diff
    assert f"+++ {NAME_UNIT_PATH}" in finding.diff
    await hosts.apply(ctx, finding)
    assert "127.0.1.1" not in ctx.written["/etc/hosts"]
    assert ctx.did == ["systemctl daemon-reload && systemctl enable pitui-hosts.service"]
    assert (await hosts.check(ctx)).state is State.OK

    await hosts.remove(ctx, {})
    assert ctx.did[1].startswith("systemctl disable --now pitui-hosts.service && rm -f -- ")
    assert "127.0.1.1\tpi2\n" in ctx.written["/etc/hosts"]


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        ("127.0.1.1 pi2.lan pi2", False),
        ("127.0.1.1\tpi2 pi2", False),
        ("127.0.1.1 pi2", False),
        ("127.0.1.1 pi2.lan", False),
        ("127.0.1.1 pi21", True),
        ("127.0.1.1 printer", True),
        ("127.0.0.1 localhost", True),
        ("127.0.1.10 pi2", True),
        ("192.168.1.12 pi2", True),
    ],
)
def test_the_line_that_is_taken_out_at_boot(tmp_path: Path, line: str, stays: bool) -> None:
    [start] = [x for x in NAME_UNIT_TEXT.splitlines() if x.startswith("ExecStart=")]
    text = start.removeprefix("ExecStart=").replace("$$", "$").replace("%H", "pi2")
    file = tmp_path / "hosts"
    file.write_text(f"{line}\n")
    *words, _ = shlex.split(text)
    subprocess.run([*words, file], check=True, timeout=10)
    assert file.read_text() == (f"{line}\n" if stays else "")


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
    ctx = RecordedSite(tmp_path, PI, {"apt-get -q -y": [LOCKED, LOCKED, ""]})
    said: list[str] = []
    ctx.on_say(lambda what, _: said.append(what))
    await packages.install(ctx, ["openjdk-17-jre-headless"])
    assert said == ["waiting for another package installation to finish"] * 2


async def test_an_installation_that_never_gets_its_turn_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "_LOCK", -1)
    ctx = RecordedSite(tmp_path, PI, {"apt-get -q -y": LOCKED})
    with pytest.raises(NodeError, match="Could not get lock") as caught:
        await packages.install(ctx, ["rsync"])
    assert (
        caught.value.advice
        == "Another package installation is running there; try again when it has finished."
    )


async def test_a_lock_that_was_waited_for_is_no_reason_to_try_again(tmp_path: Path) -> None:
    waited = "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. It is held by"
    said = f"{waited} process 812 (apt-get)\nE: Unable to locate package rsync\n"
    ctx = RecordedSite(tmp_path, PI, {"apt-get -q -y": Result(100, "", said)})
    told: list[str] = []
    ctx.on_say(lambda what, _: told.append(what))
    with pytest.raises(NodeError, match="Unable to locate package rsync") as caught:
        await packages.install(ctx, ["rsync"])
    assert caught.value.advice == "None of this node's package sources has it."
    assert told == []
