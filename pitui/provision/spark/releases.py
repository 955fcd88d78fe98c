"""Spark's releases on Apache's download site: addresses, and the figures beside the archives."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pitui.spark.conf_files import numbers


@dataclass(frozen=True, slots=True)
class Mirror:
    """A site that has releases, each in a folder of its own."""

    archives: str
    sums: str = ""
    """Where the figures are; empty: beside the archives."""


APACHE = (
    Mirror("https://dlcdn.apache.org/spark", sums="https://downloads.apache.org/spark"),
    Mirror("https://archive.apache.org/dist/spark"),
)
"""The current releases, and all there ever were; the figures never come from a mirror of others."""


@dataclass(frozen=True, slots=True)
class Download:
    """Where an archive is, and the text with its SHA-512."""

    archive: str
    sum: str


def downloads(version: str, mirrors: Sequence[str] = ()) -> Iterator[Download]:
    """Yield where a release may be, the best place first.

    Args:
        version: the release, such as `4.3.0`.
        mirrors: base addresses of sites laid out as Apache's; none means Apache's own.
    """
    name = archive_name(version)
    for mirror in [Mirror(base.rstrip("/")) for base in mirrors] or APACHE:
        below = f"spark-{version}/{name}"
        yield Download(
            f"{mirror.archives}/{below}", f"{mirror.sums or mirror.archives}/{below}.sha512"
        )


def archive_name(version: str) -> str:
    """Return the name of the archive with Hadoop's client and Spark's own Scala version."""
    return f"spark-{version}-bin-{_hadoop(version)}.tgz"


def _hadoop(version: str) -> str:
    if numbers(version) >= (3, 3):
        return "hadoop3"
    return "hadoop3.2" if numbers(version) >= (3, 0) else "hadoop2.7"


def published_sum(text: str, name: str) -> str:
    """Return the SHA-512 of a file in lower case, empty where the text does not say it.

    It is written as sha512sum does, as BSD does, as gpg did (groups of digits over several lines),
    or alone.
    """
    for pattern in _FORMS:
        found = {match["name"].rpartition("/")[2]: match["sum"] for match in pattern.finditer(text)}
        if name in found:
            return re.sub(r"\s", "", found[name]).lower()
    alone = re.sub(r"\s", "", text)
    return alone.lower() if re.fullmatch(_DIGITS, alone) else ""


_DIGITS = r"[0-9A-Fa-f]{128}"
_GROUPS = r"(?:[0-9A-Fa-f]\s*){127}[0-9A-Fa-f](?![0-9A-Fa-f])"
_FORMS = (
    re.compile(rf"^(?P<sum>{_DIGITS})[ \t]+\*?(?P<name>\S+)[ \t]*\r?$", re.MULTILINE),
    re.compile(rf"^SHA-?512 ?\((?P<name>[^)\n]+)\) ?= ?(?P<sum>{_DIGITS})\b", re.MULTILINE),
    re.compile(rf"^(?P<name>\S+):\s*(?P<sum>{_GROUPS})", re.MULTILINE),
)
