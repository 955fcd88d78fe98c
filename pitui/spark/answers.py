"""Reading JSON answers of Spark's API; what all its parsers share."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from pitui.domain.errors import NotSparkError

T = TypeVar("T")

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON of somebody else's raises; the last for more brackets than Python's stack."""

_LATEST = 200_000_000_000_000
"""Milliseconds since 1970 (the year 8307); beyond it no calendar has a date."""


def decode(body: bytes, kind: type[T], who: str = "a Spark driver") -> T:
    """Return an answer as a value of a type.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except UNREADABLE as error:
        raise NotSparkError(f"the answer is not that of {who} ({error})") from error


def seconds(milliseconds: float) -> float:
    """Return Unix time, or a length of time, in seconds; 0 where it cannot be one."""
    return milliseconds / 1000 if 0 < milliseconds < _LATEST else 0.0


def moment(text: str | None) -> float | None:
    """Return Spark's `2026-11-21T01:21:53.016GMT` as Unix time; None where it is none."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%Z").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
