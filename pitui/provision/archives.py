"""The configured archive on this machine: found, or fetched once, and read through once."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

from pitui.config.model import Config
from pitui.config.nodes import expand
from pitui.config.paths import cache_folder
from pitui.domain.errors import WebError
from pitui.provision.archive import Archive, ArchiveError, read_archive
from pitui.provision.report import Transfer
from pitui.remote.fetch import fetch
from pitui.remote.meter import Meter

Told = Callable[[str, Transfer | None], None]


class _Read(msgspec.Struct, frozen=True):
    """What reading an archive found, for as long as the file stays the same."""

    stamp: str
    archive: Archive


async def obtain(config: Config, told: Told) -> Archive:
    """Return the configured archive, read through and compared with the configuration.

    Raises:
        ArchiveError: there is none, it is damaged, or another one than the configuration says.
        WebError: it cannot be fetched.
    """
    spark = config.spark
    if spark.archive is None:
        advice = "Set spark.archive to a path on this machine or an https URL."
        raise ArchiveError("no Spark archive is configured", advice)
    path, fetched = await _file(config, spark.archive, told)
    told(f"reading {path.name} through", None)
    archive = await asyncio.to_thread(_read, path)
    wanted, whose = (spark.sha512 or "").lower(), "spark.sha512 is"
    if fetched and not wanted:
        wanted, whose = _published(path), "the figure beside it is"
    if wanted and archive.sha512 != wanted:
        if fetched:
            path.unlink(missing_ok=True)
            _sum_file(path).unlink(missing_ok=True)
        message = f"{path} has SHA-512 {archive.sha512[:16]}..., and {whose} {wanted[:16]}..."
        advice = "Compare with the figure beside the download; the file or the figure is wrong."
        raise ArchiveError(message, advice)
    if spark.version and archive.version != spark.version:
        message = f"{path} holds Spark {archive.version}, and spark.version is {spark.version}"
        raise ArchiveError(message, "Set one of the two right.")
    return archive


def fetched_already(config: Config) -> bool:
    """Whether the archive is on this machine, or nothing has to be fetched for it."""
    where = config.spark.archive or ""
    return "://" not in where or _cached(where).exists()


async def _file(config: Config, where: str, told: Told) -> tuple[Path, bool]:
    """Return the archive's path, and whether it was fetched from the web."""
    if "://" not in where:
        return expand(config.folder, where), False
    path = _cached(where)
    if not path.exists():
        meter = Meter()

        def received(have: int, total: int | None) -> None:
            told(f"fetching {path.name}", Transfer(have, total or have, meter.add(have)))

        if not config.spark.sha512:
            await _fetch_sum(where, _sum_file(path))
        await fetch(where, path, received)
    return path, True


async def _fetch_sum(where: str, target: Path) -> None:
    """Fetch the figure that Apache publishes beside each archive; elsewhere there may be none."""
    address = urlsplit(where)
    try:
        await fetch(address._replace(path=f"{address.path}.sha512").geturl(), target)
    except WebError as error:
        if error.status is None:
            raise


def _sum_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha512")


def _published(path: Path) -> str:
    """Return the figure that came with an archive, empty where none did.

    It is written as sha512sum does, or as gpg did: in groups of digits over several lines.
    """
    try:
        text = _sum_file(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    digits = re.sub(r"\s", "", text.rpartition(":")[2]).lower()
    found = re.search(r"(?<![0-9a-f])[0-9a-f]{128}", digits)
    return found[0] if found else ""


def _cached(where: str) -> Path:
    name = Path(unquote(urlsplit(where).path)).name or "spark.tgz"
    # By its address: an archive of the same name elsewhere is another one.
    folder = cache_folder() / "archives" / hashlib.sha256(where.encode()).hexdigest()[:16]
    return folder / name


def _read(path: Path) -> Archive:
    note = _note(path)
    stamp = _stamp(path)
    try:
        known = msgspec.json.decode(note.read_bytes(), type=_Read)
    except (OSError, msgspec.DecodeError):
        known = None
    if known is not None and known.stamp == stamp:
        return known.archive
    archive = read_archive(path)
    note.parent.mkdir(parents=True, exist_ok=True)
    fresh = note.with_suffix(".new")
    fresh.write_bytes(msgspec.json.encode(_Read(stamp, archive)))
    fresh.replace(note)
    return archive


def _note(path: Path) -> Path:
    name = hashlib.sha256(str(path).encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return cache_folder() / "archives" / f"{name}.json"


def _stamp(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return ""
    return f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino}"
