"""Archives of a tree's small files, made once for all nodes that lack the same."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pitui.remote.copy.payload import Payload
from pitui.remote.copy.relay.file_distributor import FileDistributor
from pitui.remote.copy.tree.archive import HashedFile, write_archive
from pitui.remote.copy.tree.entry import TreeEntry


@dataclass
class _Archive:
    users: int = 0
    payload: Payload | None = None
    making: asyncio.Lock = field(default_factory=asyncio.Lock)


class ArchiveStore:
    """Archives in a folder that is removed at the end; each goes when no node is sent it any more.

    Args:
        distributor: brings them to the nodes.
        parent: where the folder is made; it is to be on a disk, as /tmp is RAM on Debian 13.
    """

    def __init__(self, distributor: FileDistributor, parent: Path) -> None:
        self._distributor = distributor
        self._parent = parent
        self._archives: dict[str, _Archive] = {}
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def close(self) -> None:
        """Remove what is left."""
        if self._folder is not None:
            self._folder.cleanup()

    @asynccontextmanager
    async def archive(self, entries: Sequence[TreeEntry]) -> AsyncIterator[Payload]:
        """Hand out the archive of some files.

        Raises:
            ChangedError: a file changed since it was scanned.
            OSError: a file cannot be read, or there is no room for the archive.
        """
        name = _archive_name(entries)
        archive = self._archives.setdefault(name, _Archive())
        archive.users += 1
        try:
            async with archive.making:
                if archive.payload is None:
                    archive.payload = await asyncio.to_thread(_make, self._place(name), entries)
            yield archive.payload
        finally:
            archive.users -= 1
            if not archive.users:
                self._archives.pop(name, None)
                if archive.payload is not None:
                    self._distributor.forget(archive.payload)
                self._place(name).unlink(missing_ok=True)

    def _place(self, name: str) -> Path:
        if self._folder is None:
            self._parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder = tempfile.TemporaryDirectory(prefix="push-", dir=self._parent)
        return Path(self._folder.name) / name


def _archive_name(entries: Sequence[TreeEntry]) -> str:
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(entry.path + b"\0" + entry.sha512.encode())
    return digest.hexdigest()[:32]


def _make(path: Path, entries: Sequence[TreeEntry]) -> Payload:
    with path.open("wb") as file:
        hashed = HashedFile(file)
        write_archive(entries, hashed)
    return Payload(path, hashed.size, hashed.sha512)
