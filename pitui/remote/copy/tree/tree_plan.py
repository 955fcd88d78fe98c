"""What of a tree has to be brought to a node, and how; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pitui.remote.copy.tree.entry import Tree, TreeEntry
from pitui.remote.copy.tree.tree_script import Listed, Lists, TreeInventory

LARGE = 32 * 1024 * 1024
"""Bytes from which a file travels by itself: it resumes in its middle, and takes no room twice."""

ARCHIVE_SIZE = 256 * 1024 * 1024
"""Bytes of files in one archive, about: the room it takes beside what is unpacked from it."""

_PLAIN = 0o755
"""What folders are made with."""


@dataclass(frozen=True, slots=True)
class TreeTransfer:
    """What a node lacks of a tree."""

    archives: Sequence[Sequence[TreeEntry]]
    """Small files and links, an archive each."""
    single: Sequence[TreeEntry]
    """Large files."""
    lists: Lists
    size: int
    """Bytes of what it lacks."""
    room: int
    """Bytes that the disk needs for it, at most."""
    inodes: int


def plan_transfer(tree: Tree, found: TreeInventory) -> TreeTransfer:
    """Return what a node needs that has some of a tree."""
    small: list[TreeEntry] = []
    single: list[TreeEntry] = []
    kept: list[TreeEntry] = []
    changed: list[TreeEntry] = []
    folders = [entry for entry in tree.entries if entry.kind == "d"]
    for entry in tree.entries:
        if entry.kind == "d":
            continue
        staged, placed = found.staged.get(entry.path), found.placed.get(entry.path)
        if _is_same_entry(entry, staged):
            changed += _mode_differs(entry, staged)
        elif _is_same_entry(entry, placed):
            kept.append(entry)
            changed += _mode_differs(entry, placed)
        elif _is_large(entry):
            single.append(entry)
        else:
            small.append(entry)
    archives = list(_archives(small))
    lists = Lists(
        [entry.path for entry in folders],
        [entry.path for entry in kept],
        [(part_name(entry), entry.path, entry.sparse) for entry in single],
        _modes(folders, changed),
    )
    lacking = [*small, *single]
    twice = max((sum(_weight(entry) for entry in archive) for archive in archives), default=0)
    return TreeTransfer(
        archives,
        single,
        lists,
        sum(entry.size for entry in lacking),
        sum(_weight(entry) for entry in lacking) + twice,
        len(lacking) + len(folders) + len(archives) + 8,
    )


def first_archive(tree: Tree) -> Sequence[TreeEntry]:
    """Return what comes first to a node that has nothing of a tree; empty where all is large."""
    archives = plan_transfer(tree, TreeInventory(there=False)).archives
    return archives[0] if archives else ()


def foreign_paths(tree: Tree, found: TreeInventory) -> list[bytes]:
    """Return what would be lost where a tree is put, and is not as pitui brought it."""
    entries = {entry.path: entry for entry in tree.entries}
    return sorted(
        path
        for path, listed in found.placed.items()
        if path.partition(b"/")[0] not in found.brought and _is_lost(entries.get(path), listed)
    )


def part_name(entry: TreeEntry) -> str:
    """Return what a large file is called while it comes."""
    return sha256(entry.path).hexdigest()[:32]


def _is_same_entry(entry: TreeEntry, listed: Listed | None) -> bool:
    if listed is None or entry.kind != listed.kind:
        return False
    if entry.kind == "l":
        return entry.link == listed.link
    return entry.size == listed.size and entry.sha512 == listed.sha512


def _is_lost(entry: TreeEntry | None, listed: Listed) -> bool:
    if entry is not None and entry.kind == listed.kind == "d":
        return False
    return entry is None or not _is_same_entry(entry, listed)


def _mode_differs(entry: TreeEntry, listed: Listed | None) -> list[TreeEntry]:
    return [entry] if entry.kind == "f" and listed and listed.mode != entry.mode else []


def _is_large(entry: TreeEntry) -> bool:
    return entry.kind == "f" and _weight(entry) >= LARGE


def _weight(entry: TreeEntry) -> int:
    return entry.held if entry.sparse else entry.size


def _archives(entries: Iterable[TreeEntry]) -> Iterable[Sequence[TreeEntry]]:
    archive: list[TreeEntry] = []
    weight = 0
    for entry in entries:
        if archive and weight + _weight(entry) > ARCHIVE_SIZE:
            yield archive
            archive, weight = [], 0
        archive.append(entry)
        weight += _weight(entry)
    if archive:
        yield archive


def _modes(folders: Iterable[TreeEntry], files: Iterable[TreeEntry]) -> dict[int, list[bytes]]:
    """Return which modes have to be set: files first, and folders that close behind us last."""
    wanted: dict[int, list[bytes]] = {}
    for entry in files:
        wanted.setdefault(entry.mode, []).append(entry.path)
    deepest = sorted(folders, key=lambda entry: -entry.path.count(b"/"))
    for entry in sorted(deepest, key=lambda entry: not entry.mode & 0o100):
        if entry.mode != _PLAIN:
            wanted.setdefault(entry.mode, []).append(entry.path)
    return wanted
