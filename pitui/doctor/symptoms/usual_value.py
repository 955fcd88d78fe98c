"""What most nodes have: the yardstick for those that differ."""

from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def usual(values: Mapping[str, T], master: str) -> T | None:
    """Return the value that most nodes have, the master's where several are as frequent.

    Drivers run on the master's node. None where there are no values.
    """
    counts = Counter(values.values())
    most = max(counts.values(), default=0)
    frequent = [value for value, count in counts.items() if count == most]
    if master in values and values[master] in frequent:
        return values[master]
    return frequent[0] if frequent else None
