"""Reading the bytes of a configuration file, with a limit, into text."""

import os
import stat
from pathlib import Path

from pitui.domain.errors import ConfigError

LARGEST = 1024 * 1024
"""Bytes; a configuration of a thousand nodes is a tenth of it."""


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises:
        ConfigError: it cannot be read, is no regular file, is larger than 1 MiB or not UTF-8.
    """
    content = _read_file(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"{path}:{line}: not UTF-8 text: found the byte 0x{content[error.start]:02x}"
        ) from error


def _read_file(path: Path) -> bytes:
    try:
        # Without O_NONBLOCK, opening a pipe would wait for its other end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            _check_file(path, os.fstat(descriptor))
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                content = file.read(LARGEST + 1)
        finally:
            os.close(descriptor)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"{path}: cannot be read: {reason.lower()}") from error
    if len(content) > LARGEST:
        raise _too_large_file(path, f"more than {LARGEST} bytes")
    return content


def _check_file(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ConfigError(f"{path}: is a folder; expected a file such as {path / 'config.yaml'}")
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{path}: is not a regular file")
    if status.st_size > LARGEST:
        raise _too_large_file(path, f"{status.st_size / LARGEST:.1f} MiB")


def _too_large_file(path: Path, found: str) -> ConfigError:
    return ConfigError(f"{path}: too large for a configuration: found {found}, allowed: 1 MiB")
