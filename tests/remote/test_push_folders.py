"""Folders, patterns, owners and holes on real SSH servers."""

import os
import random
import shutil
import stat
import threading
from pathlib import Path

import pytest
from support.ssh_spark_homes import SshSparkHomes

from pitui.domain.errors import UsageError
from pitui.domain.node_outcome import OutcomeState
from pitui.remote.copy.tree import tree_plan
from pitui.services.data.push_items import item_of, read_content
from pitui.services.data.pushing import Delivery, Pushing

pytestmark = pytest.mark.ssh

ODD = ["it's", 'a "b"', "new\nline", " spaces ", "-rf", "ünïcode", "*", "$HOME", "back\\slash"]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that a folder can hold."""
    monkeypatch.setattr(tree_plan, "LARGE", 2 * 1024 * 1024)
    monkeypatch.setattr(tree_plan, "ARCHIVE_SIZE", 50_000)
    chance = random.Random(7)
    folder = tmp_path / "the data"
    for name in (*ODD, "deep/er/still"):
        (folder / name).mkdir(parents=True)
        for number in range(5):
            file = folder / name / f"{name.replace('/', '_')}.{number}"
            file.write_bytes(chance.randbytes(chance.randrange(9000)))
    (folder / "empty").mkdir()
    (folder / ("long" * 40)).mkdir()
    (folder / ("long" * 40) / ("name" * 50)).write_text("long")
    (folder / "to a folder").symlink_to("empty")
    (folder / "dangling\nlink").symlink_to("nowhere/" + "x" * 150)
    (folder / os.fsdecode(b"\xff\xfe")).write_text("no UTF-8")
    (folder / "nothing in it").touch()
    (folder / "run.sh").write_text("#!/bin/sh\n")
    (folder / "run.sh").chmod(0o755)
    (folder / "secret").write_text("x")
    (folder / "secret").chmod(0o600)
    (folder / "closed").mkdir()
    (folder / "closed" / "file").write_text("x")
    (folder / "closed").chmod(0o550)
    with (folder / "holes").open("wb") as file:
        for number in range(30):
            file.seek(number * 1_000_000)
            file.write(b"some")
        file.truncate(50_000_000)
    (folder / "large").write_bytes(os.urandom(3 * 1024 * 1024))
    return folder


def listing(folder: Path) -> dict[str, tuple[str, int, bytes]]:
    """Return all that is in a folder: kind, mode and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if path.is_symlink():
            entry = ("link", 0, os.fsencode(path.readlink()))
        elif path.is_dir():
            entry = ("folder", mode, b"")
        else:
            entry = ("file", mode, path.read_bytes())
        found[str(path.relative_to(folder))] = entry
    return found


async def push(
    spark_homes: SshSparkHomes, source: Path | str, target: str, *names: str, owner: str = ""
) -> dict[str, Delivery]:
    async with spark_homes.opened() as cluster:
        item = item_of(str(source), target, Path("/"), owner=owner)
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False)
        ended = await pushing.run([item], names or list(cluster.nodes))
    return {one.node: one for one in ended}


def states(ended: dict[str, Delivery]) -> set[OutcomeState]:
    assert not [one.error for one in ended.values() if one.error and one.state is OutcomeState.OK]
    return {one.state for one in ended.values()}


def left_over(folder: Path, *kept: str) -> list[str]:
    """Return what a push left beside its target, but for its receipt."""
    return sorted(p.name for p in folder.iterdir() if p.name not in kept)


async def test_a_folder_comes_whole_and_only_once(spark_homes: SshSparkHomes, source: Path) -> None:
    ended = await push(spark_homes, source, "~/data/flights")
    assert states(ended) == {OutcomeState.OK}, ended
    wanted = listing(source)
    for server in spark_homes.servers.values():
        there = server.home / "data" / "flights"
        assert listing(there) == wanted
        assert (there / "holes").stat().st_blocks * 512 < 2_000_000
        assert left_over(server.home / "data", "flights") == [".flights.receipt"]
    assert ended["pi1"].files == sum(kind != "folder" for kind, *_ in wanted.values())
    # Holes do not travel.
    assert ended["pi1"].sent < 6 * 1024 * 1024
    ended = await push(spark_homes, source, "~/data/flights")
    assert states(ended) == {OutcomeState.UNCHANGED}
    assert {one.sent for one in ended.values()} == {0}


async def test_only_what_differs_travels(spark_homes: SshSparkHomes, source: Path) -> None:
    await push(spark_homes, source, "~/flights")
    (source / "it's" / "it's.0").write_text("changed")
    (source / "it's" / "it's.1").unlink()
    (source / "added").write_text("added")
    (source / "run.sh").chmod(0o644)
    (source / "empty").rmdir()
    (source / "empty").write_text("a file now")
    there = spark_homes.servers["pi1"].home / "flights"
    before = (there / "large").stat().st_ino
    ended = await push(spark_homes, source, "~/flights")
    assert states(ended) == {OutcomeState.OK}, ended
    for server in spark_homes.servers.values():
        assert listing(server.home / "flights") == listing(source)
        assert left_over(server.home, "flights") == [".flights.receipt"]
    assert max(one.sent for one in ended.values()) < 50_000
    assert (there / "large").stat().st_ino == before


async def test_what_was_written_into_a_pushed_folder_is_not_lost(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    """The results of a job, and somebody's own files where a pattern brought others before."""
    home = spark_homes.servers["pi1"].home
    source = tmp_path / "flights"
    source.mkdir()
    (source / "a").write_text("1")
    await push(spark_homes, source, "~/flights", "pi1")
    await push(spark_homes, tmp_path / "flight[s]", "~/in", "pi1")
    (home / "flights" / "results").write_text("a job's")
    (home / "in" / "flights" / "a").write_text("2")
    (source / "b").write_text("b")
    ended = await push(spark_homes, source, "~/flights", "pi1")
    assert ended["pi1"].state is OutcomeState.FAILED
    assert "was changed since it was pushed: flights/results would be lost" in ended["pi1"].error
    ended = await push(spark_homes, tmp_path / "flight[s]", "~/in", "pi1")
    assert "flights/a would be lost" in ended["pi1"].error
    assert (home / "flights" / "results").read_text() == "a job's"
    # Once it is away, the push goes on, and later ones do.
    (home / "flights" / "results").unlink()
    for content in ("b", "c"):
        (source / "b").write_text(content)
        ended = await push(spark_homes, source, "~/flights", "pi1")
        assert ended["pi1"].state is OutcomeState.OK, ended
    assert listing(home / "flights") == listing(source)


async def test_what_is_written_there_during_a_push_is_not_lost(
    spark_homes: SshSparkHomes, source: Path
) -> None:
    there = spark_homes.servers["pi1"].home / "flights"
    await push(spark_homes, source, "~/flights", "pi1")
    (source / "large").write_bytes(os.urandom(3 * 1024 * 1024))

    def progress(_name: str, _have: int, _size: int) -> None:
        (there / "results").write_text("a job's")

    async with spark_homes.opened() as cluster:
        item = item_of(str(source), "~/flights", Path("/"))
        pushing = Pushing(cluster, progress, lambda _: None, durable=False)
        (ended,) = await pushing.run([item], ["pi1"])
    assert ended.state is OutcomeState.FAILED
    assert "somebody wrote there during the push" in ended.error
    assert (there / "results").read_text() == "a job's"
    again = await push(spark_homes, source, "~/flights", "pi1")
    assert "was changed since it was pushed" in again["pi1"].error


async def test_a_pattern_that_matches_more_replaces_nothing_of_a_persons(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    home = spark_homes.servers["pi1"].home
    (tmp_path / "parts" / "a").mkdir(parents=True)
    (tmp_path / "parts" / "a" / "x").write_text("x")
    await push(spark_homes, tmp_path / "parts" / "*", "~/in", "pi1")
    (tmp_path / "parts" / "b").mkdir()
    (tmp_path / "parts" / "b" / "y").write_text("y")
    (home / "in" / "b").mkdir()
    (home / "in" / "b" / "results.txt").write_text("mine")
    ended = await push(spark_homes, tmp_path / "parts" / "*", "~/in", "pi1")
    assert ended["pi1"].state is OutcomeState.FAILED
    assert "b/results.txt would be lost" in ended["pi1"].error
    assert (home / "in" / "b" / "results.txt").read_text() == "mine"


async def test_a_stage_of_another_item_stays(spark_homes: SshSparkHomes, tmp_path: Path) -> None:
    home = spark_homes.servers["pi1"].home
    stages = [home / f".flights.csv.{'0a' * 8}.new", home / ".flights.x.new"]
    old = home / f".flights.{'1f' * 8}.new"
    for stage in (*stages, old):
        (stage / "parts").mkdir(parents=True)
    (tmp_path / "flights").mkdir()
    ended = await push(spark_homes, tmp_path / "flights", "~/flights", "pi1")
    assert ended["pi1"].state is OutcomeState.OK
    assert all(stage.exists() for stage in stages)
    assert not old.exists()


async def test_a_reader_never_sees_half_a_folder(
    spark_homes: SshSparkHomes, tmp_path: Path
) -> None:
    """Every look at the folder finds all its files, of one version."""
    source = tmp_path / "s"
    source.mkdir()
    target = spark_homes.servers["pi1"].home / "s"
    seen: set[tuple[int, ...]] = set()
    problems: list[str] = []
    over = threading.Event()

    def write(version: int) -> None:
        for number in range(60):
            (source / f"{number}").write_text(f"{version}")

    def watch() -> None:
        while not over.is_set():
            try:
                # One open folder is one version, whatever takes its place meanwhile.
                fd = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
            except OSError as error:
                problems.append(str(error))
                continue
            try:
                names = os.listdir(fd)  # noqa: PTH208 - of the open folder
                seen.add((len(names),))
            finally:
                os.close(fd)

    write(1)
    await push(spark_homes, source, "~/s", "pi1")
    watching = threading.Thread(target=watch)
    watching.start()
    try:
        for version in range(2, 6):
            write(version)
            ended = await push(spark_homes, source, "~/s", "pi1")
            assert states(ended) == {OutcomeState.OK}
    finally:
        over.set()
        watching.join()
    assert problems == []
    # 0: the old one, opened just before it went.
    assert seen <= {(60,), (0,)} | {(n,) for n in range(60)}
    assert (60,) in seen


async def test_what_pitui_did_not_bring_is_not_replaced(
    spark_homes: SshSparkHomes, source: Path
) -> None:
    there = spark_homes.servers["pi1"].home / "mine"
    there.mkdir()
    (there / "thesis.tex").write_text("mine")
    ended = await push(spark_homes, source, "~/mine")
    assert ended["pi1"].state is OutcomeState.FAILED
    assert "was not pushed by pitui: mine/thesis.tex would be lost" in ended["pi1"].error
    assert (there / "thesis.tex").read_text() == "mine"
    assert ended["pi2"].state is OutcomeState.OK


async def test_a_copy_by_hand_is_taken_as_it_is(spark_homes: SshSparkHomes, source: Path) -> None:
    home = spark_homes.servers["pi1"].home
    shutil.copytree(source, home / "copy", symlinks=True)
    ended = await push(spark_homes, source, "~/copy", "pi1")
    assert ended["pi1"].state is OutcomeState.UNCHANGED


async def test_what_a_pattern_matches_joins_what_is_there(
    spark_homes: SshSparkHomes, source: Path, tmp_path: Path
) -> None:
    home = spark_homes.servers["pi1"].home
    (home / "in").mkdir()
    (home / "in" / "other").write_text("stays")
    for number in range(3):
        (tmp_path / f"part {number}.csv").write_text(f"{number}")
    (tmp_path / "part x.csv").mkdir()
    (tmp_path / "part x.csv" / "file").write_text("x")
    pattern = tmp_path / "part *.csv"
    ended = await push(spark_homes, pattern, "~/in/", "pi1")
    assert ended["pi1"].state is OutcomeState.OK, ended
    (tmp_path / "part 1.csv").write_text("another")
    (tmp_path / "part x.csv" / "file").write_text("another")
    assert (await push(spark_homes, pattern, "~/in", "pi1"))["pi1"].state is OutcomeState.OK
    found = listing(home / "in")
    assert {n for n in found if not n.startswith(".")} == {
        "other", "part 0.csv", "part 1.csv", "part 2.csv", "part x.csv", "part x.csv/file",
    }  # fmt: skip
    assert found["part 1.csv"][2] == found["part x.csv/file"][2] == b"another"
    assert (await push(spark_homes, pattern, "~/in", "pi1"))["pi1"].state is OutcomeState.UNCHANGED


async def test_a_files_mode_and_holes_come_along(spark_homes: SshSparkHomes, source: Path) -> None:
    for name in ("run.sh", "secret", "holes"):
        ended = await push(spark_homes, source / name, f"~/{name}", "pi1")
        assert ended["pi1"].state is OutcomeState.OK, ended
        there, here = spark_homes.servers["pi1"].home / name, source / name
        assert there.read_bytes() == here.read_bytes()
        assert there.stat().st_mode == here.stat().st_mode
        assert there.stat().st_blocks <= here.stat().st_blocks + 64
    (source / "run.sh").chmod(0o700)
    await push(spark_homes, source / "run.sh", "~/run.sh", "pi1")
    assert stat.S_IMODE((spark_homes.servers["pi1"].home / "run.sh").stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: another owner")
async def test_an_owner_of_its_own(spark_homes: SshSparkHomes, source: Path) -> None:
    ended = await push(spark_homes, source, "~/owned", "pi1", owner="daemon")
    assert ended["pi1"].state is OutcomeState.OK, ended
    there = spark_homes.servers["pi1"].home / "owned"
    owners = {path.owner() for path in (there, *there.rglob("*")) if not path.is_symlink()}
    assert owners == {"daemon"}
    assert listing(there) == listing(source)
    again = await push(spark_homes, source, "~/owned", "pi1", owner="daemon")
    assert again["pi1"].state is OutcomeState.UNCHANGED
    other = await push(spark_homes, source, "~/owned", "pi1", owner="nobody")
    assert other["pi1"].state is OutcomeState.OK
    assert other["pi1"].sent == 0
    assert there.owner() == "nobody"


async def test_a_lost_link_resumes(spark_homes: SshSparkHomes, source: Path) -> None:
    """All that serves the node dies in the middle of the large file."""
    (source / "large").write_bytes(os.urandom(1024 * 1024) * 60)
    async with spark_homes.opened() as cluster:
        cut = False

        def progress(_name: str, have: int, _size: int) -> None:
            nonlocal cut
            if not cut and have > 75_000_000:
                cut = True
                server = spark_homes.servers["pi1"]
                server.stop()
                server.start()

        item = item_of(str(source), "~/x", Path("/"))
        pushing = Pushing(cluster, progress, lambda _: None, durable=False)
        (ended,) = await pushing.run([item], ["pi1"])
    assert cut
    assert ended.state is OutcomeState.OK, ended
    assert listing(spark_homes.servers["pi1"].home / "x") == listing(source)
    assert left_over(spark_homes.servers["pi1"].home, "x") == [".x.receipt"]


async def test_what_cannot_be_read_is_said_and_nothing_is_pushed(
    spark_homes: SshSparkHomes, source: Path
) -> None:
    os.mkfifo(source / "pipe")
    with pytest.raises(UsageError, match="neither a file, a folder nor a symbolic link"):
        await push(spark_homes, source, "~/x")
    for server in spark_homes.servers.values():
        assert not (server.home / "x").exists()


def test_what_cannot_be_pushed_is_said_before(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    folder.mkdir()
    os.mkfifo(folder / "pipe")
    with pytest.raises(UsageError, match="neither a file, a folder nor a symbolic link"):
        read_content(item_of(str(folder), "/x", tmp_path))
    for a in ("a", "b"):
        (tmp_path / a).mkdir()
        (tmp_path / a / "same").touch()
    with pytest.raises(UsageError, match="which have the same name"):
        read_content(item_of("*/same", "/x", tmp_path))
    with pytest.raises(UsageError, match="matches nothing"):
        item_of("*.nothing", "/x", tmp_path)
    for target in ("~/..", "/x/.."):
        with pytest.raises(UsageError, match="is not the path of"):
            item_of("f", target, tmp_path)
