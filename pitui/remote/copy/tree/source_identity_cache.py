"""The identity of a source, kept from one push to the next as long as nothing in it was touched.

Whether it was is asked of `find`, in a process of its own: looking at 10,000 files takes Python the
better part of a push with nothing to do. Any other than GNU's find cannot tell, and then the files
are looked at one by one. What counts is what `DigestCache` goes by, and the names and modes.
"""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pitui.remote.copy.tree.digest_cache import replace_cache
from pitui.remote.copy.tree.entry import Tree, TreeIdentity

Root = tuple[bytes, Path]
"""A name on the nodes, and what of this machine it stands for."""

_FACTS = r"%y %m %s %b %T@ %C@ %i %l %p\0"
_LONGEST = 100_000
"""Bytes of paths that fit one command, with room to spare."""

_LIMIT = 300.0


class _Kept(msgspec.Struct, array_like=True):
    facts: str
    size: int
    files: int
    count: int
    shape: str
    content: str


class KeptIdentity:
    """What is kept of one source with its names and owner on the nodes; `of` makes one."""

    def __init__(self, file: Path, names: tuple[bytes, ...], owner: str, facts: str | None) -> None:
        self._file = file
        self._names = names
        self._owner = owner
        self._facts = facts

    @classmethod
    def of(cls, folder: Path, roots: Sequence[Root], owner: str) -> "KeptIdentity":
        """Look at a source, and return what is kept of it.

        Args:
            folder: where all of them are kept.
            roots: each name on the nodes, and what of this machine it stands for (a link is
                followed).
            owner: who owns it on the nodes.
        """
        key = hashlib.sha256(os.fsencode(owner))
        for name, path in roots:
            key.update(b"\0%b\0%b" % (name, os.fsencode(path)))
        file = folder / f"{key.hexdigest()[:32]}.identity"
        return cls(
            file, tuple(name for name, _ in roots), owner, _source_facts([p for _, p in roots])
        )

    def recall(self) -> TreeIdentity | None:
        """Return the identity, unless the source was touched since it was read."""
        try:
            kept = msgspec.msgpack.decode(self._file.read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return None
        if self._facts is None or kept.facts != self._facts:
            return None
        return TreeIdentity(
            names=self._names, owner=self._owner, size=kept.size, files=kept.files,
            count=kept.count, shape=kept.shape, content=kept.content,
        )  # fmt: skip

    def keep(self, tree: Tree) -> None:
        """Keep the identity of what was read after `of` looked."""
        if self._facts is None:
            return
        kept = _Kept(self._facts, tree.size, tree.files, tree.count, tree.shape, tree.content)
        replace_cache(self._file, msgspec.msgpack.encode(kept))


def _source_facts(paths: Sequence[Path]) -> str | None:
    """Return what changes when anything in some places does; None where that cannot be told."""
    words = [os.fsencode(path.absolute()) for path in paths]
    if sum(len(word) + 1 for word in words) > _LONGEST:
        return None
    try:
        # -H: what is pushed may be reached by a link, while those in it are links there too.
        found = subprocess.run(
            [b"find", b"-H", *words, b"-printf", _FACTS.encode()],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT, check=False,
            env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    if found.returncode != 0 or found.stderr:
        return None
    return hashlib.sha512(found.stdout).hexdigest()
