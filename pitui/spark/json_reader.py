"""Reading JSON that Spark writes: its APIs' answers and its event logs; what all parsers share.

Every field may be missing or null, in whatever version of Spark. `Reader` gives a declared field
that cannot be read its default, drops from a list what lacks even its id, and counts what was lost.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Generic, TypeVar, cast

import msgspec

from pitui.domain.errors import NotSparkError

T = TypeVar("T")
R = TypeVar("R")

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding JSON of somebody else's raises; the last for more brackets than Python's stack."""

NANOSECONDS = 1_000_000
"""Of a millisecond: Spark counts CPU and shuffle writes in these, all other times in ms."""

_LATEST = 200_000_000_000_000
"""Milliseconds since 1970 (the year 8307); beyond it no calendar has a date."""


class JsonRows(tuple[T, ...], Generic[T]):
    """What an answer lists, and how much of the answer could not be read."""

    unreadable: int

    def __new__(cls, rows: Iterable[T] = (), unreadable: int = 0) -> "JsonRows[T]":
        """Make it of rows and of the number of entries and values that were lost."""
        made = super().__new__(cls, rows)
        made.unreadable = unreadable
        return made


class Reader(Generic[T]):
    """Reads JSON texts of one type."""

    def __init__(self, kind: object) -> None:
        self._kind = kind
        self._decoder: msgspec.json.Decoder[T] = msgspec.json.Decoder(
            cast("type[T]", kind), strict=False
        )

    def read(self, body: bytes) -> tuple[T, int]:
        """Return the value of a text, and how many entries and values of it could not be read.

        Raises:
            msgspec.DecodeError, UnicodeDecodeError, RecursionError: see `UNREADABLE`.
        """
        try:
            return self._decoder.decode(body), 0
        except msgspec.ValidationError:
            # Rare, and ten times as slow: imported and done only where something does not fit.
            from pitui.spark.lenient_json import convert_leniently

            value, lost = convert_leniently(msgspec.json.decode(body), self._kind)
            return cast("T", value), lost


def decode(body: bytes, kind: type[T], who: str = "a Spark driver") -> tuple[T, int]:
    """Return an answer as a value of a type, and how much of it could not be read.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    try:
        return Reader[T](kind).read(body)
    except UNREADABLE as error:
        raise NotSparkError(f"the answer is not from {who} ({error})") from error


def decode_rows(
    body: bytes, row: type[T], make: Callable[[T], R], who: str = "a Spark driver"
) -> JsonRows[R]:
    """Return what an answer that is a list holds, each row made into something.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows, lost = decode(body, list[row], who)  # type: ignore[valid-type]
    return JsonRows((make(one) for one in rows), lost)


def unix_seconds(milliseconds: float) -> float:
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
