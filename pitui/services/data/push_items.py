"""What is pushed: a file, a folder, or what a pattern matches, and where it belongs."""

import glob
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pitui.config.model import DataSection
from pitui.config.nodes import expand_path
from pitui.config.paths import cache_folder
from pitui.domain.errors import UsageError
from pitui.domain.text.printable import printable
from pitui.remote.copy.payload import Payload
from pitui.remote.copy.tree.digest_cache import DigestCache
from pitui.remote.copy.tree.entry import Tree, TreeEntry, TreeIdentity
from pitui.remote.copy.tree.scan import UnfitFileError, scan_tree
from pitui.remote.copy.tree.source_identity_cache import KeptIdentity
from pitui.remote.copy.tree.tree_script import TreePlace
from pitui.services.cluster import Cluster

_LONGEST_NAME = 180
"""Bytes of a name that leave room for what a receipt's and a part's name add to it."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something of this machine, and its path on every node (`~/` is the login user's home)."""

    source: Path
    target: str
    """Its own path; of a pattern the folder that what it matches is put in."""
    pattern: str = ""
    """What the source is to match; empty where it is a file or folder itself."""
    nodes: tuple[str, ...] = ()
    """Which nodes get it; none: all."""
    owner: str = ""
    """Who owns it there; empty: the login user."""

    @property
    def place(self) -> TreePlace:
        """Where it belongs, and what its receipt is called by."""
        if self.pattern:
            pattern = hashlib.sha256(os.fsencode(self.source)).hexdigest()[:12]
            return TreePlace(self.target, f"glob-{pattern}")
        path = PurePosixPath(self.target)
        return TreePlace(str(path.parent), receipt_key(path.name))

    @property
    def label(self) -> str:
        """What it is on a node, for a person."""
        return f"{self.source.name} in {self.target}" if self.pattern else self.target

    def on(self, names: Iterable[str]) -> list[str]:
        """Return those of some nodes that get it."""
        return [name for name in names if not self.nodes or name in self.nodes]


@dataclass(frozen=True, slots=True)
class PlainFile:
    """One file as it was measured; it needs nothing on a node but a shell."""

    payload: Payload
    mode: int
    tree: Tree
    """The same, for a node that has a folder in its place."""
    files: int = 1

    @property
    def size(self) -> int:
        """Its bytes."""
        return self.payload.size


Content = PlainFile | TreeIdentity
"""What nodes are asked for. That of a folder that is as it was the last time is not read again, and
only its identity is known; `read_recalled` reads it."""


def receipt_key(name: str) -> str:
    """Return what the receipt of a file or folder is called by."""
    raw = os.fsencode(name)
    return name if len(raw) <= _LONGEST_NAME else hashlib.sha256(raw).hexdigest()[:32]


def item_of(
    source: str, target: str, folder: Path, nodes: Sequence[str] = (), owner: str = ""
) -> Item:
    """Return what is pushed and where it belongs.

    A target that ends in `/` is a folder, in which a file or folder keeps its name. What a pattern
    (`*`, `?`, `[...]`) matches keeps its names, too.

    Raises:
        UsageError: the source is not there, or the target no path on a node.
    """
    path = expand_path(folder, source)
    try:
        there, fits = path.exists(), path.is_file() or path.is_dir()
    except (OSError, ValueError) as error:
        raise unreadable(source, error) from error
    if not there and glob.has_magic(source):
        pattern = _pattern(source, folder)
        if not _matching(pattern):
            raise UsageError(f"{source} matches nothing", "Name a file, folder or pattern.")
        return item_at(path, target, tuple(nodes), owner, pattern)
    if not fits:
        raise UsageError(
            f"{source} is not a file or folder", "Name a file, folder or pattern on this machine."
        )
    return item_at(path, target, tuple(nodes), owner)


def item_at(path: Path, target: str, nodes: tuple[str, ...], owner: str, pattern: str = "") -> Item:
    """Return an item of a path on the nodes, whose source is not looked at.

    Raises:
        UsageError: it is no path on a node.
    """
    if not target.startswith(("/", "~/")) or not target.isprintable():
        raise UsageError(f"{target!r} is not a path on a node", "It must start with / or ~/.")
    if pattern:
        return Item(path, target.rstrip("/") or "/", pattern, nodes, owner)
    if target.endswith("/"):
        target += path.name or path.resolve().name
    try:
        target.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"the name of {printable(os.fsdecode(path))} is not valid UTF-8",
            "Name its path on the nodes in full, or push the folder that it is in.",
        ) from None
    place = PurePosixPath(target)
    if place.name in {"", ".."} or str(place) == "~":
        raise UsageError(f"{target!r} is not the path of a file or folder", "Name it in full.")
    return Item(path, target, "", nodes, owner)


def item_of_section(data: DataSection, folder: Path) -> Item:
    """Return an item of the configuration.

    Raises:
        UsageError: its source is not there.
    """
    nodes = () if isinstance(data.nodes, str) else tuple(data.nodes)
    return item_of(data.source, data.target, folder, nodes, data.owner or "")


def configured_items(cluster: Cluster) -> list[Item]:
    """Return everything under `data:` in the configuration.

    Raises:
        UsageError: there is nothing, or a source is not there.
    """
    config = cluster.config
    if not config.data:
        raise UsageError(
            "no files to push: `data:` in the configuration is empty", "Name a file and its path."
        )
    return [item_of_section(data, config.folder) for data in config.data]


def job_items(cluster: Cluster, job: str) -> list[Item]:
    """Return the data that a job of the configuration needs; none where there is no such job.

    Raises:
        UsageError: a source is not there.
    """
    config = cluster.config
    targets = config.jobs[job].data if job in config.jobs else []
    return [item_of_section(d, config.folder) for d in config.data if d.target in targets]


def recall_content(item: Item) -> Content:
    """Return what is pushed: what was kept of it where nothing was touched since, else read.

    Raises:
        UsageError: something cannot be read, or brought to a node.
    """
    if not item.pattern and item.source.is_file():
        return read_content(item)
    kept = KeptIdentity.of(_digest_folder(), _roots(item), item.owner)
    return kept.recall() or _read_and_keep(item, kept)


def read_content(item: Item) -> PlainFile | Tree:
    """Read what is pushed; a file that was read before, and is the same by its times, is not.

    Raises:
        UsageError: something cannot be read, or brought to a node.
    """
    return _read_and_keep(item, None)


def read_recalled(item: Item, content: Content) -> PlainFile | Tree:
    """Return what was recalled with all that it is made of.

    Raises:
        UsageError: it cannot be read, or is not what was recalled any more: some nodes may have
            been found to have that.
    """
    if isinstance(content, PlainFile | Tree):
        return content
    found = read_content(item)
    if isinstance(found, PlainFile) or found.digest != content.digest:
        raise UsageError(f"{printable(str(item.source))} changed during the push", "Push it again.")
    return found


def _digest_folder() -> Path:
    return cache_folder() / "digests"


def _read_and_keep(item: Item, kept: KeptIdentity | None) -> PlainFile | Tree:
    cache = DigestCache.of(_digest_folder(), str(item.source))
    try:
        tree = scan_tree(_roots(item), cache, item.owner)
    except OSError as error:
        raise unreadable(error.filename or str(item.source), error) from error
    except UnfitFileError as error:
        raise UsageError(f"cannot push {item.source}: {error}", "Leave it out.") from error
    if kept is not None and cache.settled:
        kept.keep(tree)
    entry = tree.entries[0]
    if len(tree.entries) == 1 and not item.pattern and _is_plain(entry, item):
        return PlainFile(Payload(item.source, entry.size, entry.sha512), entry.mode, tree)
    return tree


def _is_plain(entry: TreeEntry, item: Item) -> bool:
    return entry.kind == "f" and not entry.sparse and not item.owner


def _roots(item: Item) -> list[tuple[bytes, Path]]:
    if not item.pattern:
        return [(os.fsencode(PurePosixPath(item.target).name), item.source)]
    roots: dict[bytes, Path] = {}
    for match in _matching(item.pattern):
        path = Path(match)
        name = os.fsencode(path.name)
        if name in roots:
            raise UsageError(
                f"{item.source} matches {roots[name]} and {path}, which have the same name",
                "Push them one by one.",
            )
        roots[name] = path
    if not roots:
        raise UsageError(f"{item.source} matches nothing any more")
    return list(roots.items())


def _pattern(source: str, folder: Path) -> str:
    """Return a pattern that starts at a folder, whose own name is none."""
    path = Path(source).expanduser()
    return str(path) if path.is_absolute() else str(Path(glob.escape(str(folder))) / path)


def _matching(pattern: str) -> list[str]:
    # Not `Path.glob`: it takes a path apart, and ours may be absolute.
    return sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207


def unreadable(source: str | bytes, error: Exception) -> UsageError:
    """Return the error of a source that cannot be read."""
    why = error.strerror if isinstance(error, OSError) else str(error)
    return UsageError(f"cannot read {printable(os.fsdecode(source))}: {why}")
