"""The demonstrations on this machine: which live, and what dead ones left behind.

Each demonstration holds a lock on a file of its own in the state folder for as long as it lives.
The kernel drops the lock however the process ends, so a file that can be locked is a dead one's.
"""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from pitui.config.paths import state_folder
from pitui.demo.ports import Taken
from pitui.demo.processes import end_all
from pitui.domain.errors import UsageError

PREFIX = "pitui-demo-"
"""How the name of a temporary folder begins."""


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one demonstration."""

    folder: str
    temporary: bool
    """Whether the folder goes when the demonstration ends."""
    ports: list[tuple[str, int]] = []


def _registry_folder() -> Path:
    return state_folder() / "demos"


class Record:
    """A living demonstration's file, locked until `remove_demo`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def write(self, entry: LedgerEntry) -> None:
        """Say what the demonstration has."""
        data = msgspec.json.encode(entry)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, data, 0)

    def remove(self) -> None:
        """The demonstration has ended and left nothing."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


@contextmanager
def alone() -> Iterator[None]:
    """Let one demonstration at a time choose its ports and clean up after dead ones."""
    _registry_folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    with (_registry_folder() / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def new_record() -> Record:
    """Return the file of a new demonstration; call it under `alone`."""
    return Record(_registry_folder() / f"{secrets.token_hex(4)}.json")


def claim(folder: Path) -> None:
    """Lock a demonstration's folder for as long as this process lives.

    Raises:
        UsageError: another demonstration has it.
    """
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise UsageError(f"{folder} belongs to another running demo") from error


def lives(folder: Path) -> bool:
    """Whether a demonstration that runs has a folder."""
    try:
        with (folder / ".lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def wait_for_end(folder: Path) -> None:
    """Wait until the demonstration that has a folder has ended, however it does."""
    with (folder / ".lock").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)


def clean_up_dead() -> Taken:
    """End and remove what dead demonstrations left; return the ports of living ones.

    Call it under `alone`.

    Raises:
        TimeoutError: a process does not end.
    """
    taken: Taken = set()
    for path in sorted(_registry_folder().glob("*.json")):
        with path.open("r+b") as file:
            entry = _read_entry(file.read())
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                taken |= {(address, port) for address, port in entry.ports} if entry else set()
                continue
            if entry is not None:
                remove_demo(entry)
            path.unlink(missing_ok=True)
    return taken


def remove_demo(entry: LedgerEntry) -> None:
    """End a demonstration's processes, and remove its folder where that is temporary.

    Raises:
        TimeoutError: a process does not end.
    """
    folder = Path(entry.folder)
    end_all(folder)
    if entry.temporary and folder.name.startswith(PREFIX) and folder.exists():
        shutil.rmtree(folder)


def _read_entry(data: bytes) -> LedgerEntry | None:
    """Return an entry, or None for one that was never written to its end."""
    try:
        return msgspec.json.decode(data, type=LedgerEntry)
    except msgspec.MsgspecError:
        return None
