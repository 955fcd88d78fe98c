"""Reading JSON answers of Spark's API; what all its parsers share."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from pitui.domain.errors import NotSparkError

T = TypeVar("T")


def decode(body: bytes, kind: type[T], who: str = "a Spark driver") -> T:
    """Return an answer as a value of a type.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    try:
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotSparkError(f"the answer is not that of {who} ({error})") from error


def moment(text: str | None) -> float | None:
    """Return Spark's `2026-11-21T01:21:53.016GMT` as Unix time; None where it is none."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%Z").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
