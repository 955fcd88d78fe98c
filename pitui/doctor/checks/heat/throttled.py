"""heat.throttled: a board is, or was, slowed down because it is hot."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, info, warning
from pitui.doctor.symptoms.throttling import throttling

_HOT = 80.0
"""Degrees Celsius from which on a Pi slows down."""
_LIMIT = "soft temperature limit"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    fix = "give it a heat sink or a fan, and room for air"
    for status in evidence.connected:
        now, earlier = throttling(status)
        degrees = status.metrics.temperature_c if status.metrics is not None else None
        hot = degrees is not None and degrees >= _HOT
        shown = f"at {degrees:.0f} °C" if degrees is not None else ""
        if _slowed(now) or (hot and status.metrics and status.metrics.throttled is not None):
            yield warning(f"it is slowed down by heat {shown}".rstrip(), fix, node=status.name,
                          several="they are slowed down by heat")  # fmt: skip
        elif _slowed(earlier):
            yield info("it was slowed down by heat since it was booted", fix, node=status.name,
                       several="they were slowed down by heat since they were booted")  # fmt: skip


def _slowed(words: tuple[str, ...]) -> bool:
    """Whether heat is the reason: under-voltage slows a board down in the same words."""
    return _LIMIT in words or ("throttled" in words and "under-voltage" not in words)


CHECK = Check(
    id="heat.throttled",
    title="A board is slowed down by heat",
    why="Its tasks take longer than those of other nodes, and every stage waits for the slowest",
    reads=Reads.HEALTH,
    rule=_rule,
)
