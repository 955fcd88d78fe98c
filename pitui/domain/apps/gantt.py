"""The tasks of an application on the cores that ran them: what a Gantt chart shows; pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NOTED_LATE = 0.25
"""Seconds: the driver sends the next task once a core is free, and notes the end of the one before
when it has its result."""


@dataclass(frozen=True, slots=True)
class TaskBar:
    """One attempt at a task; moments are Unix time."""

    executor: str
    node: str
    """The node's name, else the host as Spark calls it."""
    begin: float
    end: float
    stage: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class CoreLane:
    """One core of an executor, with the tasks that it ran one after the other."""

    executor: str
    node: str
    bars: tuple[TaskBar, ...]


def core_lanes(bars: Iterable[TaskBar]) -> list[CoreLane]:
    """Return a lane for each core that was used, by node and executor.

    Spark does not say which core ran a task: each goes to the first that is free then, which gives
    as many lanes as tasks ran at once. A task that begins just before another ends followed it.
    """
    by_executor: dict[tuple[str, str], list[TaskBar]] = defaultdict(list)
    for bar in sorted(bars, key=lambda bar: (bar.begin, bar.end)):
        by_executor[bar.node, bar.executor].append(bar)
    found = []
    for (node, executor), own in sorted(
        by_executor.items(), key=lambda item: _lane_order(*item[0])
    ):
        found += [CoreLane(executor, node, tuple(lane)) for lane in _pack_into_lanes(own)]
    return found


def _lane_order(node: str, executor: str) -> tuple[str, int, str]:
    return node, int(executor) if executor.isdecimal() else -1, executor


def _pack_into_lanes(bars: Sequence[TaskBar]) -> list[list[TaskBar]]:
    lanes: list[list[TaskBar]] = []
    for bar in bars:
        free = next((lane for lane in lanes if lane[-1].end <= bar.begin), None)
        if free is not None:
            free.append(bar)
        elif soon := [lane for lane in lanes if _follows(lane[-1], bar)]:
            min(soon, key=lambda lane: lane[-1].end).append(bar)
        else:
            lanes.append([bar])
    return lanes


def _follows(one: TaskBar, other: TaskBar) -> bool:
    """Say whether a task can have followed another on its core, though it began before its end."""
    both = one.end - other.begin
    shorter = min(one.end - one.begin, other.end - other.begin)
    return both <= min(_NOTED_LATE, shorter / 2)


def span_of(bars: Iterable[TaskBar]) -> tuple[float, float]:
    """Return when the first task began and the last ended; (0, 0) without tasks."""
    every = list(bars)
    if not every:
        return 0.0, 0.0
    return min(bar.begin for bar in every), max(bar.end for bar in every)
