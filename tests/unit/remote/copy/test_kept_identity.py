"""What is kept of a source from one push to the next, and the facts that a node notes of a tree."""

import base64
import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pitui.remote.copy.tree import tree_shell
from pitui.remote.copy.tree.digest_cache import DigestCache
from pitui.remote.copy.tree.entry import Tree, TreeIdentity
from pitui.remote.copy.tree.scan import scan_tree
from pitui.remote.copy.tree.source_identity_cache import KeptIdentity

ODD = ["it's", "new\nline", " spaces ", "-rf", "ünï", "deep/er", os.fsdecode(b"\xff"), "a\\b"]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "-the source"
    chance = random.Random(3)
    for name in ODD:
        (folder / name).mkdir(parents=True)
        for number in range(3):
            (folder / name / f"{number} file").write_bytes(chance.randbytes(100))
    (folder / "link").symlink_to("it's")
    (folder / "empty").mkdir()
    time.sleep(0.15)  # a file that was written just now is read again
    return folder


def kept(source: Path, owner: str = "") -> KeptIdentity:
    return KeptIdentity.of(source.parent / "cache", [(b"there", source)], owner)


def read(source: Path, owner: str = "") -> Tree:
    """Read a source as a push does, and keep its identity."""
    before = kept(source, owner)
    cache = DigestCache(source.parent / "cache" / "digests")
    tree = scan_tree([(b"there", source)], cache, owner)
    if cache.settled:
        before.keep(tree)
    return tree


def same(identity: TreeIdentity | None, tree: Tree) -> bool:
    return identity is not None and all(
        getattr(identity, name) == getattr(tree, name)
        for name in ("names", "owner", "size", "files", "count", "shape", "content", "digest")
    )


def test_what_nobody_touched_is_recalled_and_nothing_else(source: Path) -> None:
    assert kept(source).recall() is None
    tree = read(source)
    assert same(kept(source).recall(), tree)
    assert kept(source, "spark").recall() is None
    assert same(kept(source).recall(), tree)


def same_size_and_time(source: Path) -> None:
    file = source / "it's" / "0 file"
    before = file.stat()
    file.write_bytes(b"x" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def another_link(source: Path) -> None:
    (source / "link").unlink()
    (source / "link").symlink_to("that")


CHANGES: list[Callable[[Path], object]] = [
    same_size_and_time,
    another_link,
    lambda source: (source / "it's" / "0 file").chmod(0o600),
    lambda source: (source / "it's" / "0 file").rename(source / "it's" / "moved"),
    lambda source: (source / "new\nline" / "0 file").unlink(),
    lambda source: (source / "more").mkdir(),
    lambda source: (source / "empty").rmdir(),
    lambda source: (source / "empty").chmod(0o700),
    lambda source: os.mkfifo(source / "pipe"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_is_seen(source: Path, change: Callable[[Path], object]) -> None:
    read(source)
    change(source)
    assert kept(source).recall() is None


def test_what_was_written_just_now_is_not_kept(source: Path) -> None:
    (source / "new").write_text("x")
    os.utime(source / "new", (time.time() + 5,) * 2)
    read(source)
    assert kept(source).recall() is None


def test_a_link_to_a_folder_is_followed(source: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(source)
    tree = read(link)
    assert same(kept(link).recall(), tree)
    same_size_and_time(source)
    assert kept(link).recall() is None


def test_without_find_and_with_a_damaged_file_it_is_read_anew(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = read(source)
    [file] = (tmp_path / "cache").glob("*.identity")
    whole = file.read_bytes()
    file.write_bytes(whole[:20])
    assert kept(source).recall() is None
    file.write_bytes(whole)
    assert same(kept(source).recall(), tree)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert kept(source).recall() is None


@pytest.mark.parametrize("file", ["facts", "/dev/full"])
def test_a_node_gets_both_facts_in_one_look(source: Path, file: str) -> None:
    """The receipt of what was just placed says what two looks would, also on a full disk."""
    names = base64.b64encode(b"".join(f"./{name}\0".encode() for name in ("it's", "a\\b", "ünï")))
    script = (
        tree_shell.HEAD
        + 'echo "$(facts) $(facts_of "$names")"; both_facts "$4"; cd ..; cd -- "$5"; facts\n'
    )
    command = ["sh", "-c", script, "push", "key", "0" * 128, "", source.parent / file, source]
    said = subprocess.run(
        command, input=names + b"\n", cwd=source, capture_output=True, check=True, timeout=60
    )
    two, both, again = said.stdout.decode().splitlines()
    assert two == both
    assert again == two.split()[0]
    assert len(set(two.split())) == 2
