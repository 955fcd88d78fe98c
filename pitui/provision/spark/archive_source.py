"""The archive of the configuration on this machine: found, or fetched once, and read once."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from pitui.config.atomic_file import replace_file
from pitui.config.model import Config
from pitui.config.nodes import expand_path
from pitui.config.paths import cache_folder
from pitui.domain.errors import WebError
from pitui.provision.engine.provision_report import Transfer
from pitui.provision.spark.archive import Archive, ArchiveError, read_archive
from pitui.provision.spark.releases import archive_name, downloads, published_sum
from pitui.remote.copy.transfer_rate import RateMeter
from pitui.remote.http.fetch import fetch, fetch_text

Told = Callable[[str, Transfer | None], None]


_TELL_EVERY = 0.2
"""Seconds between two words of how far a download is."""


class _Read(msgspec.Struct, frozen=True):
    """What reading an archive found, for as long as the file stays the same."""

    stamp: str
    archive: Archive


async def obtain(config: Config, told: Told) -> Archive:
    """Return the archive of the configuration, read through and compared with what it says.

    That is the file or address that it names, else the release of `spark.version`.

    Raises:
        ArchiveError: there is none, it is damaged, or another one than the configuration says.
        PituiError: it cannot be fetched.
    """
    spark = config.spark
    path, wanted, whose = await _archive_file(config, told)
    told(f"checking {path.name}", None)
    archive = await asyncio.to_thread(_read_archive, path)
    if wanted and archive.sha512 != wanted:
        if path.is_relative_to(cache_folder()):
            path.unlink(missing_ok=True)
            _sum_file(path).unlink(missing_ok=True)
        message = f"{path} has SHA-512 {archive.sha512[:16]}..., but {whose} {wanted[:16]}..."
        advice = "Compare it with the published checksum; either the file or the checksum is wrong."
        raise ArchiveError(message, advice)
    if spark.version and archive.version != spark.version:
        message = f"{path} contains Spark {archive.version}, but spark.version is {spark.version}"
        raise ArchiveError(message, "Correct one of the two.")
    return archive


def fetched_already(config: Config) -> bool:
    """Whether the archive is on this machine, or nothing has to be fetched for it."""
    spark = config.spark
    if spark.archive is None:
        return spark.version is None or _release(spark.version).exists()
    return "://" not in spark.archive or _cached(spark.archive).exists()


async def _archive_file(config: Config, told: Told) -> tuple[Path, str, str]:
    """Return the archive's path, its SHA-512 where that is known, and who says so."""
    where, wanted = config.spark.archive, (config.spark.sha512 or "").lower()
    if where is None:
        path = await _fetched_release(config, wanted, told)
    elif "://" not in where:
        return expand_path(config.folder, where), wanted, "spark.sha512 is"
    else:
        path = _cached(where)
        if not await asyncio.to_thread(path.exists):
            await _fetch_address(where, path, wanted, told)
    if wanted:
        return path, wanted, "spark.sha512 is"
    return path, await asyncio.to_thread(_noted_sum, path), "the published checksum is"


async def _fetched_release(config: Config, wanted: str, told: Told) -> Path:
    """Return the archive of a release, fetched from the first place that has it.

    Raises:
        PituiError: no place has it.
    """
    version = config.spark.version
    if version is None:
        advice = "Set spark.version to a release, or spark.archive to a path or an https URL."
        raise ArchiveError("no Spark archive is configured", advice)
    path = _release(version)
    reasons = []
    for download in [] if path.exists() else downloads(version, config.spark.mirrors):
        try:
            figure = wanted or await _published_sha512(download.sum, path.name)
            await _receive(download.archive, path, figure, told)
        except WebError as error:
            reasons.append(error)
            continue
        if not wanted:
            _sum_file(path).write_text(
                f"{figure}  {path.name}\n", encoding="utf-8", errors="backslashreplace"
            )
        return path
    if reasons:
        raise _archive_nowhere(version, reasons)
    return path


async def _published_sha512(address: str, name: str) -> str:
    """Return the SHA-512 that is published of a release.

    Raises:
        WebError: none is.
    """
    figure = published_sum(await fetch_text(address), name)
    if not figure:
        raise WebError(address, f"it has no SHA-512 for {name}")
    return figure


def _archive_nowhere(version: str, reasons: Sequence[WebError]) -> ArchiveError:
    if all(error.status == 404 for error in reasons):
        where = " nor on ".join(str(urlsplit(error.url).hostname) for error in reasons)
        said = f"there is no Spark {version}: it is neither on {where}"
        return ArchiveError(said if len(reasons) > 1 else said.replace("neither", "not"), _RIGHT)
    lines = "; ".join(str(error) for error in reasons)
    advice = "Fetch it some other way, and set spark.archive to the file."
    return ArchiveError(f"cannot fetch Spark {version}: {lines}", advice)


_RIGHT = "Is spark.version right? spark.archive takes a file or an https URL instead."


async def _fetch_address(where: str, path: Path, wanted: str, told: Told) -> None:
    """Fetch an archive from an address of the configuration's own."""
    figure = wanted
    if not wanted:
        address = urlsplit(where)
        try:
            text = await fetch_text(address._replace(path=f"{address.path}.sha512").geturl())
        except WebError as error:
            # Apache publishes a figure beside each archive; elsewhere there may be none.
            if error.status is None:
                raise
            text = ""
        figure = published_sum(text, path.name)
    await _receive(where, path, figure, told)
    if figure and not wanted:
        _sum_file(path).write_text(
            f"{figure}  {path.name}\n", encoding="utf-8", errors="backslashreplace"
        )


async def _receive(where: str, path: Path, figure: str, told: Told) -> None:
    meter, last = RateMeter(), 0.0

    def received(have: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _TELL_EVERY and have != total:
            return
        last = now
        told(f"fetching {path.name}", Transfer(have, total or have, meter.add(have)))

    def waits() -> None:
        told(f"another pitui is fetching {path.name}", None)

    await fetch(where, path, received, sha512=figure, waits=waits)


def _sum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha512")


def _noted_sum(path: Path) -> str:
    """Return the figure that came with an archive, empty where none did."""
    try:
        text = _sum_file(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return published_sum(text, path.name)


def _release(version: str) -> Path:
    return cache_folder() / "spark" / archive_name(version)


def _cached(where: str) -> Path:
    name = Path(unquote(urlsplit(where).path)).name or "spark.tgz"
    # By its address: an archive of the same name elsewhere is another one.
    folder = cache_folder() / "archives" / hashlib.sha256(where.encode()).hexdigest()[:16]
    return folder / name


def _read_archive(path: Path) -> Archive:
    note = _note_path(path)
    stamp = _file_stamp(path)
    try:
        known = msgspec.json.decode(note.read_bytes(), type=_Read)
    except (OSError, msgspec.DecodeError):
        known = None
    if known is not None and known.stamp == stamp:
        return known.archive
    archive = read_archive(path)
    note.parent.mkdir(parents=True, exist_ok=True)
    replace_file(note, msgspec.json.encode(_Read(stamp, archive)))
    return archive


def _note_path(path: Path) -> Path:
    name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return cache_folder() / "archives" / f"{name}.json"


def _file_stamp(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return ""
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
