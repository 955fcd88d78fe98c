"""Spark's conf files and folders, on what nodes said."""

import subprocess
from pathlib import Path

import pytest
from support.recorded_site import PI, RecordedSite, config

from pitui.facts.disk.folder_state import folders_command, parse_folders
from pitui.provision.engine.step import State
from pitui.provision.network.addresses import KnownAddress
from pitui.provision.steps import step

BASE = "/var/lib/spark"
SPARK = "spark: {{user: spark, version: '{version}'{more}}}\n"
NEW = {
    BASE: "ext2/ext3 - -",
    "/opt/spark-data": "ext2/ext3 - -",
    "/var/tmp": "ext2/ext3 1777 root",
}
DEFAULTS = "/opt/spark/conf/spark-defaults.conf"
ENV = "/opt/spark/conf/spark-env.sh"


def folders(states: dict[str, str]) -> str:
    """Return what a node says; what is below these paths is as they are, and not there."""
    lines = dict(states)
    for base in (BASE, "/opt/spark-data"):
        for name in ("local", "pid", "events"):
            lines.setdefault(f"{base}/{name}", f"{states[base].split()[0]} - -")
    return "".join(f"{state} {path}\n" for path, state in lines.items())


async def site_of(
    folder: Path, *, version: str = "4.3.0", more: str = "", **how: dict[str, str]
) -> RecordedSite:
    files = how.get("files", {})
    answers = {
        "stat -f -c": folders(NEW | how.get("states", {})),
        "say readonly": f"kind link\nversion {version}\n",
        "say folder": "",
        "id -un": "",
    }
    text = config(SPARK.format(version=version, more=more))
    ctx = RecordedSite(folder, PI, answers, files=files, name="pi1", config_text=text)

    async def known() -> dict[str, KnownAddress]:
        return {"pi1": KnownAddress("192.168.1.11"), "pi2": KnownAddress("192.168.1.12")}

    await ctx.context.once("addresses", known)
    return ctx


async def written(ctx: RecordedSite) -> dict[str, str]:
    conf = step("conf")
    await conf.apply(ctx, await conf.check(ctx))
    return ctx.written


@pytest.mark.parametrize("version", ["2.3.4", "2.4.8", "3.5.9", "4.0.2", "4.1.1", "4.3.0"])
async def test_nobody_submits_without_a_key_whatever_spark_does_by_itself(
    tmp_path: Path, version: str
) -> None:
    text = (await written(await site_of(tmp_path, version=version)))[DEFAULTS]
    assert "\nspark.master.rest.enabled false\n" in text
    assert f"\nspark.eventLog.dir file://{BASE}/events\n" in text
    assert f"\nspark.history.fs.logDirectory file://{BASE}/events\n" in text
    assert "spark.eventLog.enabled" not in text


async def test_a_persons_settings_win(tmp_path: Path) -> None:
    hand = "spark.master.rest.enabled true\nspark.eventLog.dir file:/mnt/events\n"
    states = {"/mnt/events": "ext2/ext3 - -"}
    ctx = await site_of(tmp_path, files={DEFAULTS: hand}, states=states)
    text = (await written(ctx))[DEFAULTS]
    assert text.startswith(hand)
    assert text.count("spark.master.rest.enabled") == text.count("spark.eventLog.dir") == 1
    assert "logDirectory" not in text

    more = ", defaults: {spark.master.rest.enabled: true, spark.history.fs.logDirectory: 'hdfs:/h'}"
    ctx = await site_of(tmp_path, more=more)
    finding = await step("conf").check(ctx)
    said = "spark.master.rest.enabled is true: port 6066 takes applications from anybody."
    assert finding.advice == said
    text = (await written(ctx))[DEFAULTS]
    assert "spark.master.rest.enabled true\n" in text
    assert "spark.master.rest.enabled false" not in text
    assert "spark.eventLog.dir" not in text


async def test_scratch_space_and_pid_files_have_folders_of_their_own(tmp_path: Path) -> None:
    ctx = await site_of(tmp_path)
    conf = step("conf")
    finding = await conf.check(ctx)
    modes = {"local": "0700", "pid": "0755", "events": "01777"}
    makes = ", ".join(f"{BASE}/{name} ({mode}, spark)" for name, mode in modes.items())
    assert finding.detail.startswith(f"make {makes}; write ")
    env = (await written(ctx))[ENV]
    assert f"SPARK_LOCAL_DIRS={BASE}/local\n" in env
    assert f"SPARK_PID_DIR={BASE}/pid\n" in env

    whole = {
        f"{BASE}/local": "ext2/ext3 700 spark",
        f"{BASE}/pid": "ext2/ext3 755 spark",
        f"{BASE}/events": "ext2/ext3 1777 spark",
    }
    again = await site_of(tmp_path, files=ctx.written, states=whole)
    assert (await conf.check(again)).state is State.OK
    open_to_all = whole | {f"{BASE}/local": "ext2/ext3 777 spark"}
    wrong = await site_of(tmp_path, files=ctx.written, states=open_to_all)
    assert (await conf.check(wrong)).detail == f"make {BASE}/local (0700, spark)"


async def test_where_the_place_is_ram_there_is_one_beside_spark(tmp_path: Path) -> None:
    ram = {BASE: "tmpfs - -", "/var/tmp": "tmpfs 1777 root"}
    ctx = await site_of(tmp_path, states=ram)
    env = (await written(ctx))[ENV]
    assert "SPARK_LOCAL_DIRS=/opt/spark-data/local\n" in env
    assert "/var/tmp" not in env


async def test_what_a_person_chose_is_made_and_named_where_it_is_ram(tmp_path: Path) -> None:
    more = ", env: {SPARK_LOCAL_DIRS: '/mnt/a,/mnt/b', SPARK_WORKER_DIR: /mnt/work}"
    states = {
        "/mnt/a": "tmpfs - -", "/mnt/b": "ext2/ext3 755 pi", "/mnt/work": "ext2/ext3 - -",
    }  # fmt: skip
    ctx = await site_of(tmp_path, more=more, states=states)
    finding = await step("conf").check(ctx)
    assert "/mnt/a (0700, spark), /mnt/work (0755, spark)" in finding.detail
    assert "/mnt/b" not in finding.detail
    assert f"{BASE}/local" not in finding.detail
    assert (
        finding.advice
        == "/mnt/a is in RAM: what Spark writes there reduces the memory for executors."
    )
    env = (await written(ctx))[ENV]
    assert env.count("SPARK_LOCAL_DIRS") == 1


@pytest.mark.parametrize("by_hand", [True, False])
async def test_a_persons_spark_local_dir_is_not_hidden(tmp_path: Path, by_hand: bool) -> None:
    # Spark takes SPARK_LOCAL_DIRS before spark.local.dir.
    more = "" if by_hand else ", defaults: {spark.local.dir: /mnt/ssd}"
    files = {DEFAULTS: "spark.local.dir=/mnt/ssd\n"} if by_hand else {}
    states = {"/mnt/ssd": "ext2/ext3 - -"}
    ctx = await site_of(tmp_path, more=more, files=files, states=states)
    finding = await step("conf").check(ctx)
    assert "/mnt/ssd (0700, spark)" in finding.detail
    assert f"{BASE}/local" not in finding.detail
    env = (await written(ctx))[ENV]
    assert "SPARK_LOCAL_DIRS" not in env
    assert "SPARK_PID_DIR" in env


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("export SPARK_LOCAL_DIRS=/mnt/ram", "/mnt/ram"),
        ("  SPARK_LOCAL_DIRS='/mnt/ram'  # fast", "/mnt/ram"),
        ("# export SPARK_LOCAL_DIRS=/mnt/ram", None),
        ("SPARK_LOCAL_DIRS=$HOME/x", None),
    ],
)
async def test_a_line_by_hand_in_spark_env_is_a_choice_too(
    tmp_path: Path, line: str, path: str | None
) -> None:
    states = {"/mnt/ram": "tmpfs 1777 root"}
    ctx = await site_of(tmp_path, files={ENV: f"{line}\n"}, states=states)
    finding = await step("conf").check(ctx)
    assert (f"{BASE}/local" in finding.detail) == (path is None)
    assert ("/mnt/ram is in RAM" in finding.advice) == (path is not None)


def test_folders_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir(mode=0o700)
    paths = [f"{tmp_path}/a b", f"{tmp_path}/none/deep", "/dev/shm/none"]
    done = subprocess.run(
        ["sh", "-c", folders_command(paths)], capture_output=True, text=True, check=True
    )
    found = parse_folders(done.stdout)
    assert list(found) == paths
    assert (found[paths[0]].mode, found[paths[0]].exists) == ("700", True)
    assert not found[paths[1]].exists
    assert not found[paths[1]].of_ram or found[paths[0]].of_ram
    assert found[paths[2]].of_ram
