"""What happened as a plan to replay."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from pitui.domain.bottleneck.attribution.idle_cores import all_cores, interval
from pitui.domain.bottleneck.attribution.task_parts import (
    MOST_START_UNSEEN,
    start_in_python,
    task_parts,
)
from pitui.domain.bottleneck.replay.replay import ReplayPlan, ReplayStage, ReplayTask, TaskSlot
from pitui.domain.bottleneck.replay.stage_start import (
    first_of_slots,
    in_order_of_launch,
    without_start,
)
from pitui.domain.bottleneck.task_record import (
    ApplicationRecord,
    ExecutorRecord,
    StageRecord,
    node_of,
)

_MUCH_FREE = 0.15
"""Share of the slots' time from which on tasks waited for the driver, and not for slots."""


def plan_of(record: ApplicationRecord, speeds: Mapping[str, float]) -> ReplayPlan:
    """Return what happened as a plan to replay."""
    times = {stage.key: interval(stage, record) for stage in record.stages}
    begun = sorted(record.stages, key=lambda stage: (times[stage.key][0], stage.key))
    ended = sorted(record.stages, key=lambda stage: (times[stage.key][1], stage.key))
    ends = [times[stage.key][1] for stage in ended]
    places = {stage.key: place for place, stage in enumerate(ended)}
    alone = _ran_alone([times[stage.key] for stage in begun])
    stages = []
    for number, stage in enumerate(begun):
        begins = times[stage.key][0]
        between, apart = _waits_of_slots(stage, record) if alone[number] else (0.0, 0.0)
        tasks = list(_replay_tasks(stage, record, speeds, between))
        start, rest = without_start(tasks, first_of_slots(stage, record))
        after = min(bisect_right(ends, begins), places[stage.key])
        before = ends[after - 1] if after else record.began_at
        stages.append(
            ReplayStage(
                stage.key,
                max(0.0, begins - before),
                after,
                places[stage.key],
                tuple(rest),
                _lead_of_stage(stage, record, begins),
                apart,
                _tail_of_stage(stage, times[stage.key][1]),
                alone[number],
                start,
                sum(task.seconds for task in tasks),
            )
        )
    last = ends[-1] if ends else record.began_at
    return ReplayPlan(
        tuple(stages), tuple(_task_slots(record)), max(0.0, record.ended_at - last), speeds
    )


def _ran_alone(times: Sequence[tuple[float, float]]) -> list[bool]:
    """Say of each interval, in the order of their begins, whether no other overlaps it."""
    found = []
    latest = 0.0
    for number, (begins, ends) in enumerate(times):
        following = times[number + 1][0] if number + 1 < len(times) else ends
        found.append(latest <= begins and following >= ends)
        latest = max(latest, ends)
    return found


def _replay_tasks(
    stage: StageRecord, record: ApplicationRecord, speeds: Mapping[str, float], between: float
) -> Iterable[ReplayTask]:
    start = min(MOST_START_UNSEEN, start_in_python(stage, all_cores(record)))
    for task in in_order_of_launch(stage):
        begins = task.launched_at or 0.0
        took = max(0.0, (task.ended_at or record.ended_at) - begins)
        run = min(took, task.work.run_ms / 1000) if task.times is not None else took
        run -= 0.0 if task.state.active else min(start, task_parts(task, record.ended_at).rest)
        yield ReplayTask(run / speeds.get(node_of(task), 1.0), took - run + between)


def _waits_of_slots(stage: StageRecord, record: ApplicationRecord) -> tuple[float, float]:
    """Return seconds that slots were free while tasks of a stage waited: (a task, between sends).

    Where slots were free for much of the time, the driver sent no faster, to however many nodes.
    What is launched again or twice waited for something else: a task that failed, or was slow.
    """
    launched = in_order_of_launch(stage)
    sent = {task.index: task.launched_at or 0.0 for task in reversed(launched)}
    if len(sent) < 2:
        return 0.0, 0.0
    first, last = min(sent.values()), max(sent.values())
    times = [
        (task.launched_at, task.ended_at or record.ended_at)
        for task in launched
        if task.launched_at is not None and task.launched_at <= last
    ]
    alive = [e for e in record.executors if e.added_at <= first and (e.removed_at or last) >= last]
    slots = sum(executor.cores for executor in alive) // record.task_cpus
    used = sum(min(end, last) - begin for begin, end in times)
    free = max(0.0, slots * (last - first) - used)
    if free > _MUCH_FREE * slots * (last - first):
        return 0.0, (last - first) / (len(sent) - 1)
    return free / len(sent), 0.0


def _lead_of_stage(stage: StageRecord, record: ApplicationRecord, begins: float) -> float:
    launched = [task.launched_at for task in stage.tasks if task.launched_at is not None]
    ready = min((e.added_at for e in record.executors), default=begins)
    return max(0.0, min(launched) - max(begins, ready)) if launched else 0.0


def _tail_of_stage(stage: StageRecord, ends: float) -> float:
    last = max((task.ended_at or 0.0 for task in stage.tasks), default=0.0)
    return max(0.0, ends - last) if last else 0.0


def _task_slots(record: ApplicationRecord) -> Iterable[TaskSlot]:
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
