"""Writing a bundle: one archive, whole or not at all, that nobody else can read."""

import gzip
import io
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path

from pitui.config.atomic_file import save_as
from pitui.domain.errors import UsageError
from pitui.services.doctor.bundle.bundle import BundleFile

_FOLDER = "pitui-bundle"
"""What it unpacks to."""


def check_bundle_path(path: Path) -> Path:
    """Return where a bundle is to be written, absolute.

    Raises:
        UsageError: something is there already, or no folder.
    """
    target = path.expanduser().absolute()
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} already exists", "Choose another name.")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", "Choose another place.")
    return target


def write_bundle(path: Path, files: Sequence[BundleFile]) -> Path:
    """Write an archive that only its owner can read; what is there already is never replaced.

    Raises:
        UsageError: it cannot be written there.
    """
    return save_as(check_bundle_path(path), archive_of(files), private=True)


def archive_of(files: Sequence[BundleFile]) -> bytes:
    """Return a gzipped tar archive; it says nothing of who made it."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", fileobj=packed, mode="wb") as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for file in files:
            entry = tarfile.TarInfo(f"{_FOLDER}/{file.name}")
            entry.size, entry.mode, entry.mtime = len(file.content), 0o600, int(time.time())
            archive.addfile(entry, io.BytesIO(file.content))
    return packed.getvalue()
