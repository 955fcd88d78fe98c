"""How fast each node is, by the tasks that it ran: boards of one shelf differ."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median, median_low

from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.replay.stage_start import first_of_slots, in_order_of_launch
from pitui.domain.bottleneck.task_record import (
    ApplicationRecord,
    StageRecord,
    had_more_data,
    node_of,
)

LEAST_TASKS = 2
"""Tasks of a node from which on their median says something of the node.

It is the lower of the two in the middle: of two tasks, one that is long says nothing.
"""

_LEAST_STAGES = 3
"""Stages in which a node had one task each, from which on they say something of it."""

_SHORT, _MANY = 0.5, 10
"""Seconds below which tasks say something of a node only if it had so many of them in a stage."""

_Pace = tuple[float, float]
"""Of a node in a stage: a task's time there as a multiple of the usual, and what that weighs."""

SLOW = 1.3
"""Multiple of the others' time from which on a node is called slow."""


def node_paces(record: ApplicationRecord) -> dict[str, float]:
    """Return by node how long a task takes there, as a multiple of what it takes on most cores.

    In each stage by a node's median, so that one long task says nothing of its node; stages weigh
    by their time. Of stages in which a node had one task several together say as much. Nodes that
    ran too little are left out.
    """
    evidence: dict[str, list[_Pace]] = defaultdict(list)
    few: dict[str, list[_Pace]] = defaultdict(list)
    warm_at = _warm_at(record)
    for stage in record.stages:
        found, weight = _paces_in_stage(stage, record, warm_at)
        for node, own in found.items():
            kept = evidence if len(own) >= LEAST_TASKS else few
            kept[node].append((median_low(own), weight))
    for node, paces in few.items():
        if len(paces) >= _LEAST_STAGES:
            middle = median_low(pace for pace, _ in paces)
            evidence[node].append((middle, sum(weight for _, weight in paces)))
    return {node: _weighted_mean(paces) for node, paces in evidence.items()}


def _weighted_mean(paces: Sequence[_Pace]) -> float:
    return sum(pace * weight for pace, weight in paces) / sum(weight for _, weight in paces)


def slow_nodes(record: ApplicationRecord) -> dict[str, float]:
    """Return the nodes that slow others: by how much, as a multiple of the other nodes' time."""
    paces = node_paces(record)
    found = {}
    for node, pace in paces.items():
        others = [other for name, other in paces.items() if name != node]
        ratio = pace / median(others) if others and median(others) > 0 else 1.0
        if ratio >= SLOW:
            found[node] = ratio
    return found


def _warm_at(record: ApplicationRecord) -> dict[str, float]:
    """Return by executor when its first task ended: one that came late is cold in a later stage."""
    warm: dict[str, float] = {}
    for stage in record.stages:
        for task in stage.tasks:
            if task.ended_at is not None:
                warm[task.executor] = min(task.ended_at, warm.get(task.executor, task.ended_at))
    return warm


def _paces_in_stage(
    stage: StageRecord, record: ApplicationRecord, warm_at: Mapping[str, float]
) -> tuple[dict[str, list[float]], float]:
    """Return how long the tasks of a stage took by node, and the seconds of all of them.

    Each as a multiple of what tasks of its kind take: the first of each slot, which loads classes
    and takes longer anywhere, is compared with other first ones, and the first of its executor,
    which loads Spark's as well, with such as these.
    """
    by_node: dict[str, list[float]] = defaultdict(list)
    total = 0.0
    for timed in _tasks_by_kind(stage, record, warm_at):
        total += sum(sum(times) for times in timed.values())
        if len(timed) < 2:
            continue  # nothing to compare it with
        usual = _usual(timed.values())
        for node, times in timed.items():
            if usual >= _SHORT or len(times) >= _MANY:
                by_node[node] += [seconds / usual for seconds in times]
    return by_node, total


def _usual(by_node: Iterable[Sequence[float]]) -> float:
    """Return the median of some nodes that is in the middle, each counted once a task.

    It hardly depends on which nodes had tasks of this stage and kind, as a mean would: a slow node
    with one core is among the first tasks of slots alone.
    """
    return median_low(median_low(times) for times in by_node for _ in times)


def _tasks_by_kind(
    stage: StageRecord, record: ApplicationRecord, warm_at: Mapping[str, float]
) -> Iterator[dict[str, list[float]]]:
    """Yield the seconds by node of the tasks that were the first of their executors, of the others
    that were the first of their slots, and of the rest.

    A task that had more data than others is no measure of its node.
    """  # noqa: D205 - one sentence
    kinds: dict[tuple[bool, bool], dict[str, list[float]]] = {}
    median_bytes = stage.median_bytes
    firsts = first_of_slots(stage, record)
    for task, is_first in zip(in_order_of_launch(stage), firsts, strict=True):
        done = task.state is WorkState.DONE and (task.duration_ms or 0) > 0
        if done and not had_more_data(task, median_bytes):
            is_cold = (task.launched_at or 0.0) < warm_at.get(task.executor, 0.0)
            own = kinds.setdefault((is_cold, is_first), {}).setdefault(node_of(task), [])
            own.append((task.duration_ms or 0) / 1000)
    yield from kinds.values()
