"""What an event says beside its word."""

from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.text.printable import time_span

_STALE_S = 60.0
"""Seconds without a look after which an event says when things were last seen otherwise."""


def last_seen(before: LastKnownState, now: float) -> str:
    """Return how long nobody had looked, where that was long."""
    if not before.at or now - before.at < _STALE_S:
        return ""
    return f"found after {time_span(now - before.at)} without polling"


def join(*parts: str) -> str:
    """Return the parts that say something as one sentence."""
    return "; ".join(part for part in parts if part)
