"""An application's tasks run again on given slots: how long would it have taken?

The method of NSDI '15 and of sparklens: tasks are put on the first slot that is free, in the order
in which they were launched, so that waves and tails come out as they would. A stage begins when all
that had ended before it has ended again, plus the time that the driver took then.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush

from pitui.domain.bottleneck.attribution.idle_cores import Key


@dataclass(frozen=True, slots=True)
class ReplayTask:
    """What a task needs of a slot."""

    seconds: float
    """Its run time, as it would be on a node of average speed."""
    fixed: float = 0.0
    """What it takes besides, on whatever node and however small it is."""

    def on(self, pace: float) -> float:
        """Return the seconds that it takes on a node, by how much slower than the average it is."""
        return self.fixed + self.seconds * pace


NO_START = ReplayTask(0.0)


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
    apart: float = 0.0
    """Seconds that its tasks' launches are apart at least, where the driver sends no faster."""
    tail: float = 0.0
    """Seconds from its last task's end to its own."""
    alone: bool = True
    """Whether no other stage ran meanwhile."""
    start: ReplayTask = NO_START
    """What each slot's first task of it takes longer than those that follow there: its executor
    loads classes, compiles, fetches what was broadcast, starts Python. One more node does it too.
    """
    run_seconds: float = 0.0
    """Run time of its tasks as it was, with `start`."""


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
    """By node: how long a task takes there, as a multiple of what it takes on average."""

    def with_tasks(self, change: Callable[[ReplayStage], Iterable[ReplayTask]]) -> "ReplayPlan":
        """Return the plan with other tasks in its stages."""
        stages = (replace(stage, tasks=tuple(change(stage))) for stage in self.stages)
        return replace(self, stages=tuple(stages))


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
        sent = begins
        started: set[int] = set()
        for task in stage.tasks:
            if not self._slots:
                return last
            free, number = heappop(self._slots)
            node = self._plan.slots[number].node
            pace = speeds.get(node, 1.0)
            launched = max(free, sent)
            sent = launched + stage.apart if stage.apart else begins
            end = launched + task.on(pace)
            if number not in started:
                started.add(number)
                end += stage.start.on(pace)
            heappush(self._slots, (end, number))
            last = max(last, end)
        return last + stage.tail
