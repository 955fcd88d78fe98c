"""The commands that deal with a tree on a node (`tree_shell`), and what they say."""

import base64
import gzip
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from pitui.remote.copy.path_presence import Trust
from pitui.remote.copy.tree import tree_shell
from pitui.remote.copy.tree.entry import TreeIdentity
from pitui.remote.quoting import quote, quote_path


@dataclass(frozen=True, slots=True)
class TreePlace:
    """Where a tree belongs on the nodes."""

    folder: str
    """The folder that holds its names; `~/` is the login user's home."""
    key: str
    """What its receipt is called by."""

    def stage(self, tree: TreeIdentity) -> str:
        """Return the folder in which a tree grows."""
        slash = "" if self.folder.endswith("/") else "/"
        return f"{self.folder}{slash}.{self.key}.{tree.digest[:16]}.new"


class Listed(msgspec.Struct, frozen=True, gc=False):
    """One file, folder or link on a node."""

    kind: str
    mode: int
    size: int
    link: bytes
    sha512: str = ""


Listing = dict[bytes, Listed]
"""By path, as in `TreeEntry.path`."""


@dataclass(frozen=True, slots=True)
class TreeInventory:
    """What a node has, in full."""

    there: bool
    brought: frozenset[bytes] = frozenset()
    """The names that are there as pitui brought them, by their receipt."""
    changed: bool = False
    """Whether pitui brought something, and it was changed since."""
    free: int = 0
    inodes: int | None = None
    """Free ones; None where the file system does not count them."""
    placed: Listing = field(default_factory=dict)
    staged: Listing = field(default_factory=dict)
    """What an earlier run brought already."""
    writable: bool = False
    """Whether the folder is there, and who asked may write to it."""
    fingerprint: str = ""
    """Of what is placed: another one says that somebody wrote there since."""


class Lists(NamedTuple):
    """What a tree is made of on a node, by paths."""

    folders: Sequence[bytes]
    kept: Sequence[bytes] = ()
    arrived: Sequence[tuple[str, bytes, bool]] = ()
    """What came as a file of its own: its name in `parts`, its path, whether it has holes."""
    modes: Mapping[int, Sequence[bytes]] = {}


def look_command(place: TreePlace, tree: TreeIdentity, trust: Trust) -> str:
    """Return the command whose output `presence.parse_presence` reads.

    It takes `names_line`, and writes nothing.
    """
    words = quote(tree.shape, tree.content, trust)
    return f"{_line(tree_shell.LOOK, place, tree)} {quote_path(place.folder)} {words}"


def inventory_command(place: TreePlace, tree: TreeIdentity) -> str:
    """Return the command whose output `parse_inventory` reads; it takes `names_line`."""
    words = quote(tree.shape, tree.content)
    return f"{_line(tree_shell.INVENTORY, place, tree)} {quote_path(place.folder)} {words}"


def parse_inventory(output: str) -> TreeInventory | None:
    """Return what a node has, None where the output is not valid."""
    head, *lines = output.splitlines() or [""]
    match head.split():
        case ["there"]:
            return TreeInventory(there=True)
        case ["missing", room, inodes, written] if room.isdecimal():
            free = int(inodes) if inodes.isdecimal() else None
            return TreeInventory(
                there=False, free=int(room) * 1024, inodes=free, fingerprint=written
            )
        case ["lacks", brought, room, inodes, "open" | "closed" as access, written] if (
            room.isdecimal() and len(lines) in {2, 4}
        ):
            free = int(inodes) if inodes.isdecimal() else None
            try:
                found = [_unpack(line) for line in lines] + [b"", b""]
                placed, staged = _listing(found[0], found[1]), _listing(found[2], found[3])
                names = _names(brought)
            except (ValueError, zlib.error, EOFError, OSError):
                return None
            return TreeInventory(
                there=False, brought=names, changed=brought == "changed",
                free=int(room) * 1024, inodes=free, placed=placed, staged=staged,
                writable=access == "open", fingerprint=written,
            )  # fmt: skip
    return None


def stage_command(place: TreePlace, tree: TreeIdentity, user: str) -> str:
    """Return root's command that lets a login user write into a tree's staging folder."""
    return f"{_line(tree_shell.STAGE, place, tree)} {quote_path(place.folder)} {quote(user)}"


def unpack_archives_command(place: TreePlace, tree: TreeIdentity) -> str:
    """Return the command that unpacks what arrived by now; it takes `plan_input`, says `done`."""
    return f"{_line(tree_shell.UNPACK, place, tree)} {quote_path(place.folder)}"


def place_command(
    place: TreePlace,
    tree: TreeIdentity,
    lists: Lists,
    fingerprint: str,
    *,
    durable: bool,
    forced: bool,
) -> str:
    """Return the command that puts a tree in its place; it takes `plan_input`, and says `done`.

    It refuses where what is there has another fingerprint than the inventory said. What stands
    there is pitui's own afterwards where pitui brought it, or with `forced`.
    """
    # Five digits, so that chmod takes set-group-ID bits away that a folder was born with.
    modes = " ".join(f"{mode:05o}" for mode in lists.modes)
    words = quote(tree.shape, "yes" * durable, modes, fingerprint, "yes" * forced)
    return f"{_line(tree_shell.PLACE, place, tree)} {quote_path(place.folder)} {words}"


def names_line(tree: TreeIdentity) -> bytes:
    """Return what tells a command the tree's names, on its standard input."""
    return _pack(b"./" + name for name in tree.names)


def plan_input(tree: TreeIdentity, lists: Lists) -> bytes:
    """Return what tells a command what the tree is made of, on its standard input."""
    arrived = (
        word
        for part, path, sparse in lists.arrived
        for word in (part.encode(), path, b"sparse" if sparse else b"whole")
    )
    lines = [_pack(_as_relative(lists.folders)), _pack(_as_relative(lists.kept)), _pack(arrived)]
    lines += [_pack(_as_relative(paths)) for paths in lists.modes.values()]
    return names_line(tree) + b"".join(lines)


def _as_relative(paths: Iterable[bytes]) -> Iterable[bytes]:
    # A name that begins with a hyphen is no option then.
    return (b"./" + path for path in paths)


def _pack(words: Iterable[bytes]) -> bytes:
    return base64.b64encode(b"".join(word + b"\0" for word in words)) + b"\n"


def _unpack(line: str) -> bytes:
    return gzip.decompress(base64.b64decode(line, validate=True))


def _names(word: str) -> frozenset[bytes]:
    if word in {"-", "changed"}:
        return frozenset()
    names = base64.b64decode(word, validate=True).split(b"\0")[:-1]
    return frozenset(name.removeprefix(b"./") for name in names)


def _listing(entries: bytes, digests: bytes) -> Listing:
    fields = entries.split(b"\0")[:-1]
    hashes: dict[bytes, str] = {}
    for record in digests.split(b"\0")[:-1]:
        digest, _, path = record.partition(b"  ./")
        hashes[path] = digest.decode()
    found = {}
    for at in range(0, len(fields), 5):
        kind, where, mode, size, link = fields[at : at + 5]
        path = where.removeprefix(b"./")
        sha512 = hashes.get(path, "")
        found[path] = Listed(kind.decode(), int(mode, 8), int(size), link, sha512)
    return found


def _line(script: str, place: TreePlace, tree: TreeIdentity) -> str:
    return f"sh -c {quote(script)} push {quote(place.key, tree.digest, tree.owner)}"
