"""Where the data of the configuration is, as `pitui data` says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DataOnNode:
    """What one node has of an item."""

    state: str
    """`present`, `different`, `missing` or `unknown`."""
    size: int = 0
    """Bytes of what is at its place."""
    error: str = ""
    """Why nothing is known."""


@dataclass(frozen=True, slots=True)
class DataItem:
    """One item under `data:`."""

    target: str
    size: int = 0
    """Bytes of its source."""
    states: Mapping[str, DataOnNode] = field(default_factory=dict)
    """By node."""
    error: str = ""
    """Why its source cannot be read."""
