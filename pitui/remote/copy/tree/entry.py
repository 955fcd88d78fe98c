"""What a tree of files is made of, and what identifies it, here and on a node alike.

Paths are bytes, as Linux has them, and relative to the folder on the node that the tree is put in:
its first part is one of the names that are replaced there. The records are what `find -printf`
prints on a node (`tree_script`), so that a node can say by one digest whether it has the tree.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import msgspec

Kind = Literal["f", "d", "l"]
"""As find calls a file, a folder and a symbolic link."""

PERMISSIONS = 0o777
"""What of a mode is carried over: a set-user-ID bit would be somebody else's there."""


class TreeEntry(msgspec.Struct, frozen=True, gc=False):
    """One file, folder or symbolic link."""

    path: bytes
    source: bytes
    """Where it is on this machine."""
    kind: Kind
    mode: int = 0
    size: int = 0
    """Bytes of a file."""
    held: int = 0
    """Bytes of it that are no holes."""
    mtime: int = 0
    sha512: str = ""
    link: bytes = b""
    """Where a symbolic link leads."""

    @property
    def sparse(self) -> bool:
        """Whether the file has holes worth keeping."""
        return self.held + 65536 <= self.size


@dataclass(frozen=True, kw_only=True)
class TreeIdentity:
    """What tells a tree from all others, and how large it is; enough to look for it on a node."""

    names: tuple[bytes, ...]
    """Those in the folder on the node that hold it."""
    owner: str = ""
    """Who owns it on the nodes; empty: the login user."""
    size: int
    """Bytes of all files."""
    files: int
    """How many files and symbolic links there are."""
    count: int
    """The same with the folders."""
    shape: str
    """The digest of all but the files' content."""
    content: str
    """The digest of the files' digests."""

    @cached_property
    def digest(self) -> str:
        """What identifies the tree."""
        return hashlib.sha512(f"{self.shape} {self.content}".encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Tree(TreeIdentity):
    """The same with what it is made of, in the order of the paths."""

    entries: Sequence[TreeEntry]

    @staticmethod
    def of(names: Iterable[bytes], entries: Iterable[TreeEntry], owner: str = "") -> "Tree":
        """Return the tree of some entries."""
        # Sorted as `find | sort` does: by the whole path, bytewise.
        by_path = sorted(entries, key=lambda entry: entry.path)
        written_owner = f"{owner} ".encode() if owner else b""
        files = (entry for entry in by_path if entry.kind == "f")
        return Tree(
            names=tuple(names),
            owner=owner,
            size=sum(entry.size for entry in by_path),
            files=sum(entry.kind != "d" for entry in by_path),
            count=len(by_path),
            shape=_digest(sorted(_shape(entry, written_owner) for entry in by_path)),
            content=_digest(b"%b  ./%b" % (e.sha512.encode(), e.path) for e in files),
            entries=by_path,
        )


def _shape(entry: TreeEntry, owner: bytes) -> bytes:
    if entry.kind == "f":
        return b"f %b%o %d ./%b" % (owner, entry.mode, entry.size, entry.path)
    if entry.kind == "d":
        return b"d %b%o ./%b" % (owner, entry.mode, entry.path)
    return b"l %b%b ./%b" % (owner, entry.link, entry.path)


def _digest(records: Iterable[bytes]) -> str:
    return hashlib.sha512(b"".join(record + b"\0" for record in records)).hexdigest()
