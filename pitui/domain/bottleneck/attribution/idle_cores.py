"""Why cores had nothing to do: a sweep over the moments at which something began or ended.

The application has C cores: the most that it was given at one moment. At each moment those of them
that run no task are free for exactly one reason.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from pitui.domain.bottleneck.explanation import Part
from pitui.domain.bottleneck.task_record import ApplicationRecord, StageRecord

LONG = 1.5
"""Times the median of its stage from which on a task is a straggler (NSDI '15)."""

Key = tuple[int, int]

AROUND: Key = (-1, -1)
"""Stands for the time before the first stage and after the last."""


class _ChangeKind(IntEnum):
    """What changes at a moment; at the same moment in this order."""

    CORES = 0
    STAGE_BEGINS = 1
    TASK_ENDS = 2
    TASK_WAITS = 3
    """It failed, and is to be launched again."""
    TASK_BEGINS = 4
    TASK_IS_LONG = 5
    STAGE_ENDS = 6


@dataclass(frozen=True, slots=True, order=True)
class _Change:
    at: float
    kind: _ChangeKind
    by: int
    """Cores or tasks, more or fewer."""
    stage: Key = (-1, -1)


@dataclass(slots=True)
class _Moment:
    """How things stand between two changes."""

    cores: int = 0
    running: int = 0
    long: int = 0
    """Tasks that run longer than others of their stage."""
    active: dict[Key, int] = field(default_factory=dict)
    """Tasks that wait to be launched, by active stage."""
    tasks: int = 0
    """All tasks of the active stages."""
    reached: bool = False
    """Whether all cores have been there once."""
    to_come: int = 0
    """Stages that have not begun yet."""
    begun: bool = False


def all_cores(record: ApplicationRecord) -> int:
    """Return the cores of an application: the most that it had at one moment, at least one."""
    steps = sorted(_core_changes(record))
    now = most = 0
    for change in steps:
        now += change.by
        most = max(most, now)
    return most or max(1, _most_at_once(record))


def idle_parts(record: ApplicationRecord, cores: int) -> dict[Key | None, dict[Part, float]]:
    """Return core-seconds without a task by stage and part; None is between stages.

    `AROUND` is before the first and after the last.
    """
    found: dict[Key | None, dict[Part, float]] = defaultdict(lambda: defaultdict(float))
    tasks = {stage.key: _task_count(stage) for stage in record.stages}
    unlisted = not record.executors and any(stage.tasks for stage in record.stages)
    moment = _Moment(cores, reached=True) if unlisted else _Moment()
    moment.to_come = len(record.stages)
    last = record.began_at
    for change in _changes(record):
        at = min(max(change.at, record.began_at), record.ended_at)
        if at > last:
            _account_moment(moment, at - last, cores, record.task_cpus, found)
            last = at
        _apply_change(moment, change, tasks, cores)
    _account_moment(moment, record.ended_at - last, cores, record.task_cpus, found)
    return found


def _account_moment(
    moment: _Moment,
    seconds: float,
    cores: int,
    task_cpus: int,
    found: dict[Key | None, dict[Part, float]],
) -> None:
    """Add what the free cores of one moment waited for, shared by the stages that were active."""
    if seconds <= 0:
        return
    parts = _idle_reasons(moment, cores, task_cpus)
    outside = None if moment.begun and moment.to_come else AROUND
    stages: Sequence[Key | None] = list(moment.active) or [outside]
    for part, free in parts:
        for stage in stages:
            found[stage][part] += free * seconds / len(stages)


def _idle_reasons(moment: _Moment, cores: int, task_cpus: int) -> Iterator[tuple[Part, float]]:
    """Yield (why, how many cores) for the cores that run nothing."""
    used = moment.running * task_cpus
    granted = min(cores, max(moment.cores, used))
    missing = cores - granted
    if missing:
        # Cores that were given back (dynamic allocation) are not missed while nothing runs.
        asked = moment.active or not moment.reached
        yield Part.STARTING if asked else Part.DRIVER, missing
    free = granted - used
    if free <= 0:
        return
    if not moment.active:
        yield Part.DRIVER, free
        return
    waiting = min(free, sum(moment.active.values()) * task_cpus)
    if waiting:
        yield Part.SCHEDULING, waiting
    free -= waiting
    if not free:
        return
    if not moment.running:
        yield Part.SCHEDULING, free  # nothing was sent yet, or results are being put together
        return
    never_used = min(free, max(0, granted - moment.tasks * task_cpus))
    yield Part.TOO_FEW_TASKS, never_used
    yield Part.SKEW if moment.long else Part.TOO_FEW_TASKS, free - never_used


def _apply_change(moment: _Moment, change: _Change, tasks: dict[Key, int], cores: int) -> None:
    match change.kind:
        case _ChangeKind.CORES:
            moment.cores += change.by
            moment.reached |= moment.cores >= cores
        case _ChangeKind.STAGE_BEGINS:
            moment.active[change.stage] = tasks[change.stage]
            moment.tasks += tasks[change.stage]
            moment.begun = True
            moment.to_come -= 1
        case _ChangeKind.STAGE_ENDS:
            del moment.active[change.stage]
            moment.tasks -= tasks[change.stage]
        case _ChangeKind.TASK_WAITS:
            if change.stage in moment.active:
                moment.active[change.stage] += 1
        case _ChangeKind.TASK_BEGINS:
            moment.running += 1
            if change.stage in moment.active:
                waiting = moment.active[change.stage] - change.by
                moment.active[change.stage] = max(0, waiting)
        case _ChangeKind.TASK_ENDS:
            moment.running -= 1
            moment.long += change.by
        case _ChangeKind.TASK_IS_LONG:
            moment.long += 1


def _changes(record: ApplicationRecord) -> list[_Change]:
    changes = _core_changes(record)
    for stage in record.stages:
        begins, ends = interval(stage, record)
        changes.append(_Change(begins, _ChangeKind.STAGE_BEGINS, 0, stage.key))
        changes.append(_Change(ends, _ChangeKind.STAGE_ENDS, 0, stage.key))
        changes += _task_changes(stage, record)
    return sorted(changes)


def _task_changes(stage: StageRecord, record: ApplicationRecord) -> Iterator[_Change]:
    long = LONG * stage.median_ms / 1000
    ends: dict[int, float] = {}
    for task in sorted(stage.tasks, key=lambda task: task.launched_at or 0.0):
        if task.launched_at is None:
            continue
        begins, ended = task.launched_at, task.ended_at or record.ended_at
        failed_at = ends.get(task.index)
        again = failed_at is not None and failed_at <= begins
        if failed_at is not None and again:
            yield _Change(failed_at, _ChangeKind.TASK_WAITS, 1, stage.key)
        # A copy of a task that still runs (speculation) did not wait.
        waited = again or failed_at is None
        ends[task.index] = max(ended, failed_at or 0.0)
        is_long = bool(long) and ended - begins > long
        yield _Change(begins, _ChangeKind.TASK_BEGINS, int(waited), stage.key)
        yield _Change(ended, _ChangeKind.TASK_ENDS, -1 if is_long else 0, stage.key)
        if is_long:
            yield _Change(begins + long, _ChangeKind.TASK_IS_LONG, 1, stage.key)


def _core_changes(record: ApplicationRecord) -> list[_Change]:
    changes = []
    for executor in record.executors:
        changes.append(_Change(executor.added_at, _ChangeKind.CORES, executor.cores))
        if executor.removed_at is not None:
            changes.append(_Change(executor.removed_at, _ChangeKind.CORES, -executor.cores))
    return changes


def interval(stage: StageRecord, record: ApplicationRecord) -> tuple[float, float]:
    """Return when a stage began and ended; the application's end where it did not."""
    launched = [task.launched_at for task in stage.tasks if task.launched_at is not None]
    ended = [task.ended_at for task in stage.tasks if task.ended_at is not None]
    begins = stage.stage.submitted_at or min(launched, default=record.ended_at)
    if stage.stage.ended_at is None and not stage.stage.state.active and ended:
        return begins, max(begins, *ended)
    return begins, max(begins, stage.stage.ended_at or record.ended_at)


def _task_count(stage: StageRecord) -> int:
    """Return the tasks that a stage will launch; of one that is over those that it did."""
    launched = len({task.index for task in stage.tasks})
    return max(stage.stage.tasks.all, launched) if stage.stage.state.active else launched


def _most_at_once(record: ApplicationRecord) -> int:
    """Return the most cores that tasks held at one moment, where no executor is known."""
    changes = [
        (at, by * record.task_cpus)
        for stage in record.stages
        for task in stage.tasks
        if task.launched_at is not None
        for at, by in ((task.launched_at, 1), (task.ended_at or record.ended_at, -1))
    ]
    now = most = 0
    for _, by in sorted(changes):
        now += by
        most = max(most, now)
    return most
