"""Where pitui's own files are, by the XDG base directory specification."""

import errno
import os
from io import FileIO
from pathlib import Path


def make_private(file: Path) -> None:
    """See that a file of pitui's own is there, and that nobody else can read it.

    Raises:
        OSError: it cannot be made.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        status = os.fstat(handle)
        if status.st_mode & 0o077 and status.st_uid == os.geteuid():
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


def write_all(stream: FileIO, data: bytes) -> None:
    """Write bytes with one call, so that those of another process do not come in between.

    Raises:
        OSError: they cannot be written, or not all of them: there is no more room.
    """
    if stream.write(data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _base(variable: str, default: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if Path(value).is_absolute() else Path.home() / default


def config_folder() -> Path:
    """Return the folder of the config.yaml that is used from anywhere."""
    return _base("XDG_CONFIG_HOME", ".config") / "pitui"


def data_folder() -> Path:
    """Return the folder of the run history."""
    return _base("XDG_DATA_HOME", ".local/share") / "pitui"


def state_folder() -> Path:
    """Return the folder of the audit log."""
    return _base("XDG_STATE_HOME", ".local/state") / "pitui"


def cache_folder() -> Path:
    """Return the folder of what can be made again."""
    return _base("XDG_CACHE_HOME", ".cache") / "pitui"
