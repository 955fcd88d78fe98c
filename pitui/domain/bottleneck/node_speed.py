"""How fast each node is, by the tasks that it ran: boards of one shelf differ."""

from collections import defaultdict
from collections.abc import Iterator
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
"""Tasks of a node in a stage from which on their median says something of the node.

It is the lower of the two in the middle: of two tasks, one that is long says nothing.
"""

SLOW = 1.3
"""Multiple of the others' time from which on a node is called slow."""


def node_paces(record: ApplicationRecord) -> dict[str, float]:
    """Return by node how long a task takes there, as a multiple of what it takes on all nodes.

    In each stage, a node's median against the mean of all nodes' medians, so that one long task
    says nothing of its node; stages weigh by their time. Nodes that ran too little are left out.
    """
    weighted: dict[str, float] = defaultdict(float)
    weights: dict[str, float] = defaultdict(float)
    for stage in record.stages:
        medians, weight = _medians(stage, record)
        if len(medians) < 2:
            continue
        mean = sum(medians.values()) / len(medians)
        for node, pace in medians.items():
            weighted[node] += weight * pace / mean
            weights[node] += weight
    return {node: weighted[node] / weights[node] for node in weighted if weights[node] > 0}


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


def _medians(stage: StageRecord, record: ApplicationRecord) -> tuple[dict[str, float], float]:
    """Return how long tasks of a stage take on each node, and the seconds of all of them.

    Each as a multiple of what tasks of its kind take: the first of each slot, which loads classes
    and takes longer anywhere, is compared with other first ones.
    """
    by_node: dict[str, list[float]] = defaultdict(list)
    total = 0.0
    for timed in _tasks_by_kind(stage, record):
        total += sum(sum(times) for times in timed.values())
        if len(timed) < 2:
            continue  # nothing to compare it with
        usual = sum(median_low(times) for times in timed.values()) / len(timed)
        for node, times in timed.items():
            by_node[node] += [seconds / usual for seconds in times]
    medians = {n: median_low(paces) for n, paces in by_node.items() if len(paces) >= LEAST_TASKS}
    return medians, total


def _tasks_by_kind(
    stage: StageRecord, record: ApplicationRecord
) -> Iterator[dict[str, list[float]]]:
    """Yield the seconds by node of the tasks that were the first of their slots, and of the others.

    A task that had more data than others is no measure of its node.
    """
    kinds: dict[bool, dict[str, list[float]]] = {True: {}, False: {}}
    median_bytes = stage.median_bytes
    firsts = first_of_slots(stage, record)
    for task, is_first in zip(in_order_of_launch(stage), firsts, strict=True):
        done = task.state is WorkState.DONE and task.duration_ms
        if done and not had_more_data(task, median_bytes):
            own = kinds[is_first].setdefault(node_of(task), [])
            own.append((task.duration_ms or 0) / 1000)
    yield from kinds.values()
