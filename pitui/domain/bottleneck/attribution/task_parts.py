"""What one task's time went to, by its own metrics.

The order and the clipping follow the method of Ousterhout et al., "Making Sense of Performance in
Data Analytics Frameworks" (NSDI '15): blocked time that the task measured is taken out of its run
time, each part at most what is left of it. What then remains (`rest`) only the node's figures can
explain: Spark measures neither Python's CPU time, nor reading, writing and spilling.
"""

from dataclasses import dataclass, field

from pitui.domain.apps.jobs import Task
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.attribution.lack_of_memory import ended_for_memory
from pitui.domain.bottleneck.explanation import Part
from pitui.domain.bottleneck.task_record import StageRecord, many_tiny_tasks

SLOWEST_CARD = 4 * 1024 * 1024
"""Bytes a second that any card or share gives."""

_MOST_START = 0.05
"""Seconds that a Python worker on a slow board takes for a task in which nothing is to be done."""
MOST_START_UNSEEN = 0.012
"""The same where nobody saw how long Python was on the CPU meanwhile: more may be work."""

_COMPUTES = 0.1
"""Share of the run time on the CPU from which on a task computes, however busy its node is."""


@dataclass(frozen=True, slots=True)
class TaskParts:
    """The parts of one task in seconds; with `rest` they are its duration."""

    parts: dict[Part, float] = field(default_factory=dict)
    rest: float = 0.0


def waited_for_a_core(task: Task, rest: float) -> float:
    """Return the seconds of a rest that can only have been waiting for a core of a busy node.

    For a task without Python, by its metrics alone: what it read and wrote would not have taken
    longer from a very slow card, and it did compute, so that it was not asleep.
    """
    run = task.work.run_ms / 1000
    if task.times is None or not run or task.times.cpu_ms / 1000 < _COMPUTES * run:
        return 0.0
    work = task.work
    moved = work.input_bytes + work.output_bytes + work.shuffle_read + work.shuffle_write
    moved += 2 * work.spill_disk  # written, and read again
    return max(0.0, rest - moved / SLOWEST_CARD)


def start_in_python(stage: StageRecord, cores: int) -> float:
    """Return the seconds that each task of a stage takes for Python to begin and end with it.

    Nobody measures them. Where there are many tiny tasks, it is at most what the metrics of the
    shorter ones leave open, and never more than what that takes a slow board.
    """
    if not stage.python or not many_tiny_tasks(stage, cores):
        return 0.0
    rests = sorted(
        task_parts(task, 0.0).rest
        for task in stage.tasks
        if task.state is WorkState.DONE and task.times is not None
    )
    return min(_MOST_START, rests[len(rests) // 10]) if rests else 0.0


def task_parts(task: Task, until: float) -> TaskParts:
    """Divide a task's time from its launch to its end, or to `until` while it runs."""
    if task.launched_at is None:
        return TaskParts()
    active = task.state.active
    duration = max(0.0, (task.ended_at or until) - task.launched_at)
    if task.times is None or not (active or task.state is WorkState.DONE):
        return TaskParts({Part.MEMORY if ended_for_memory(task) else Part.UNMEASURED: duration})
    run = min(duration, task.work.run_ms / 1000)
    parts: dict[Part, float] = {}
    left = run
    for part, milliseconds in (
        (Part.CPU, task.times.cpu_ms),
        (Part.GC, task.work.gc_ms),
        (Part.NETWORK, task.times.fetch_wait_ms),
        (Part.DISK, task.times.shuffle_write_ms),
    ):
        taken = min(left, max(0.0, milliseconds / 1000))
        if taken:
            parts[part] = taken
            left -= taken
    # While a task runs its metrics are those of the last heartbeat: what is newer has none.
    parts[Part.UNMEASURED if active else Part.SCHEDULING] = duration - run
    return TaskParts(parts, left)
