"""What a stage costs each slot once: told apart from the work that more slots would share.

The first task of a stage on each slot loads and compiles its classes, fetches what was broadcast,
and waits for a Python worker to start. That takes seconds on a slow board, on one more as well.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import median, median_low

from pitui.domain.apps.jobs import Task
from pitui.domain.bottleneck.replay.replay import NO_START, ReplayTask
from pitui.domain.bottleneck.task_record import ApplicationRecord, StageRecord


def in_order_of_launch(stage: StageRecord) -> Sequence[Task]:
    """Return the tasks of a stage that were launched, in that order."""
    launched = [task for task in stage.tasks if task.launched_at is not None]
    return sorted(launched, key=lambda task: (task.launched_at, task.id))


def first_of_slots(stage: StageRecord, record: ApplicationRecord) -> Sequence[bool]:
    """Say of each task, in the order of launches, whether it was the first of its slot there."""
    slots = {executor.id: executor.cores // record.task_cpus for executor in record.executors}
    sent: Counter[str] = Counter()
    first = []
    for task in in_order_of_launch(stage):
        first.append(sent[task.executor] < slots.get(task.executor, 0))
        sent[task.executor] += 1
    return first


def without_start(
    tasks: Sequence[ReplayTask], first: Sequence[bool]
) -> tuple[ReplayTask, Sequence[ReplayTask]]:
    """Return what the first task of each slot took longer than others, and the tasks without it.

    It is the less of the two in the middle: where one of them had more to do than others, that is
    its work. Nothing is known of a stage in which each slot had one task.
    """
    begun = [task for task, is_first in zip(tasks, first, strict=True) if is_first]
    others = [task for task, is_first in zip(tasks, first, strict=True) if not is_first]
    if not begun or not others:
        return NO_START, tasks
    fixed = _longer([task.fixed for task in begun], [task.fixed for task in others])
    seconds = _longer([task.seconds for task in begun], [task.seconds for task in others])
    rest = [
        replace(task, fixed=max(0.0, task.fixed - fixed), seconds=max(0.0, task.seconds - seconds))
        if is_first
        else task
        for task, is_first in zip(tasks, first, strict=True)
    ]
    return ReplayTask(seconds, fixed), rest


def _longer(first: Sequence[float], others: Sequence[float]) -> float:
    return max(0.0, median_low(first) - median(others))
