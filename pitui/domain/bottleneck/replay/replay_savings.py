"""Replays of one application, compared with what happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from pitui.domain.bottleneck.attribution.idle_cores import Key
from pitui.domain.bottleneck.node_speed import node_paces
from pitui.domain.bottleneck.replay.replay import (
    ReplayPlan,
    ReplayStage,
    ReplayTask,
    TaskSlot,
    replay,
)
from pitui.domain.bottleneck.replay.replay_plan import plan_of
from pitui.domain.bottleneck.task_record import ApplicationRecord

TASKS_A_CORE = 3
"""What stages with too few tasks, or with too many, are thought to be divided into."""

SKEWED = 3.0
"""Times the median of its stage from which on a task is long for what it has to do."""

_MOST_WHOLE = 20_000
"""Tasks of an application up to which all of it is replayed for a change in stages that overlap."""

Tasks = Sequence[ReplayTask]
Change = Callable[[Tasks], Tasks]


@dataclass(frozen=True, slots=True)
class Replays:
    """An application's plan, what replaying it takes, and what it took in truth, in seconds."""

    plan: ReplayPlan
    base: float
    seconds: float
    tasks: int
    """Of all stages."""

    def takes(self, plan: ReplayPlan) -> float:
        """Return what it would have taken with another plan.

        The replay of what happened is never exactly what happened: the ratio of two replays is
        taken, as NSDI '15 does.
        """
        return self.seconds * replay(plan) / self.base if self.base else self.seconds

    def saves(self, plan: ReplayPlan) -> float:
        """Return the seconds that another plan would have saved; never less than none."""
        return max(0.0, self.seconds - self.takes(plan))

    def saves_in(self, changes: Mapping[Key, Change]) -> float:
        """Return what other tasks in some stages would have saved.

        A stage that ran alone is replayed alone: what follows it only comes earlier.
        """
        stages = [stage for stage in self.plan.stages if stage.key in changes]
        if all(stage.alone for stage in stages) or self.tasks > _MOST_WHOLE:
            saved = sum(self._saves_alone(stage, changes[stage.key]) for stage in stages)
            return min(self.seconds, saved * self.seconds / self.base) if self.base else 0.0

        def change(stage: ReplayStage) -> Tasks:
            return changes[stage.key](stage.tasks) if stage.key in changes else stage.tasks

        return self.saves(self.plan.with_tasks(change))

    def _saves_alone(self, stage: ReplayStage, change: Change) -> float:
        slots = tuple(TaskSlot(slot.node, 0.0) for slot in self.plan.slots)
        stage = replace(stage, gap=0.0, after=0, place=0)
        plan = ReplayPlan((stage,), slots, 0.0, self.plan.speeds)
        changed = replace(plan, stages=(replace(stage, tasks=tuple(change(stage.tasks))),))
        return max(0.0, replay(plan) - replay(changed))


def replays_of(record: ApplicationRecord, seconds: float | None = None) -> Replays:
    """Return an application's replays; `seconds` is what its work took, where that is known."""
    plan = plan_of(record, node_paces(record))
    tasks = sum(len(stage.tasks) for stage in plan.stages)
    return Replays(plan, replay(plan), record.seconds if seconds is None else seconds, tasks)


def divided(tasks: Tasks, count: int) -> list[ReplayTask]:
    """Return the work of some tasks as another number of equal ones.

    What each task takes besides comes again with each; what only some took (an executor's first
    task loads classes) stays as much as it was.
    """
    if not tasks:
        return []
    each = median(task.fixed for task in tasks)
    once = sum(task.fixed for task in tasks) - each * len(tasks)
    work = sum(task.seconds for task in tasks)
    return [ReplayTask(work / count, max(0.0, each + once / count))] * count


def shortened(kept: float) -> Change:
    """Return what leaves a share of each task's run time."""
    return lambda tasks: [replace(task, seconds=task.seconds * kept) for task in tasks]
