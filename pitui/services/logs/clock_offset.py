"""How far a node's clock is off from ours."""

import math
import time
from dataclasses import dataclass

from pitui.services.cluster import Cluster

SHOWN_FROM = 1.0
"""Seconds from which on a clock that is off is spoken of: most logs' times are whole seconds."""

_LIMIT = 10.0
_TRIES = 2


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far a node's clock is off, in seconds."""

    ahead_s: float = 0.0
    """Seconds by which the node's clock is ahead of this machine's; less than 0: behind."""
    error_s: float = 0.0
    """Half the time that the question took: so much of it may be wrong."""

    @property
    def known_s(self) -> float:
        """The offset where it is more than its error, else 0."""
        return self.ahead_s if abs(self.ahead_s) > self.error_s + 0.05 else 0.0


async def clock_offset(cluster: Cluster, name: str) -> ClockOffset:
    """Ask a node for its time, twice, and return the answer that came sooner.

    Raises:
        NodeError: it cannot be asked.
    """
    if cluster.node(name).local:
        return ClockOffset()
    best: ClockOffset | None = None
    for _ in range(_TRIES):
        begin = time.time()
        result = await cluster.runner(name).run("date +%s.%N", limit=_LIMIT, changes=False)
        end = time.time()
        try:
            there = float(result.stdout.strip().removesuffix(".%N").removesuffix("N"))
        except ValueError:
            continue
        if not math.isfinite(there):
            continue
        error = (end - begin) / 2
        if best is None or error < best.error_s:
            best = ClockOffset(there - (begin + end) / 2, error)
    return best or ClockOffset()


def offset_in_words(name: str, offset: ClockOffset) -> str:
    """Return what to say of a clock that is off; empty where it is not worth a word."""
    if abs(offset.known_s) < SHOWN_FROM:
        return ""
    seconds = abs(offset.known_s)
    shown = f"{seconds:.1f} s" if seconds < 3600 else f"{seconds / 3600:.1f} h"
    where = "ahead of" if offset.known_s > 0 else "behind"
    return (
        f"the clock of {name} is {shown} {where} this machine's; its log times are "
        "corrected for that"
    )
