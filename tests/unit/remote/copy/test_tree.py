"""Trees of files without a node: scanned, told apart, packed, and planned."""

import hashlib
import io
import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from pitui.cli.prompter import TerminalPrompter
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.tree import tree_plan
from pitui.remote.copy.tree.archive import ChangedError, HashedFile, write_archive
from pitui.remote.copy.tree.archive_store import ArchiveStore
from pitui.remote.copy.tree.digest_cache import DigestCache
from pitui.remote.copy.tree.entry import Tree, TreeEntry
from pitui.remote.copy.tree.scan import scan_tree
from pitui.remote.copy.tree.tree_plan import foreign_paths, plan_transfer
from pitui.remote.copy.tree.tree_script import Listed, TreeInventory
from pitui.remote.ssh.connection_pool import ConnectionPool


def tree_of(folder: Path, *, owner: str = "") -> Tree:
    cache = DigestCache(folder.parent / "cache" / "digests")
    return scan_tree([(os.fsencode(folder.name), folder)], cache, owner)


def packed(entries: list[TreeEntry]) -> bytes:
    out = io.BytesIO()
    write_archive(entries, HashedFile(out))
    return out.getvalue()


def unpack(archive: bytes, folder: Path) -> None:
    folder.mkdir()
    subprocess.run(["tar", "-xpf", "-", "-C", folder], input=archive, check=True)


def fill(folder: Path, names: list[bytes]) -> None:
    chance = random.Random(1)
    for name in names:
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(chance.choice([0, 1, 511, 512, 513, 5000])))


@pytest.mark.parametrize("length", [1, 90, 99, 100, 101, 155, 200, 255])
def test_tar_reads_names_of_every_length(tmp_path: Path, length: int) -> None:
    folder = tmp_path / "s"
    names = [b"n" * length, b"\n" * min(length, 255), b"\xff" * length]
    fill(folder, [*names, b"/".join([b"d" * 200] * 3) + b"/f"])
    (folder / "link").symlink_to("x" * length)
    tree = tree_of(folder)
    unpack(packed([e for e in tree.entries if e.kind != "d"]), tmp_path / "out")
    assert tree_of(tmp_path / "out" / "s").content == tree.content
    assert os.readlink(tmp_path / "out" / "s" / "link") == "x" * length  # noqa: PTH115


@pytest.mark.parametrize("pieces", [0, 1, 3, 4, 5, 24, 25, 26, 60])
def test_tar_gives_holes_back(tmp_path: Path, pieces: int) -> None:
    folder = tmp_path / "s"
    folder.mkdir()
    with (folder / "holes").open("wb") as file:
        for number in range(pieces):
            file.seek(number * 300_000)
            file.write(b"%d" % number * 2000)
        file.truncate(pieces * 300_000 + 200_000)
    (folder / "solid").write_bytes(b"x" * 5000)
    tree = tree_of(folder)
    assert [e.path for e in tree.entries if e.sparse] == [b"s/holes"]
    archive = packed([e for e in tree.entries if e.kind != "d"])
    assert len(archive) < 20_000 + pieces * 20_000
    unpack(archive, tmp_path / "out")
    assert tree_of(tmp_path / "out" / "s").content == tree.content


def test_an_archive_is_the_same_every_time_and_says_what_changed(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    fill(folder, [b"a", b"b"])
    tree = tree_of(folder)
    files = [e for e in tree.entries if e.kind != "d"]
    assert packed(files) == packed(files)
    (folder / "b").write_bytes(b"z" * (folder / "b").stat().st_size + b"more")
    with pytest.raises(ChangedError, match="b"):
        packed(files)
    (folder / "b").unlink()
    with pytest.raises(ChangedError, match="b"):
        packed(files)


def test_large_figures_fit_a_header() -> None:
    from pitui.remote.copy.tree.archive import _header, _number

    assert _number(8**11 - 1, 12) == b"77777777777\0"
    assert int.from_bytes(_number(10 * 2**30, 12)[1:], "big") == 10 * 2**30
    assert len(_header(b"x", b"0", 0o644, 10 * 2**30, -5)) == 512


def test_the_node_computes_the_same_digests(tmp_path: Path) -> None:
    """What `find` and `sha512sum` make of a folder is what we make of it."""
    from pitui.remote.copy.path_presence import parse_presence
    from pitui.remote.copy.tree.tree_script import TreePlace, look_command, names_line

    folder = tmp_path / "s"
    fill(folder, [b"a", b"d/b", b"d-/c", b"new\nline/x", b"\xff", b"d0", b"d/.hidden"])
    (folder / "link").symlink_to("a")
    (folder / "d").chmod(0o700)
    os.mkfifo(tmp_path / "pipe")
    owner = (tmp_path / "s").owner()
    for tree in (tree_of(folder), tree_of(folder, owner=owner)):
        command = look_command(TreePlace(str(tmp_path), "s"), tree, "verify")

        def look(command: str = command, tree: Tree = tree) -> str:
            found = subprocess.run(
                ["sh", "-c", command], input=names_line(tree), capture_output=True, check=True
            )
            presence = parse_presence(found.stdout.decode(), tree.size)
            assert presence is not None, found
            return presence.state

        assert look() == "present"
        (folder / "d").chmod(0o750)
        assert look() == "different"
        (folder / "d").chmod(0o700)
        (folder / "a").rename(tmp_path / "a")
        assert look() == "different"
        (tmp_path / "a").rename(folder / "a")
        assert look() == "present"
    moved = tmp_path / "moved"
    folder.rename(moved)
    assert look() == "missing"


def test_digests_are_kept_as_long_as_times_stay(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    fill(folder, [b"a", b"b"])
    for name in ("a", "b"):
        os.utime(folder / name, (1, 1))
    time.sleep(0.15)
    tree_of(folder)
    cache = DigestCache(tmp_path / "cache" / "digests")
    assert set(cache._known) == {os.fsencode(folder / "a"), os.fsencode(folder / "b")}
    size = (folder / "a").stat().st_size
    (folder / "a").write_bytes(b"y" * size)
    os.utime(folder / "a", (1, 1))
    # Size and time of the content are as before: the time of the change is not.
    after = {e.path: e.sha512 for e in tree_of(folder).entries}
    assert after[b"s/a"] == hashlib.sha512(b"y" * size).hexdigest()
    # Written just now: a second write could leave the times as they are.
    assert os.fsencode(folder / "a") not in DigestCache(tmp_path / "cache" / "digests")._known


def file(path: str, content: str = "x", mode: int = 0o644, size: int = 10) -> TreeEntry:
    return TreeEntry(path.encode(), b"", "f", mode, size, size, 0, content)


def listed(entry: TreeEntry, **changed: object) -> Listed:
    values = {"kind": entry.kind, "mode": entry.mode, "size": entry.size, "link": entry.link}
    return Listed(**{**values, "sha512": entry.sha512, **changed})


def test_a_plan_brings_what_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_plan, "LARGE", 1000)
    monkeypatch.setattr(tree_plan, "ARCHIVE_SIZE", 25)
    folder = TreeEntry(b"s", b"", "d", 0o555)
    same, moded, other = file("s/a"), file("s/b", mode=0o600), file("s/c", "new")
    large, staged, gone = file("s/d", size=5000), file("s/e", size=7000), file("s/f")
    more = [file(f"s/g{number}") for number in range(3)]
    tree = Tree.of([b"s"], [folder, same, moded, other, large, staged, *more])
    found = TreeInventory(
        there=False,
        placed={
            b"s": listed(folder), b"s/a": listed(same), b"s/b": listed(moded, mode=0o644),
            b"s/c": listed(other, sha512="old"), b"s/f": listed(gone),
        },
        staged={b"s/e": listed(staged)},
    )  # fmt: skip
    transfer = plan_transfer(tree, found)
    assert [[e.path for e in archive] for archive in transfer.archives] == [
        [b"s/c", b"s/g0"], [b"s/g1", b"s/g2"],
    ]  # fmt: skip
    assert transfer.single == [large]
    assert transfer.lists.kept == [b"s/a", b"s/b"]
    assert transfer.lists.modes == {0o600: [b"s/b"], 0o555: [b"s"]}
    assert transfer.size == 5040
    assert transfer.room == 5040 + 20
    assert foreign_paths(tree, found) == [b"s/c", b"s/f"]
    brought = frozenset([b"s"])
    assert foreign_paths(tree, TreeInventory(False, brought=brought, placed=found.placed)) == []
    others = frozenset([b"t"])
    found = TreeInventory(False, brought=others, placed=found.placed)
    assert foreign_paths(tree, found) == [b"s/c", b"s/f"]


async def test_archives_are_made_on_the_disk_and_go_at_the_end(tmp_path: Path) -> None:
    fill(tmp_path / "s", [b"a"])
    files = [entry for entry in tree_of(tmp_path / "s").entries if entry.kind == "f"]
    parent = tmp_path / "of pitui's own" / "cache"
    archives = ArchiveStore(FileDistributor(ConnectionPool([], TerminalPrompter(False))), parent)
    async with archives.archive(files) as payload:
        assert payload.path.is_relative_to(parent)
    archives.close()
    assert list(parent.iterdir()) == []
