"""Names, places and moments that nobody thinks of, on real SSH servers."""

import asyncio
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.ssh_spark_homes import SshSparkHomes

from pitui.config.paths import cache_folder
from pitui.domain.errors import UsageError
from pitui.domain.node_outcome import OutcomeState
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.tree import tree_plan
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.copy.tree.entry import Tree
from pitui.remote.copy.tree.tree_plan import plan_transfer
from pitui.remote.copy.tree.tree_script import TreeInventory
from pitui.services.data.push_items import item_of, read_content
from pitui.services.data.pushing import Delivery, Pushing
from pitui.services.data.remove_data import remove_data

pytestmark = pytest.mark.ssh


async def push(spark_homes: SshSparkHomes, source: Path | str, target: str) -> Delivery:
    """Push to pi1 alone, and return how it went."""
    async with spark_homes.opened() as cluster:
        item = item_of(str(source), target, Path("/"))
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False)
        (ended,) = await pushing.run([item], ["pi1"])
    return ended


async def changed_meanwhile(
    spark_homes: SshSparkHomes, source: Path, target: str, change: Callable[[], object]
) -> Delivery:
    """Push to pi1 what changes after it was read, and return how it went."""
    item = item_of(str(source), target, Path("/"))
    async with spark_homes.opened() as cluster:
        content = await asyncio.to_thread(read_content, item)
        change()
        pushing = Pushing(cluster, lambda *_: None, lambda _: None, durable=False)
        async with FileDistributor(cluster.connections) as distributor:
            archives = ArchiveStore(distributor, cache_folder())
            try:
                (ended,) = await pushing.deliver(distributor, archives, [item], [content], ["pi1"])
            finally:
                archives.close()
    return ended


async def removed(spark_homes: SshSparkHomes, source: Path | str, target: str) -> OutcomeState:
    async with spark_homes.opened() as cluster:
        item = item_of(str(source), target, Path("/"))
        (ended,) = await remove_data(cluster, item, ["pi1"], lambda _: None)
    return ended.state


@pytest.fixture
def home(spark_homes: SshSparkHomes) -> Path:
    return spark_homes.servers["pi1"].home


LATIN = os.fsdecode(b"\xff\xfe.csv")
"""A name that is not UTF-8."""
ODD = [
    "it's", 'a "b"', "new\nline", " spaces ", "-rf", "$HOME", "*", "back\\slash", "ünïcode", "~",
    "x" * 180, "x" * 181, "ö" * 127, "n" * 255, ".hidden", "a%sb", "tab\there",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["file", "folder"])
async def test_an_item_keeps_its_name_whatever_that_is(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, kind: str
) -> None:
    below = tmp_path / "names"
    for name in ODD:
        source = below / name
        source.parent.mkdir(exist_ok=True)
        if kind == "folder":
            source.mkdir()
            source /= "part"
        source.write_text(name)
    for name in ODD:
        ended = await push(spark_homes, below / name, "~/data/")
        assert ended.state is OutcomeState.OK, (name, ended)
    there = home / "data"
    assert inside(there) == sorted(ODD)
    for name in ODD:
        found = there / name / "part" if kind == "folder" else there / name
        assert found.read_text() == name
        ended = await push(spark_homes, below / name, "~/data/")
        assert ended.state is OutcomeState.UNCHANGED, (name, ended)
    for name in ODD:
        assert await removed(spark_homes, below / name, "~/data/") is OutcomeState.OK, name
    assert inside(there) == []


async def test_a_name_that_is_not_utf_8_needs_a_target_in_full(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    (tmp_path / LATIN).write_text("x")
    with pytest.raises(UsageError, match="is not valid UTF-8"):
        await push(spark_homes, tmp_path / LATIN, "~/data/")
    ended = await push(spark_homes, tmp_path / LATIN, "~/data/named.csv")
    assert ended.state is OutcomeState.OK
    assert (home / "data" / "named.csv").read_text() == "x"


def inside(folder: Path) -> list[str]:
    """Return the names in a folder, without receipts."""
    return sorted(path.name for path in folder.iterdir() if not receipt(path))


def receipt(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(".receipt")


async def test_a_pattern_brings_names_whatever_they_are(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    below = tmp_path / "na[m]es"
    below.mkdir()
    for name in (*ODD, LATIN):
        (below / name).write_text("x")
    # A pattern takes no hidden files, as in a shell.
    wanted = [name for name in (*ODD, LATIN) if not name.startswith(".")]
    pattern = f"{tmp_path}/na[[]m]es/*"
    ended = await push(spark_homes, pattern, "~/in/")
    assert (ended.state, ended.files) == (OutcomeState.OK, len(wanted))
    assert inside(home / "in") == sorted(wanted)
    assert (await push(spark_homes, pattern, "~/in")).state is OutcomeState.UNCHANGED
    assert await removed(spark_homes, pattern, "~/in") is OutcomeState.OK
    assert inside(home / "in") == []


async def test_what_is_empty_comes_too(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "nothing").touch()
    (tmp_path / "folder" / "deep" / "er").mkdir(parents=True)
    (tmp_path / "bare").mkdir()
    for name in ("nothing", "folder", "bare"):
        source = tmp_path / name
        assert (await push(spark_homes, source, f"~/{name}")).state is OutcomeState.OK, name
        assert (await push(spark_homes, source, f"~/{name}")).state is OutcomeState.UNCHANGED, name
        assert await removed(spark_homes, source, f"~/{name}") is OutcomeState.OK, name
    await push(spark_homes, tmp_path / "folder", "~/folder")
    assert (home / "folder" / "deep" / "er").is_dir()


async def test_a_path_with_slashes_at_its_end_and_in_its_middle(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "flights").mkdir()
    (tmp_path / "flights" / "a").write_text("a")
    assert (await push(spark_homes, f"{tmp_path}/flights/", "~//data//")).state is OutcomeState.OK
    assert (home / "data" / "flights" / "a").read_text() == "a"
    ended = await push(spark_homes, f"{tmp_path}/./flights", "~/data/./flights")
    assert ended.state is OutcomeState.UNCHANGED
    ended = await push(spark_homes, tmp_path / "flights" / "a", f"{home}/x/../y")
    assert ended.state is OutcomeState.OK
    assert (home / "y").read_text() == "a"


async def test_a_link_as_an_item_brings_what_it_leads_to(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("a")
    (tmp_path / "to folder").symlink_to("folder")
    (tmp_path / "to file").symlink_to("folder/a")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("to folder", "to file"):
        assert (await push(spark_homes, tmp_path / name, f"~/{name}")).state is OutcomeState.OK
        assert not (home / name).is_symlink()
    assert (home / "to folder" / "a").read_text() == (home / "to file").read_text() == "a"
    with pytest.raises(UsageError, match="dangling is not a file or folder"):
        await push(spark_homes, tmp_path / "dangling", "~/x")
    with pytest.raises(UsageError, match=r"cannot read .*dangling: No such file"):
        await push(spark_homes, tmp_path / "*dangling", "~/x/")


async def test_links_inside_a_folder_lead_where_they_led(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    source = tmp_path / "f"
    (source / "sub").mkdir(parents=True)
    (source / "file").write_text("x")
    os.link(source / "file", source / "hard")
    targets = {"up": "..", "self": "self", "absolute": "/etc/hostname", "sub/back": "../file"}
    for name, target in targets.items():
        (source / name).symlink_to(target)
    assert (await push(spark_homes, source, "~/f")).state is OutcomeState.OK
    assert {name: str((home / "f" / name).readlink()) for name in targets} == targets
    assert (home / "f" / "hard").read_text() == "x"
    assert (await push(spark_homes, source, "~/f")).state is OutcomeState.UNCHANGED
    assert await removed(spark_homes, source, "~/f") is OutcomeState.OK
    assert (tmp_path / "f" / "file").read_text() == "x"


def test_a_socket_or_a_pipe_is_named_before_anything_is_pushed(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(tmp_path / "f" / "s"))
        for source in ("f", "f/*"):
            with pytest.raises(UsageError, match=r"f/s' is neither a file, a folder nor"):
                read_content(item_of(source, "/x", tmp_path))
        with pytest.raises(UsageError, match="f/s is not a file or folder"):
            item_of("f/s", "/x", tmp_path)


async def test_a_file_that_changes_while_it_is_pushed_is_named(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    """Written anew with as many bytes: it is the source, and no failing card."""
    source = tmp_path / "x"
    source.write_bytes(os.urandom(2_000_000))
    ended = await changed_meanwhile(
        spark_homes, source, "~/x", lambda: source.write_bytes(os.urandom(2_000_000))
    )
    assert ended.state is OutcomeState.FAILED
    assert ended.error == f"{source} changed during the push"
    assert not (home / "x").exists()


async def test_a_folder_that_changes_while_it_is_pushed_is_named(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_plan, "LARGE", 1024 * 1024)
    source = tmp_path / "f"
    source.mkdir()
    changes: list[Callable[[], object]] = [
        lambda: (source / "small").write_text("2"),
        (source / "small").unlink,
        lambda: (source / "large").write_bytes(os.urandom(2_000_000)),
        lambda: (source / "large").write_bytes(b"shorter"),
        (source / "large").unlink,
    ]
    for change in changes:
        (source / "small").write_text("1")
        (source / "large").write_bytes(os.urandom(2_000_000))
        ended = await changed_meanwhile(spark_homes, source, "~/f", change)
        assert ended.state is OutcomeState.FAILED
        why = ended.error.removeprefix(f"cannot read {source}/large any more: No such file")
        assert "changed during the push" in why or why != ended.error, ended
        assert str(source) in ended.error
        assert not (home / "f").exists()
    # What is pushed next is the folder as it then is, and nothing of before is left.
    (source / "large").write_text("now")
    assert (await push(spark_homes, source, "~/f")).state is OutcomeState.OK
    assert [name for name in inside(home) if "f" in name[:2]] == ["f"]
    assert (home / "f" / "large").read_text() == "now"


Mounted = Callable[..., Path]


@pytest.fixture
def mounted(home: Path) -> Iterator[Mounted]:
    """Mount a file system of its own size on a folder of pi1's home."""
    folder = home / "disk"

    def mount(options: str) -> Path:
        folder.mkdir(exist_ok=True)
        words = ["mount", "-t", "tmpfs", "-o", options, "pitui-test", str(folder)]
        if subprocess.run(words, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here")
        return folder

    yield mount
    subprocess.run(["umount", str(folder)], capture_output=True, check=False)


async def test_room_and_inodes_are_looked_at_before_anything_is_sent(
    spark_homes: SshSparkHomes, mounted: Mounted, tmp_path: Path
) -> None:
    disk = mounted("size=40m,nr_inodes=60")
    (tmp_path / "many").mkdir()
    for number in range(60):
        (tmp_path / "many" / f"{number}").touch()
    large = tmp_path / "large"
    large.write_bytes(os.urandom(30_000_000))
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "large").hardlink_to(large)
    for name, what in (("many", "inodes"), ("large", "disk space"), ("f", "disk space")):
        ended = await push(spark_homes, tmp_path / name, f"~/disk/{name}")
        assert ended.state is OutcomeState.FAILED
        assert f"not enough {what} for ~/disk/{name}" in ended.error
        assert ended.sent == 0
    # What was begun, the mark of a part with nothing in it, takes no room.
    assert sum(path.stat().st_size for path in disk.rglob("*") if path.is_file()) == 0


async def test_a_file_system_that_takes_nothing_is_called_that(
    spark_homes: SshSparkHomes, mounted: Mounted, tmp_path: Path
) -> None:
    mounted("size=10m,ro")
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a").write_text("a")
    for source in (tmp_path / "f", tmp_path / "f" / "a"):
        for target in ("~/disk/x", "~/disk/below/x"):
            ended = await push(spark_homes, source, target)
            assert ended.state is OutcomeState.FAILED
            assert ended.error.endswith("Read-only file system"), ended
            assert "raspi-config" in ended.advice, ended


async def test_thousands_of_small_files_travel_as_one(
    spark_homes: SshSparkHomes, home: Path, tmp_path: Path
) -> None:
    source = tmp_path / "many"
    for number in range(3000):
        path = source / f"{number // 100}" / f"{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}")
    item = item_of(str(source), "~/many", Path("/"))
    tree = await asyncio.to_thread(read_content, item)
    assert isinstance(tree, Tree)
    lacking = plan_transfer(tree, TreeInventory(there=False))
    assert [len(lacking.archives), len(lacking.single)] == [1, 0]
    ended = await push(spark_homes, source, "~/many")
    assert (ended.state, ended.files) == (OutcomeState.OK, 3000)
    assert (home / "many" / "29" / "2999").read_text() == "2999"
    (source / "0" / "7").write_text("another")
    assert (await push(spark_homes, source, "~/many")).sent < 5_000
