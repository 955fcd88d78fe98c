"""How long it would have taken with one more node, or without what its tasks waited for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from statistics import median

from pitui.domain.bottleneck.attribution.attribution import Attribution
from pitui.domain.bottleneck.attribution.idle_cores import Key
from pitui.domain.bottleneck.explanation import Part, WhatIf
from pitui.domain.bottleneck.replay.replay import ReplayPlan, ReplayStage, ReplayTask, TaskSlot
from pitui.domain.bottleneck.replay.replay_plan import executors_at_most
from pitui.domain.bottleneck.replay.replay_savings import (
    SKEWED,
    TASKS_A_CORE,
    Replays,
    divided,
    shortened,
)
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.text.number_words import took

BLOCKED = (Part.GC, Part.NETWORK, Part.DISK, Part.SPILL, Part.MEMORY, Part.WAITING)
"""Parts inside tasks' run time that would be gone if what they waited for were free."""

_HELPS = 0.03
"""Share of its time that one more node has to save to be called a help."""
_LEAST = 0.005
"""Share of the core-time below which a part is not worth a figure."""


def what_if(record: ApplicationRecord, replays: Replays, attribution: Attribution) -> WhatIf:
    """Return how long it would have taken otherwise."""
    if not any(stage.tasks for stage in replays.plan.stages):
        return WhatIf(seconds=replays.seconds)
    like, more = _one_more(record, replays)
    without = _without_parts(record, replays, attribution)
    return WhatIf(
        more,
        {str(part): seconds for part, seconds in without.items()},
        replays.seconds,
        like,
        tuple(_what_if_texts(replays.seconds, like, more, without, measured=attribution.measured)),
    )


def _one_more(record: ApplicationRecord, replays: Replays) -> tuple[str | None, float | None]:
    """Return a node, and what it would have taken with one more like it.

    The one that is neither the fastest nor the slowest: of two, the slower.
    """
    nodes: dict[str, list[TaskSlot]] = {}
    executors = executors_at_most(record)
    for executor in executors:
        since = max(0.0, executor.added_at - record.began_at)
        count = max(1, executor.cores // record.task_cpus)
        nodes.setdefault(executor.node, []).extend([TaskSlot(executor.node, since)] * count)
    paces = replays.plan.speeds
    ranked = sorted(nodes, key=lambda node: (paces.get(node, 1.0), node))
    if not ranked or not ranked[0] or executors[0].id == "driver":
        return None, None
    like = ranked[len(ranked) // 2]
    plan = replace(replays.plan, slots=(*replays.plan.slots, *nodes[like]))
    cores = len(replays.plan.slots)
    return like, replays.takes(plan.with_tasks(_grown(cores, len(plan.slots))))


def _grown(cores: int, then: int) -> Callable[[ReplayStage], Iterable[ReplayTask]]:
    """Return what divides the tasks of stages that have a small whole number of them a core.

    Such a stage follows the number of cores (Spark's default parallelism): with more of them its
    work would be divided into more tasks. What is much longer than the others (a key that has most
    of the rows) stays one task.
    """

    def change(stage: ReplayStage) -> Iterable[ReplayTask]:
        count = len(stage.tasks)
        if not count or count % cores or count > TASKS_A_CORE * cores:
            return stage.tasks
        much = SKEWED * median(task.seconds for task in stage.tasks)
        whole = [task for task in stage.tasks if task.seconds > much]
        others = [task for task in stage.tasks if task.seconds <= much]
        return [*whole, *divided(others, count * then // cores - len(whole))]

    return change


def _without_parts(
    record: ApplicationRecord, replays: Replays, attribution: Attribution
) -> dict[Part, float]:
    """Return by part what it would have taken at least, had that part been free."""
    whole = attribution.core_seconds or 1.0
    found: dict[Part, float] = {}
    for part, seconds in attribution.whole.items():
        waits = record.streaming and part is Part.DRIVER
        if seconds / whole < _LEAST or waits:
            continue
        plan = _plan_without(part, record, replays.plan, attribution)
        if plan is not None:
            found[part] = min(replays.seconds, replays.takes(plan))
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def _plan_without(
    part: Part, record: ApplicationRecord, plan: ReplayPlan, attribution: Attribution
) -> ReplayPlan | None:
    if part in BLOCKED:
        without = _shortened(part, attribution.stages, record.task_cpus)
        return replace(plan, stages=tuple(map(without, plan.stages)))
    if part is Part.SCHEDULING:
        return _at_once(plan)
    if part is Part.SKEW:
        return plan.with_tasks(lambda stage: divided(stage.tasks, max(1, len(stage.tasks))))
    if part is Part.TOO_FEW_TASKS:
        cores = len(plan.slots)
        return plan.with_tasks(
            lambda stage: divided(stage.tasks, max(len(stage.tasks), TASKS_A_CORE * cores))
        )
    if part is Part.DRIVER:
        stages = tuple(replace(stage, gap=0.0) for stage in plan.stages)
        return replace(plan, stages=stages, end=0.0)
    return None


def _shortened(
    part: Part, stages: Mapping[Key, Mapping[Part, float]], task_cpus: int
) -> Callable[[ReplayStage], ReplayStage]:
    """Return what takes a part out of the tasks of each stage, in proportion to their run time."""

    def change(stage: ReplayStage) -> ReplayStage:
        time = stage.run_seconds * task_cpus
        gone = stages.get(stage.key, {}).get(part, 0.0)
        kept = max(0.0, 1 - gone / time) if time else 1.0
        start, *tasks = shortened(kept)([stage.start, *stage.tasks])
        return replace(stage, start=start, tasks=tuple(tasks))

    return change


def _at_once(plan: ReplayPlan) -> ReplayPlan:
    """Return the plan with nothing between tasks, and between them and their stages' ends."""
    stages = (
        replace(
            stage,
            lead=0.0,
            apart=0.0,
            tail=0.0,
            start=replace(stage.start, fixed=0.0),
            tasks=tuple(replace(t, fixed=0.0) for t in stage.tasks),
        )
        for stage in plan.stages
    )
    return replace(plan, stages=tuple(stages))


def _what_if_texts(
    seconds: float,
    like: str | None,
    more: float | None,
    without: Mapping[Part, float],
    *,
    measured: bool,
) -> Iterable[str]:
    if like is not None and more is not None:
        would = "make it" if more < (1 - _HELPS) * seconds else "hardly help:"
        yield f"One more node like {like} would {would} {took(more)} instead of {took(seconds)}."
    for part, left in without.items():
        saved = 1 - left / seconds if seconds else 0.0
        if saved >= _LEAST * 2:
            known = measured or part is not Part.WAITING
            words = WITHOUT[part] if known else _OPEN
            yield f"Without {words} at most {saved:.0%} less: {took(left)}."


_OPEN = "what tasks did off the JVM's CPU"
"""What is left open where nobody recorded the nodes."""

WITHOUT = {
    Part.GC: "garbage collection",
    Part.NETWORK: "waiting for the network",
    Part.DISK: "waiting for disks",
    Part.SPILL: "spill",
    Part.MEMORY: "what lack of memory took",
    Part.WAITING: "what tasks waited for",
    Part.SCHEDULING: "sending tasks and results",
    Part.SKEW: "skew (equal tasks in each stage)",
    Part.TOO_FEW_TASKS: f"idle cores ({TASKS_A_CORE} equal tasks a core in each stage)",
    Part.DRIVER: "the time in which no stage ran",
}
