"""A file that is being fetched: what is there of it, and a lock, so that one process fetches it."""

import asyncio
import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import FileIO
from pathlib import Path

import msgspec

from pitui.domain.errors import PituiError

LOCK_LIMIT = 3600.0
"""Seconds for which somebody else's download is waited for."""
_LOOK_EVERY = 0.5


class _Note(msgspec.Struct, frozen=True):
    """What the server said of the file that a part is of."""

    url: str = ""
    validator: str = ""
    """Its ETag or time of change, by which the server knows the very same file."""
    total: int | None = None


class PartFile:
    """The beginning of a file, beside the place where the whole of it goes."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.path = _path_beside(target, "part")
        self._note_path = _path_beside(target, "part.json")
        self._note = _Note()
        if self.size:
            # Without it the digest, or the archive's own checksum, tells.
            with contextlib.suppress(OSError, msgspec.MsgspecError):
                self._note = msgspec.json.decode(self._note_path.read_bytes(), type=_Note)

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self.path.stat().st_size

    @property
    def total(self) -> int | None:
        """Bytes of the whole, where that is known of what is there."""
        return self._note.total if self.size else None

    def resume_headers(self, url: str) -> dict[str, str]:
        """Return what asks a server for the rest."""
        if not self.size:
            return {}
        headers = {"Range": f"bytes={self.size}-"}
        if self._note.validator and self._note.url == url:
            headers["If-Range"] = self._note.validator
        return headers

    def note(self, url: str, etag: str | None, changed: str | None, total: int | None) -> None:
        """Remember what the server said, for a later try; If-Range takes no weak ETag."""
        strong = etag if etag and not etag.startswith("W/") else None
        self._note = _Note(url, strong or changed or "", total)
        self._note_path.write_bytes(msgspec.json.encode(self._note))

    def open(self, start: int) -> FileIO:
        """Open it to be written on from a position, behind which nothing stays."""
        os.truncate(self.path, start)
        return FileIO(self.path, "ab")

    def restart(self) -> None:
        """Let go of what is there."""
        os.truncate(self.path, 0)

    def finish(self) -> None:
        """Put the whole file in its place."""
        self._note_path.unlink(missing_ok=True)
        self.path.replace(self._target)

    def leave(self) -> None:
        """Leave nothing behind where nothing came."""
        if self.path.exists() and not self.size:
            self.path.unlink()
            self._note_path.unlink(missing_ok=True)


@asynccontextmanager
async def part_of(target: Path, waits: Callable[[], None]) -> AsyncIterator[PartFile | None]:
    """Give the part of a file to one at a time; None where the whole is there meanwhile.

    Raises:
        PituiError: its folder cannot be written, or somebody else holds it too long.
    """
    try:
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        handle = await _locked(target, waits)
    except TimeoutError as error:
        message = f"another pitui has been fetching {target.name} for too long"
        raise PituiError(message, "Stop it and try again.") from error
    except OSError as error:
        raise PituiError(f"cannot write to {target.parent}: {error.strerror}") from error
    if handle is None:
        yield None
        return
    try:
        part = PartFile(target)
        try:
            yield part
        finally:
            part.leave()
    except OSError as error:
        raise PituiError(f"{target}: {error.strerror or error}") from error
    finally:
        os.close(handle)


async def _locked(target: Path, waits: Callable[[], None]) -> int | None:
    """Return the locked part, None where the file is there."""
    path = _path_beside(target, "part")
    async with asyncio.timeout(LOCK_LIMIT):
        while not target.exists():  # noqa: ASYNC240 - another process makes it
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            if _try_lock(handle) and _still(handle, path):
                return handle
            os.close(handle)
            waits()
            await asyncio.sleep(_LOOK_EVERY)
    return None


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _still(handle: int, path: Path) -> bool:
    """Whether a locked file is still the part, and was not put in its place meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _path_beside(target: Path, ending: str) -> Path:
    return target.with_name(f"{target.name}.{ending}")
