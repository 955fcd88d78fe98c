"""How fast each node is, by the tasks that it ran: boards of one shelf differ."""

from collections import defaultdict
from collections.abc import Sequence
from statistics import median, median_low

from pitui.domain.apps.jobs import Task
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
    The first task of each slot, which takes longer anywhere, is compared with other first ones.
    """
    weighted: dict[str, float] = defaultdict(float)
    weights: dict[str, float] = defaultdict(float)
    for stage in record.stages:
        median_bytes = stage.median_bytes
        for tasks in _first_and_others(stage, record):
            medians, weight = _medians(tasks, median_bytes)
            if len(medians) < 2:
                continue
            mean = sum(medians.values()) / len(medians)
            for node, seconds in medians.items():
                weighted[node] += weight * seconds / mean
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


def _medians(tasks: Sequence[Task], median_bytes: int) -> tuple[dict[str, float], float]:
    """Return each node's median run time in tasks of one kind, and the seconds of all of them.

    A task that had more data than others is no measure of its node.
    """
    by_node: dict[str, list[float]] = defaultdict(list)
    for task in tasks:
        if task.state is not WorkState.DONE or task.duration_ms is None:
            continue
        if not had_more_data(task, median_bytes):
            by_node[node_of(task)].append(task.duration_ms / 1000)
    total = sum(sum(times) for times in by_node.values())
    medians = {n: median_low(times) for n, times in by_node.items() if len(times) >= LEAST_TASKS}
    return {node: seconds for node, seconds in medians.items() if seconds > 0}, total


def _first_and_others(stage: StageRecord, record: ApplicationRecord) -> Sequence[Sequence[Task]]:
    """Return the tasks that were the first of their slots in a stage, and the others."""
    launched = list(zip(in_order_of_launch(stage), first_of_slots(stage, record), strict=True))
    return [[task for task, first in launched if first is wanted] for wanted in (True, False)]
