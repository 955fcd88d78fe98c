"""An application's tasks run again on given slots: how long would it have taken?

The method of NSDI '15 and of sparklens: tasks are put on the first slot that is free, in the order
in which they were launched, so that waves and tails come out as they would. A stage begins when all
that had ended before it has ended again, plus the time that the driver took then.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from pitui.domain.bound.idle_cores import Key, all_cores, interval
from pitui.domain.bound.record import ApplicationRecord, ExecutorRecord, StageRecord, node_of


@dataclass(frozen=True, slots=True)
class ReplayTask:
    """What a task needs of a slot."""

    seconds: float
    """Its run time, on the node that it ran on."""
    fixed: float = 0.0
    """What it takes besides, on whatever node and however small it is."""
    node: str = ""
    """Empty where it is no node's: it takes what it would take on average."""


@dataclass(frozen=True, slots=True)
class ReplayStage:
    """A stage to run again."""

    key: Key
    gap: float
    """Seconds from the end of what it waited for to its begin."""
    after: int
    """How many of the stages that ended first, in the order of their ends, it waited for."""
    place: int
    """Its own place in the order of ends."""
    tasks: tuple[ReplayTask, ...]
    lead: float = 0.0
    """Seconds from its begin to its first task's."""
    tail: float = 0.0
    """Seconds from its last task's end to its own."""
    alone: bool = True
    """Whether no other stage ran meanwhile."""


@dataclass(frozen=True, slots=True)
class TaskSlot:
    """A place for one task at a time."""

    node: str
    since: float
    """Seconds after the application's start."""


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """All that a replay needs."""

    stages: tuple[ReplayStage, ...]
    """In the order in which they began."""
    slots: tuple[TaskSlot, ...]
    end: float
    """Seconds from the last stage's end to the application's."""
    speeds: Mapping[str, float] = field(default_factory=dict)
    """By node: how long a task takes there, as a multiple of what it takes elsewhere."""

    def with_tasks(self, change: Callable[[ReplayStage], Iterable[ReplayTask]]) -> "ReplayPlan":
        """Return the plan with other tasks in its stages."""
        stages = (replace(stage, tasks=tuple(change(stage))) for stage in self.stages)
        return replace(self, stages=tuple(stages))


def plan_of(record: ApplicationRecord, speeds: Mapping[str, float]) -> ReplayPlan:
    """Return what happened as a plan to replay."""
    times = {stage.key: interval(stage, record) for stage in record.stages}
    begun = sorted(record.stages, key=lambda stage: (times[stage.key][0], stage.key))
    ended = sorted(record.stages, key=lambda stage: (times[stage.key][1], stage.key))
    ends = [times[stage.key][1] for stage in ended]
    places = {stage.key: place for place, stage in enumerate(ended)}
    alone = _alone([times[stage.key] for stage in begun])
    stages = []
    for number, stage in enumerate(begun):
        begins = times[stage.key][0]
        after = min(bisect_right(ends, begins), places[stage.key])
        before = ends[after - 1] if after else record.began_at
        stages.append(
            ReplayStage(
                stage.key,
                max(0.0, begins - before),
                after,
                places[stage.key],
                tuple(_tasks(stage, record, alone=alone[number])),
                _lead(stage, record, begins),
                _tail(stage, times[stage.key][1]),
                alone[number],
            )
        )
    last = ends[-1] if ends else record.began_at
    return ReplayPlan(
        tuple(stages), tuple(_slots(record)), max(0.0, record.ended_at - last), speeds
    )


def replay(plan: ReplayPlan) -> float:
    """Return the seconds that the application takes with this plan."""
    state = _Replay(plan)
    state.run()
    return state.ended + plan.end


class _Replay:
    """One run of a plan, event by event: a stage may begin, a task ends."""

    def __init__(self, plan: ReplayPlan) -> None:
        self._plan = plan
        self._slots = [(slot.since, number) for number, slot in enumerate(plan.slots)]
        heapify(self._slots)
        self._done = [False] * len(plan.stages)
        self._prefix = 0
        self.ended = 0.0
        self._prefix_end = 0.0
        self._ends: list[tuple[float, int]] = []
        """When stages end, and their places."""

    def run(self) -> None:
        """Run all stages.

        A stage's tasks take slots when it begins. Stages that overlap share the slots in the order
        in which they began, as Spark's FIFO scheduling has it.
        """
        ready: list[tuple[float, int, ReplayStage]] = []
        waiting = sorted(self._plan.stages, key=lambda stage: stage.after)
        at = 0
        while at < len(waiting) or ready:
            while at < len(waiting) and waiting[at].after <= self._prefix:
                stage = waiting[at]
                heappush(ready, (self._prefix_end + stage.gap, at, stage))
                at += 1
            if ready and (not self._ends or ready[0][0] <= self._ends[0][0]):
                begins, _, stage = heappop(ready)
                heappush(self._ends, (self._run_stage(stage, begins), stage.place))
            else:
                self._end_next()
        while self._ends:
            self._end_next()

    def _end_next(self) -> None:
        end, place = heappop(self._ends)
        self._done[place] = True
        self.ended = max(self.ended, end)
        while self._prefix < len(self._done) and self._done[self._prefix]:
            self._prefix += 1
            self._prefix_end = end

    def _run_stage(self, stage: ReplayStage, begins: float) -> float:
        speeds = self._plan.speeds
        begins = last = begins + stage.lead
        for task in stage.tasks:
            if not self._slots:
                return last
            free, number = heappop(self._slots)
            node = self._plan.slots[number].node
            pace = speeds.get(node, 1.0) / speeds.get(task.node, 1.0)
            end = max(free, begins) + task.fixed + task.seconds * pace
            heappush(self._slots, (end, number))
            last = max(last, end)
        return last + stage.tail


def _alone(times: Sequence[tuple[float, float]]) -> list[bool]:
    """Say of each interval, in the order of their begins, whether no other overlaps it."""
    found = []
    latest = 0.0
    for number, (begins, ends) in enumerate(times):
        following = times[number + 1][0] if number + 1 < len(times) else ends
        found.append(latest <= begins and following >= ends)
        latest = max(latest, ends)
    return found


def _tasks(stage: StageRecord, record: ApplicationRecord, *, alone: bool) -> Iterable[ReplayTask]:
    launched = [task for task in stage.tasks if task.launched_at is not None]
    between = _between(stage, record) if alone else 0.0
    for task in sorted(launched, key=lambda task: (task.launched_at, task.id)):
        begins = task.launched_at or 0.0
        took = max(0.0, (task.ended_at or record.ended_at) - begins)
        run = min(took, task.work.run_ms / 1000) if task.times is not None else took
        yield ReplayTask(run, took - run + between, node_of(task))


def _between(stage: StageRecord, record: ApplicationRecord) -> float:
    """Return the seconds that a slot was free between two tasks of a stage, while more waited."""
    times = [
        (task.launched_at, task.ended_at or record.ended_at)
        for task in stage.tasks
        if task.launched_at is not None
    ]
    if not times:
        return 0.0
    first, last = min(begin for begin, _ in times), max(begin for begin, _ in times)
    alive = [e for e in record.executors if e.added_at <= first and (e.removed_at or last) >= last]
    slots = sum(executor.cores for executor in alive) // record.task_cpus
    used = sum(min(end, last) - begin for begin, end in times)
    free = slots * (last - first) - used
    return max(0.0, free / len(times))


def _lead(stage: StageRecord, record: ApplicationRecord, begins: float) -> float:
    launched = [task.launched_at for task in stage.tasks if task.launched_at is not None]
    ready = min((e.added_at for e in record.executors), default=begins)
    return max(0.0, min(launched) - max(begins, ready)) if launched else 0.0


def _tail(stage: StageRecord, ends: float) -> float:
    last = max((task.ended_at or 0.0 for task in stage.tasks), default=0.0)
    return max(0.0, ends - last) if last else 0.0


def _slots(record: ApplicationRecord) -> Iterable[TaskSlot]:
    for executor in executors_at_most(record):
        since = max(0.0, executor.added_at - record.began_at)
        for _ in range(max(1, executor.cores // record.task_cpus)):
            yield TaskSlot(executor.node, since)


def executors_at_most(record: ApplicationRecord) -> Sequence[ExecutorRecord]:
    """Return the executors at the moment at which they were most: those that came later replaced.

    Where none is known, one for as many tasks as ran at once.
    """
    alive: list[ExecutorRecord] = []
    best: list[ExecutorRecord] = []
    for executor in sorted(record.executors, key=lambda executor: executor.added_at):
        alive = [e for e in alive if e.removed_at is None or e.removed_at > executor.added_at]
        alive.append(executor)
        if sum(e.cores for e in alive) > sum(e.cores for e in best):
            best = list(alive)
    return best or [ExecutorRecord("", "", all_cores(record), record.began_at)]
