"""A Spark archive: read through once, so that a bad one is found before anything is pushed."""

import bz2
import gzip
import hashlib
import io
import lzma
import tarfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from pitui.domain.errors import PituiError
from pitui.spark.versions import home_version

_BLOCK = 1024 * 1024
_DAMAGED = (tarfile.TarError, EOFError, zlib.error, lzma.LZMAError, OSError)
_CARD_BLOCK = 4096
"""Bytes that each file's size is rounded up to on ext4."""


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was read through; sizes in bytes."""

    path: str
    size: int
    sha512: str
    version: str
    top: str
    """The one folder that everything in it is below."""
    unpacked: int
    """Room that its files take."""


class ArchiveError(PituiError):
    """An archive cannot be used."""


def read_archive(path: Path) -> Archive:
    """Read an archive through: its checksum, its files, and which Spark it is.

    Raises:
        ArchiveError: it is missing, damaged, unsafe, or no Spark.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        advice = "Put it there, or set spark.archive to where it is (a path or an https URL)."
        raise ArchiveError(f"cannot read {path}: {error.strerror}", advice) from error
    with file:
        hashing = _Hashing(file)
        try:
            contents = _contents(hashing)
            hashing.read_rest()
        except _DAMAGED as error:
            raise _damaged(path, error) from error
    top = _top(path, contents.names)
    version = home_version(contents.release + "\n" + "\n".join(contents.cores))
    if version is None or f"{top}/bin/spark-class" not in contents.names:
        message = (
            f"{path} does not contain Spark: jars/spark-core_*.jar or bin/spark-class is missing"
        )
        raise ArchiveError(message, "Use the archive named spark-VERSION-bin-hadoop3.tgz.")
    digest = hashing.digest.hexdigest()
    return Archive(str(path), hashing.size, digest, version, top, contents.size)


@dataclass(slots=True)
class _Contents:
    names: set[str]
    cores: list[str]
    release: str = ""
    size: int = 0


def _contents(file: "_Hashing") -> _Contents:
    found = _Contents(set(), [])
    # A stream of tarfile's own would not compare the checksum at the end.
    plain = _uncompressed(io.BufferedReader(file, _BLOCK))
    with tarfile.open(fileobj=plain, mode="r|") as tar:
        for member in tar:
            _check_member(member)
            name = member.name.removeprefix("./").rstrip("/")
            if name in ("", "."):
                continue
            found.names.add(name)
            found.size += -(-member.size // _CARD_BLOCK) * _CARD_BLOCK + _CARD_BLOCK // 4
            parts = PurePosixPath(name).parts
            if parts[-1].startswith("spark-core_") and name.endswith(".jar"):
                found.cores.append(name)
            elif len(parts) == 2 and parts[1] == "RELEASE" and member.isfile():
                stream = tar.extractfile(member)
                found.release = stream.read(4096).decode(errors="replace") if stream else ""
    while plain.read(_BLOCK):
        pass
    return found


def _uncompressed(file: io.BufferedReader) -> BinaryIO:
    """Return the archive without its compression."""
    start = file.peek(6)[:6]
    if start.startswith(b"\x1f\x8b"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    if start.startswith(b"BZh"):
        return cast("BinaryIO", bz2.BZ2File(file))
    if start.startswith(b"\xfd7zXZ"):
        return cast("BinaryIO", lzma.LZMAFile(file))
    return file


def _check_member(member: tarfile.TarInfo) -> None:
    """Refuse what would be written outside of the archive's own folder."""
    path = PurePosixPath(member.name)
    bad = path.is_absolute() or ".." in path.parts
    if member.islnk() or member.issym():
        link = PurePosixPath(member.linkname)
        base = path.parent if member.issym() else PurePosixPath()
        bad = bad or link.is_absolute() or _depth(base / link) < 1
    if bad or not (member.isfile() or member.isdir() or member.islnk() or member.issym()):
        raise ArchiveError(f"{member.name!r} in the archive would be extracted outside its folder")


def _depth(path: PurePosixPath) -> int:
    """Return how many folders deep a path ends; -1 where it leaves its start on the way."""
    depth = 0
    for part in path.parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return -1
    return depth


def _top(path: Path, names: Iterable[str]) -> str:
    tops = {PurePosixPath(name).parts[0] for name in names}
    if len(tops) != 1:
        shown = ", ".join(sorted(tops)[:3]) or "nothing"
        message = f"{path} should contain a single folder, but contains {shown}"
        raise ArchiveError(message, "Use the archive as it is published.")
    return tops.pop()


def _damaged(path: Path, error: Exception) -> ArchiveError:
    said = str(error) or type(error).__name__
    if isinstance(error, EOFError) or "unexpected end of data" in said or "end-of-stream" in said:
        return ArchiveError(f"{path} is truncated", "Download it again.")
    if isinstance(error, tarfile.ReadError) and said in ("invalid header", "empty file"):
        return ArchiveError(f"{path} is not a tar archive", "Set spark.archive to a .tgz of Spark.")
    return ArchiveError(f"{path} is damaged: {said}", "Download it again.")


class _Hashing(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha512()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def read_rest(self) -> None:
        """Hash what nobody had to read."""
        while data := self._file.read(_BLOCK):
            self.digest.update(data)
            self.size += len(data)
