"""What a node has of something that is pushed."""

from dataclasses import dataclass
from typing import Literal

Trust = Literal["receipt", "state", "verify"]
"""What is believed of a node: `receipt` only what was noted when it was pushed, as long as nobody
wrote there since; `state` that, and else what is read; `verify` only what is read."""

State = Literal["present", "different", "missing"]


@dataclass(frozen=True, slots=True)
class Presence:
    """What a node has of a file or a tree."""

    state: State
    size: int
    """Bytes of what is at its place."""


def parse_presence(output: str, size: int) -> Presence | None:
    """Return what a node said that it has, None where the output is not valid.

    Args:
        output: `there`, or one of the other states and the bytes.
        size: the bytes of what is looked for.
    """
    match output.split():
        case ["there"]:
            return Presence("present", size)
        case ["missing" | "different" as state, found] if found.isdecimal():
            return Presence(state, int(found))
    return None
