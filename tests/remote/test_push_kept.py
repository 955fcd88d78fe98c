"""What a push replaces on real SSH servers, and what it leaves: one rule for files and folders."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from support.ssh_spark_homes import SshSparkHomes, append

from pitui.domain.node_outcome import OutcomeState
from pitui.services.data.item_presence import find_data, look_at_data
from pitui.services.data.push_items import configured_items, item_of, recall_content
from pitui.services.data.pushing import Delivery, Pushing
from pitui.services.data.remove_data import removable_items, remove_data

pytestmark = pytest.mark.ssh


async def push(
    spark_homes: SshSparkHomes,
    source: Path,
    target: str,
    *,
    force: bool = False,
    owner: str = "",
) -> Delivery:
    """Push to pi1 alone, and return how it went."""
    async with spark_homes.opened() as cluster:
        item = item_of(str(source), target, Path("/"), owner=owner)
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False, force=force)
        (ended,) = await pushing.run([item], ["pi1"])
    return ended


async def remove(spark_homes: SshSparkHomes, target: str) -> OutcomeState:
    async with spark_homes.opened() as cluster:
        (item,) = removable_items(cluster, target)
        (ended,) = await remove_data(cluster, item, ["pi1"], lambda _: None)
    return ended.state


@pytest.fixture
def home(spark_homes: SshSparkHomes) -> Path:
    return spark_homes.servers["pi1"].home


def made(path: Path, kind: str, content: str) -> Path:
    """Make a file, or a folder with a file, and return its path."""
    if kind == "folder":
        path.mkdir(exist_ok=True)
        (path / "part").write_text(content)
    else:
        path.write_text(content)
    return path


def content(path: Path) -> str:
    return (path / "part").read_text() if path.is_dir() else path.read_text()


def hidden(folder: Path, name: str) -> list[str]:
    """Return what a push left beside its target: receipts, parts, stages."""
    return [path.name for path in folder.iterdir() if path.name.startswith(f".{name}")]


KINDS = pytest.mark.parametrize("kind", ["file", "folder"])


@KINDS
async def test_what_somebody_else_put_there_stays(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    source = made(tmp_path / "x", kind, "pushed")
    mine = made(home / "x", kind, "mine")
    mine.chmod(0o700)
    ended = await push(spark_homes, source, "~/x")
    assert ended.state is OutcomeState.FAILED
    lost = "x/part" if kind == "folder" else "x"
    assert f"~/x is there already and was not pushed by pitui: {lost} would be lost" in ended.error
    assert "pitui push --force" in ended.advice
    assert content(mine) == "mine"
    assert stat.S_IMODE(mine.stat().st_mode) == 0o700
    assert hidden(home, "x") == []


@KINDS
async def test_what_was_changed_since_it_was_pushed_stays(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    source = made(tmp_path / "x", kind, "first")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    made(source, kind, "second")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    made(home / "x", kind, "mine")
    made(source, kind, "third")
    ended = await push(spark_homes, source, "~/x")
    assert ended.state is OutcomeState.FAILED
    assert "was changed since it was pushed" in ended.error
    assert content(home / "x") == "mine"
    # Once it is away, pushes go on.
    (home / "x").rename(home / "mine")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK


@KINDS
async def test_a_change_that_kept_size_and_time_is_seen(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    """Unlike by `rsync -a`, which would call it the same."""
    source = made(tmp_path / "x", kind, "pushed")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    changed = home / "x" / "part" if kind == "folder" else home / "x"
    before = changed.stat()
    changed.write_text("mine!!")
    os.utime(changed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert changed.stat().st_size == before.st_size
    async with spark_homes.opened() as cluster:
        item = item_of(str(source), "~/x", Path("/"))
        found = await look_at_data(cluster, "pi1", item, recall_content(item), "state")
    assert found.state == "different"
    assert (await push(spark_homes, source, "~/x", force=True)).state is OutcomeState.OK
    assert content(home / "x") == "pushed"


@KINDS
async def test_what_is_there_already_needs_no_lock(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    source = made(tmp_path / "x", kind, "pushed")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    async with spark_homes.opened() as another, another.locks.holding("restart") as locks:
        await locks.take("pi1")
        assert (await push(spark_homes, source, "~/x")).state is OutcomeState.UNCHANGED
        made(source, kind, "changed")
        ended = await push(spark_homes, source, "~/x")
        assert "is changing the node: restart" in ended.error
    assert content(home / "x") == "pushed"
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK


async def test_a_folder_of_which_files_were_kept_needs_no_lock_either(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    """A kept file is the old one under its new name, which goes after that of the old folder."""
    source = made(tmp_path / "x", "folder", "first")
    (source / "same").write_text("same")
    (source / "link").symlink_to("same")
    for content in ("first", "second"):
        made(source, "folder", content)
        assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
        async with spark_homes.opened() as another, another.locks.holding("restart") as locks:
            await locks.take("pi1")
            assert (await push(spark_homes, source, "~/x")).state is OutcomeState.UNCHANGED
            item = item_of(str(source), "~/x", Path("/"))
            found = await look_at_data(another, "pi1", item, recall_content(item), "receipt")
        assert found.state == "present"
        assert hidden(home, "x") == [".x.receipt"]
    (home / "x" / "same").write_text("mine")
    made(source, "folder", "third")
    assert "was changed since it was pushed" in (await push(spark_homes, source, "~/x")).error


@KINDS
async def test_with_force_it_is_replaced_and_pituis_own_from_then_on(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    source = made(tmp_path / "x", kind, "first")
    made(home / "x", kind, "mine")
    if kind == "folder":
        (home / "x" / "another").write_text("mine")
    assert (await push(spark_homes, source, "~/x", force=True)).state is OutcomeState.OK
    assert content(home / "x") == "first"
    assert not (home / "x" / "another").exists()
    made(source, kind, "second")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    assert await remove(spark_homes, "~/x") is OutcomeState.OK
    assert not (home / "x").exists()


@KINDS
async def test_a_copy_of_the_same_is_taken_as_it_is_and_stays_somebodys(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    source = made(tmp_path / "x", kind, "same")
    made(home / "x", kind, "same")
    for _ in range(2):
        assert (await push(spark_homes, source, "~/x")).state is OutcomeState.UNCHANGED
    assert await remove(spark_homes, "~/x") is OutcomeState.FAILED
    made(source, kind, "another")
    assert "was not pushed by pitui" in (await push(spark_homes, source, "~/x")).error


async def test_a_pushed_file_that_was_only_touched_is_still_pituis(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    source = made(tmp_path / "x", "file", "first")
    await push(spark_homes, source, "~/x")
    (home / "x").chmod(0o600)
    os.utime(home / "x", (1, 1))
    made(source, "file", "second")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    os.utime(home / "x", (1, 1))
    assert await remove(spark_homes, "~/x") is OutcomeState.OK


@pytest.mark.parametrize(("before", "after"), [("file", "folder"), ("folder", "file")])
async def test_a_file_becomes_a_folder_and_the_reverse(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, before: str, after: str
) -> None:
    old, new = made(tmp_path / "old", before, "old"), made(tmp_path / "new", after, "new")
    assert (await push(spark_homes, old, "~/x")).state is OutcomeState.OK
    assert (await push(spark_homes, new, "~/x")).state is OutcomeState.OK
    assert content(home / "x") == "new"
    assert (await push(spark_homes, new, "~/x")).state is OutcomeState.UNCHANGED
    made(new, after, "newer")
    assert (await push(spark_homes, new, "~/x")).state is OutcomeState.OK
    assert content(home / "x") == "newer"
    # And where it is somebody's own, it stays.
    made(home / "y", before, "mine")
    ended = await push(spark_homes, new, "~/y")
    assert "was not pushed by pitui" in ended.error
    assert content(home / "y") == "mine"
    assert (await push(spark_homes, new, "~/y", force=True)).state is OutcomeState.OK
    assert content(home / "y") == "newer"
    assert await remove(spark_homes, "~/x") is OutcomeState.OK
    assert await remove(spark_homes, "~/y") is OutcomeState.OK
    assert hidden(home, "x") == hidden(home, "y") == []


async def test_a_file_that_was_pushed_with_holes_is_pituis_without_them(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    """It came as a tree does; its receipt is a tree's."""
    source = tmp_path / "x"
    with source.open("wb") as file:
        file.truncate(1_000_000)
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    source.write_bytes(b"a" * 1000)
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.OK
    assert (home / "x").read_bytes() == b"a" * 1000
    assert await remove(spark_homes, "~/x") is OutcomeState.OK


async def test_a_symbolic_link_is_somebodys(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    """What it leads to counts as there where it is the same, and is never written to."""
    source = made(tmp_path / "x", "file", "same")
    source.chmod(0o600)
    elsewhere = made(home / "elsewhere", "file", "same")
    elsewhere.chmod(0o644)
    (home / "x").symlink_to("elsewhere")
    (home / "dangling").symlink_to("nowhere")
    assert (await push(spark_homes, source, "~/x")).state is OutcomeState.UNCHANGED
    append(spark_homes.config, f"data: [{{source: {source}, target: ~/x, nodes: [pi1]}}]\n")
    async with spark_homes.opened() as cluster:
        assert configured_items(cluster)[0].target == "~/x"
        (found,) = await find_data(cluster)
    assert found.nodes["pi1"].state == "present"
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o644
    made(source, "file", "another")
    for name in ("x", "dangling"):
        assert "was not pushed by pitui" in (await push(spark_homes, source, f"~/{name}")).error
        assert (home / name).is_symlink()
        assert (await push(spark_homes, source, f"~/{name}", force=True)).state is OutcomeState.OK
        assert not (home / name).is_symlink()
    assert content(elsewhere) == "same"


def test_force_on_the_command_line(spark_homes: SshSparkHomes, home: Path, tmp_path: Path) -> None:
    made(tmp_path / "x", "file", "pushed")
    made(home / "x", "file", "mine")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pitui", "--config", str(spark_homes.config), "push"]
        return subprocess.run(
            [*command, *words], capture_output=True, timeout=60, check=False, text=True,
            cwd=tmp_path,
        )  # fmt: skip

    refused = run("x", "~/x", "--json")
    assert refused.returncode == 1
    assert "replace it with `pitui push --force`" in refused.stderr
    found = {one["name"]: one["state"] for one in json.loads(refused.stdout)["nodes"]}
    assert found == {"nuc": "ok", "pi1": "failed", "pi2": "ok"}
    assert content(home / "x") == "mine"
    assert run("x", "~/x", "--force").returncode == 0
    assert content(home / "x") == "pushed"
