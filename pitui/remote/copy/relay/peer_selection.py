"""Which machine feeds a node during a push: this one, or a node that has or gets the file."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf

UNKNOWN_SPEED = 1000.0
"""Mbit/s of a link that does not say its own."""


class Topology(StrEnum):
    """How a file goes to many nodes."""

    AUTO = "auto"
    """As it is fastest by what the links say of themselves."""
    STAR = "star"
    """From this machine to each."""
    CHAIN = "chain"
    """From this machine to one, and on from node to node."""


@dataclass(frozen=True, slots=True)
class PeerSource:
    """A machine that can feed others; speeds in Mbit/s."""

    name: str | None
    """The node; None is this machine."""
    speed: float = UNKNOWN_SPEED
    load: float = 0.0
    """What it feeds already: the speeds of those nodes."""
    inflow: float = inf
    """What it gets the file at itself."""
    have: int = 0

    def expected(self, speed: float) -> float:
        """Return what a node with a link of this speed would get from here."""
        fair = self.speed * speed / (self.load + speed)
        return min(speed, max(self.speed - self.load, fair), self.inflow)


def choose(speed: float, sources: Iterable[PeerSource]) -> PeerSource:
    """Return the source that gives a node the most; this machine where it gives no less.

    A node passes on while it receives, so a chain of equal links is as fast as its first hop,
    however long it is. A NUC on gigabit feeds ten boards of 100 Mbit/s at full speed by itself,
    but only one of its own speed.
    """
    # A tenth more is not worth the dependence on another node.
    return max(
        sources,
        key=lambda s: (s.expected(speed) * (1.1 if s.name is None else 1.0), -s.load, s.have),
    )
