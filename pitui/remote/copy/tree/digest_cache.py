"""Digests of local files, kept from one push to the next as long as a file's times stay.

What counts is what git's index goes by: size, both times and the inode. A file that changed within
the clock's grain before it was read is read again the next time.
"""

import contextlib
import hashlib
import os
import time
from pathlib import Path

import msgspec

from pitui.config.atomic_file import replace_file

_READ = 4 * 1024 * 1024
_GRAIN = 100_000_000
"""Nanoseconds within which a second write may leave the times as they are."""

_COARSE = 2_000_000_000
"""The same for file systems that count whole seconds."""

_Known = tuple[int, int, int, int, str]

_FORMAT = dict[bytes, _Known]


class DigestCache:
    """The SHA-512 of files below one source."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: _FORMAT = {}
        self._used: _FORMAT = {}
        self._changed = False
        self.settled = True
        """Whether all files that were asked for are known from now on."""
        with contextlib.suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
            self._known = msgspec.msgpack.decode(file.read_bytes(), type=_FORMAT)

    @classmethod
    def of(cls, folder: Path, source: str) -> "DigestCache":
        """Return the cache of a source; `folder` is where all of them are."""
        name = hashlib.sha256(os.fsencode(source)).hexdigest()[:32]
        return cls(folder / f"{name}.digests")

    def sha512(self, path: bytes, status: os.stat_result) -> str:
        """Return a file's digest.

        Raises:
            OSError: it cannot be read, or changes while it is.
        """
        facts = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
        known = self._known.get(path)
        if known is not None and known[:4] == facts:
            self._used[path] = known
            return known[4]
        now = time.time_ns()
        digest, size = _read(path, status.st_size)
        if size != status.st_size:
            raise OSError(None, "it changes while it is read", os.fsdecode(path))
        newest = max(status.st_mtime_ns, status.st_ctime_ns)
        if now - newest > (_GRAIN if status.st_ctime_ns % 1_000_000 else _COARSE):
            self._used[path] = (*facts, digest)
            self._changed = True
        else:
            self.settled = False
        return digest

    def save(self) -> None:
        """Keep what is known by now; where that cannot be, the files are read again next time."""
        if not self._changed and len(self._used) == len(self._known):
            return
        replace_cache(self._file, msgspec.msgpack.encode(self._used))


def replace_cache(file: Path, data: bytes) -> None:
    """Replace a file that can be done without, whole or not at all."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(file, data, private=True)


def _read(path: bytes, size: int) -> tuple[str, int]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if size < _READ:
            # One call for a small file; what was appended meanwhile is noticed by the length.
            data = os.read(fd, size + 1)
            return hashlib.sha512(data).hexdigest(), len(data)
        with open(fd, "rb", closefd=False) as file:
            digest = hashlib.file_digest(file, "sha512").hexdigest()
            return digest, file.tell()
    finally:
        os.close(fd)
