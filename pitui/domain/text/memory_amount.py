"""Amounts of memory as Spark writes them."""

import re

_UNITS = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024}
_PATTERN = re.compile(r"([0-9]{1,12})\s*([kmgt])(?:i?b)?", re.IGNORECASE)


def parse_memory(text: str) -> int:
    """Return the MiB of an amount such as `768m` or `2g`, as Spark reads it.

    Raises:
        ValueError: the text is no amount of memory, or is less than 1 MiB.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an amount of memory such as 768m or 2g")
    mib = int(int(match[1]) * _UNITS[match[2].lower()])
    if mib < 1:
        raise ValueError(f"{text!r} is less than 1m")
    return mib


def spark_memory(mib: int) -> str:
    """Return MiB as Spark takes it on a command line: `768m`."""
    return f"{mib}m"
