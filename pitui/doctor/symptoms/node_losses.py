"""Nodes that were lost again and again, from the timeline, and what happened each time."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pitui.domain.events.event import Event, EventKind, Severity

HOUR = 3600.0
_SAME = 60.0
"""Seconds in which a node and its worker are lost together."""
_BEFORE, _AFTER = 300.0, 120.0
"""Seconds around a loss in which too little voltage was its likely cause."""
_STAMP = re.compile(r"(\d{9,11}(?:\.\d+)?) .*[Uu]nder-?voltage detected")


@dataclass(frozen=True, slots=True)
class NodeLosses:
    """How often one node, or its worker, was lost in the last hour."""

    times: tuple[float, ...]
    """Unix times."""
    with_undervoltage: int
    """How many of them had too little voltage about them."""


def recent_events(events: Sequence[Event], now: float) -> Sequence[Event]:
    """Return the events that `node_losses` looks at, of all, oldest first."""
    return events[bisect_left(events, now - HOUR - _BEFORE, key=lambda event: event.at) :]


def node_losses(
    events: Iterable[Event], kernel: Mapping[str, Sequence[str]], now: float
) -> dict[str, NodeLosses]:
    """Return by node how often it was lost; `kernel` are lines of the nodes' kernel logs.

    What somebody did on purpose is no loss: the timeline has it as plain.
    """
    lost: dict[str, list[float]] = defaultdict(list)
    low: dict[str, list[float]] = defaultdict(list)
    for name, lines in kernel.items():
        low[name] += [float(match[1]) for line in lines if (match := _STAMP.match(line))]
    for event in events:
        if event.node is None or event.gravity is not Severity.BAD:
            continue
        if event.kind in (EventKind.NODE, EventKind.WORKER) and now - event.at < HOUR:
            times = lost[event.node]
            if not times or event.at - times[-1] > _SAME:
                times.append(event.at)
        elif event.kind is EventKind.HEALTH and "under-voltage" in event.detail:
            low[event.node].append(event.at)
    return {
        name: NodeLosses(tuple(times), sum(1 for at in times if _about(at, low[name])))
        for name, times in lost.items()
    }


def _about(at: float, times: Iterable[float]) -> bool:
    return any(at - _BEFORE <= one <= at + _AFTER for one in times)
