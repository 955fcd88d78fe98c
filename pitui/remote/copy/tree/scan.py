"""Reading a tree of this machine: a folder, one file, or what a pattern matches."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from pitui.remote.copy.tree.digest_cache import DigestCache
from pitui.remote.copy.tree.entry import PERMISSIONS, Tree, TreeEntry

_INLINE = 65536
"""Bytes that a file system may keep inside an inode, at most."""


class UnfitFileError(Exception):
    """Something in a tree can be brought to no node; its text says what."""


def scan_tree(roots: Iterable[tuple[bytes, Path]], cache: DigestCache, owner: str = "") -> Tree:
    """Read a tree.

    Args:
        roots: each name on the nodes, and what of this machine it stands for (a link is followed).
        cache: digests of earlier times.
        owner: who owns it on the nodes; empty: the login user.

    Raises:
        UnfitFileError: there is a socket, a device or a pipe.
        OSError: something cannot be read.
    """
    entries: list[TreeEntry] = []
    names = []
    for name, path in roots:
        names.append(name)
        entries += _walk(name, os.fsencode(path), path.stat(), cache)
    cache.save()
    return Tree.of(names, entries, owner)


def _walk(
    path: bytes, source: bytes, status: os.stat_result, cache: DigestCache
) -> Iterator[TreeEntry]:
    """Yield what is at a path and below; a loop, as each level of generators costs each entry."""
    waiting = [(path, source, status)]
    while waiting:
        path, source, status = waiting.pop()
        mode = status.st_mode
        if stat.S_ISREG(mode):
            yield _file(path, source, status, cache)
        elif stat.S_ISDIR(mode):
            yield TreeEntry(path, source, "d", mode & PERMISSIONS)
            with os.scandir(source) as found:
                for entry in found:
                    below = entry.stat(follow_symlinks=False)
                    waiting.append((path + b"/" + entry.name, entry.path, below))
        elif stat.S_ISLNK(mode):
            yield TreeEntry(path, source, "l", mtime=int(status.st_mtime), link=os.readlink(source))  # noqa: PTH115
        else:
            name = os.fsdecode(source)
            raise UnfitFileError(f"{name!r} is neither a file, a folder nor a symbolic link")


def _file(path: bytes, source: bytes, status: os.stat_result, cache: DigestCache) -> TreeEntry:
    size, blocks = status.st_size, status.st_blocks
    # A small file may be inside its inode, without a block of its own.
    held = blocks * 512 if blocks or size > _INLINE else size
    mode, mtime = status.st_mode & PERMISSIONS, int(status.st_mtime)
    return TreeEntry(path, source, "f", mode, size, held, mtime, cache.sha512(source, status))
