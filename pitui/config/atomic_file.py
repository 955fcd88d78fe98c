"""Files of this machine that are written whole or not at all, whatever comes in between."""

import errno
import os
import secrets
from pathlib import Path

from pitui.domain.errors import UsageError


def create_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file where there is none; `private`: only its owner can read it.

    Raises:
        FileExistsError: something is there already.
        OSError: it cannot be written.
    """
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = _part_of(path)
    try:
        _write(part, data, private=private)
        _name(part, path)
    finally:
        part.unlink(missing_ok=True)


def save_as(path: Path, data: bytes, *, private: bool = False) -> Path:
    """Write a file under the name that a person gave; `private` as with `create_file`.

    Returns:
        The path it was written to, absolute.

    Raises:
        UsageError: something is there already, or it cannot be written there.
    """
    target = path.expanduser().absolute()
    try:
        create_file(target, data, private=private)
    except FileExistsError as error:
        raise UsageError(f"{target} already exists", "Choose another name.") from error
    except OSError as error:
        message = f"cannot write {target}: {error.strerror}"
        raise UsageError(message, "Choose another place.") from error
    return target


def replace_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file, in place of one that may be there; `private` as with `create_file`.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    part = _part_of(path)
    try:
        _write(part, data, private=private)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _part_of(path: Path) -> Path:
    return path.with_name(f".{path.name[:200]}.{secrets.token_hex(4)}.part")


def _write(part: Path, data: bytes, *, private: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    with os.fdopen(os.open(part, flags, 0o600 if private else 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _name(part: Path, path: Path) -> None:
    """Give a file its name, without replacing what somebody else wrote meanwhile."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems, such as FAT, have no links.
        part.rename(path)
