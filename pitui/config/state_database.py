"""SQLite files of pitui's own: never in the event loop; one that is damaged is put aside.

The next use of one that was damaged begins anew.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pitui.config.paths import make_private
from pitui.domain.errors import PituiError

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PARTS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file."""


class DamagedFileError(PituiError):
    """A file was damaged and has been put aside; the same works now, on a new one."""


class BusyFileError(PituiError):
    """Another program has a file locked; the same works when it has done."""


@contextmanager
def opened_database(
    path: Path, what: str, *, timeout: float, autocommit: bool = False
) -> Iterator[sqlite3.Connection]:
    """Open a file for its owner alone, and close it; one that is damaged is put aside.

    Args:
        path: of the file, which is made where there is none.
        what: it holds, as in `the timeline`.
        timeout: seconds for which another process may hold it.
        autocommit: whether transactions begin only where that is asked for.

    Raises:
        BusyFileError: another process held it for longer.
        DamagedFileError: it was damaged.
        OSError: it cannot be made.
        sqlite3.Error: it cannot be used.
    """
    _check_thread()
    make_private(path)
    with (
        _locked_said(path, what),
        damaged_put_aside(path, what),
        closing(
            sqlite3.connect(
                path, timeout=timeout, isolation_level=None if autocommit else "DEFERRED"
            )
        ) as database,
    ):
        yield database


@contextmanager
def damaged_put_aside(path: Path, what: str) -> Iterator[None]:
    """Put a SQLite file aside that turns out to be damaged; nothing of it is removed.

    Args:
        path: of the file.
        what: it holds, as in `the timeline`.

    Raises:
        DamagedFileError: it was damaged.
    """
    before = _file_identity(path)
    try:
        yield
    except sqlite3.DatabaseError as error:
        if _error_code(error) not in _DAMAGE:
            raise
        # Another pitui may have begun a new one by now.
        mine = _file_identity(path) == before
        where = f"put aside as {_put_aside(path)}" if mine else "put aside by another pitui"
        raise DamagedFileError(
            f"{what} was damaged ({error}): the file is {where}, and a new one is begun"
        ) from error


@contextmanager
def _locked_said(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if _error_code(error) not in _BUSY:
            raise
        raise BusyFileError(f"{what} is locked by another program ({path})") from error


def _check_thread() -> None:
    """Refuse to wait for a disk or a lock where everything else would wait too."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError("a file of pitui's own is opened in the event loop: use a DiskThread")


def _error_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest says more exactly why


def _put_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    path.rename(aside)
    for part in _PARTS:
        beside = path.with_name(path.name + part)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + part))
    return aside


def _file_identity(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:
        return (0, 0)
    return (state.st_dev, state.st_ino)
