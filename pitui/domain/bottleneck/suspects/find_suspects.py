"""What looks wrong inside an application, each with what it would save, by replaying the tasks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median_low

from pitui.domain.apps.jobs import Task
from pitui.domain.bottleneck.attribution.attribution import Attribution
from pitui.domain.bottleneck.attribution.idle_cores import LONG
from pitui.domain.bottleneck.attribution.task_parts import SLOWEST_CARD
from pitui.domain.bottleneck.explanation import Part, Suspect, SuspectKind
from pitui.domain.bottleneck.node_speed import slow_nodes
from pitui.domain.bottleneck.replay.replay_savings import (
    SKEWED,
    TASKS_A_CORE,
    Change,
    Replays,
    divided,
    shortened,
)
from pitui.domain.bottleneck.replay.stage_start import first_of_slots, in_order_of_launch
from pitui.domain.bottleneck.suspects.plan_suspects import plan_suspects
from pitui.domain.bottleneck.task_record import (
    ApplicationRecord,
    StageRecord,
    bytes_read,
    had_more_data,
    many_tiny_tasks,
    node_of,
)
from pitui.domain.text.number_words import bytes_words, counted, percentage, took

MOST = 20
"""Suspects that are told."""

_WORTH = 0.01
"""Share of the application's time that a suspect has to save."""
_WORTH_SECONDS = 0.05

_SKEWED_OF_STAGE = 0.2
"""What it takes longer than the median, as a share of its stage's time."""
_TINY_SHARE = 0.2
"""Of the tasks' time that is scheduling."""
_GC_MUCH = 0.1
"""Of the run time, as Dr. Elephant's "severe" and Spark's own page have it."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What the rules look at."""

    record: ApplicationRecord
    replays: Replays
    attribution: Attribution
    slow: dict[str, float]

    @property
    def cores(self) -> int:
        """Return the slots for tasks."""
        return len(self.replays.plan.slots)

    def long_task(self, stage: StageRecord) -> Task | None:
        """Return the longest task, if it is long besides what the first of each slot takes longer.

        That differs by as much as it is: twice is allowed for.
        """
        (own,) = (one for one in self.replays.plan.stages if one.key == stage.key)
        took = [task.on(1.0) for task in own.tasks]
        tasks, first = in_order_of_launch(stage), first_of_slots(stage, self.record)
        spare = own.start.on(1.0)
        least = SKEWED * median_low(took) if took else 0.0
        long = [
            task
            for task, seconds, is_first in zip(tasks, took, first, strict=True)
            if task.ended_at is not None and seconds - (spare if is_first else 0.0) >= least
        ]
        return max(long, key=lambda task: task.duration_ms or 0, default=None)

    def saves(self, stage: StageRecord, change: Change) -> float:
        """Return what would be saved with other tasks in one stage."""
        return self.replays.saves_in({stage.key: change})


def suspects(
    record: ApplicationRecord, replays: Replays, attribution: Attribution
) -> tuple[Suspect, ...]:
    """Return what looks wrong, the one that would save most first."""
    context = _Context(record, replays, attribution, slow_nodes(record))
    every = [*_slow_nodes_suspect(context), *plan_suspects(record, replays)]
    for stage in record.stages:
        if stage.tasks:
            for rule in _RULES:
                every += rule(context, stage)
    least = max(_WORTH_SECONDS, _WORTH * replays.seconds)
    worth = [suspect for suspect in every if suspect.saves_seconds >= least]
    return tuple(sorted(worth, key=lambda s: (-s.saves_seconds, s.stage or 0))[:MOST])


def _slow_nodes_suspect(context: _Context) -> Iterator[Suspect]:
    for node, ratio in context.slow.items():
        speeds = context.replays.plan.speeds
        plan = replace(context.replays.plan, speeds={**speeds, node: speeds[node] / ratio})
        long = sum(_long_tasks_on(node, stage) for stage in context.record.stages)
        yield Suspect(
            SuspectKind.STRAGGLERS,
            None,
            f"Tasks take {ratio:.1f} times as long on {node} as on the other nodes; "
            f"{long:,} of its tasks took more than {LONG} times their stage's median. "
            "Look at its temperature, voltage, cable and card, or give it fewer cores.",
            context.replays.saves(plan),
        )


def _long_tasks_on(node: str, stage: StageRecord) -> int:
    least = LONG * stage.median_ms
    return sum(node_of(task) == node and (task.duration_ms or 0) > least for task in stage.tasks)


def _skew_suspect(context: _Context, stage: StageRecord) -> Iterator[Suspect]:
    longest, middle = context.long_task(stage), stage.median_ms
    if longest is None or len(stage.tasks) < 2:
        return
    most = longest.duration_ms or 0
    took_ms = _stage_ms(stage)
    if most < SKEWED * middle or most - middle < _SKEWED_OF_STAGE * took_ms:
        return
    if _on_slow_node(context, stage, longest):
        return
    saves = context.saves(stage, lambda tasks: divided(tasks, len(tasks)))
    where = f" on {node_of(longest)}" if node_of(longest) else ""
    yield Suspect(
        SuspectKind.SKEW,
        stage.stage.id,
        f"Task {longest.index}{where} took {took(most / 1000)}, the median "
        f"{took(middle / 1000)}{_why_long(stage, longest)}.{_spilled_words(longest)}",
        saves,
    )


def _spilled_words(longest: Task) -> str:
    on_disk = longest.work.spill_disk
    return f" It spilled {bytes_words(on_disk)} to disk." if on_disk else ""


def _on_slow_node(context: _Context, stage: StageRecord, longest: Task) -> bool:
    """Say whether the longest tasks are long because of their node, not because of their data."""
    node = node_of(longest)
    if node not in context.slow or had_more_data(longest, stage.median_bytes):
        return False
    own = [task.duration_ms or 0 for task in stage.tasks if node_of(task) == node]
    return (longest.duration_ms or 0) < SKEWED * median_low(own)


def _why_long(stage: StageRecord, longest: Task) -> str:
    """Return whether the task's data explains its time (NSDI '15: time for each byte)."""
    middle = stage.median_bytes
    if had_more_data(longest, middle):
        most = bytes_words(bytes_read(longest))
        return (
            f", and it had {most} of data where the median had {bytes_words(middle)}: "
            "some keys have most of the rows. Divide them (a salt, more partitions), or join by "
            "broadcast"
        )
    if longest.locality in ("ANY", "RACK_LOCAL"):
        return ", with no more data than others, which was on another node"
    return ", with no more data than others: its rows cost more, or its node was busy"


def _tiny_tasks_suspect(context: _Context, stage: StageRecord) -> Iterator[Suspect]:
    count = len(stage.tasks)
    if count <= TASKS_A_CORE * context.cores:
        return
    ended = [task for task in stage.tasks if task.times is not None and task.ended_at is not None]
    total = sum(task.duration_ms or 0 for task in ended)
    run = sum(task.work.run_ms for task in ended)
    scheduling = 1 - run / total if total else 0.0
    if scheduling <= _TINY_SHARE and not many_tiny_tasks(stage, context.cores):
        return
    fewer = TASKS_A_CORE * context.cores
    yield Suspect(
        SuspectKind.TINY_TASKS,
        stage.stage.id,
        f"{count:,} tasks with a median of {took(stage.median_ms / 1000)}, "
        f"{percentage(scheduling)} of their time outside of their run time; {fewer} would do. "
        "Use fewer partitions: coalesce, spark.sql.shuffle.partitions, larger files.",
        context.saves(stage, lambda tasks: divided(tasks, fewer)),
    )


def _too_few_tasks_suspect(context: _Context, stage: StageRecord) -> Iterator[Suspect]:
    count = len(stage.tasks)
    if count >= context.cores:
        return
    words = counted(count, "task")
    yield Suspect(
        SuspectKind.TOO_FEW_TASKS,
        stage.stage.id,
        f"{words} for {context.cores} cores. {_ways_to_more_tasks(stage)}",
        context.saves(stage, lambda tasks: divided(tasks, TASKS_A_CORE * context.cores)),
    )


def _ways_to_more_tasks(stage: StageRecord) -> str:
    """Return what gives a stage more tasks, by where its rows come from."""
    work = stage.stage.work
    if work.shuffle_read and stage.in_one_task and len(stage.tasks) == 1:
        return (
            "Its plan brings all rows into one task (a window without partitionBy, a limit, a "
            "total): partition the window, or have less left before it."
        )
    if work.shuffle_read and "AQEShuffleRead" in stage.operators:
        return (
            "Spark put what is small together: repartition(NUMBER) stays, as does what is above "
            "spark.sql.adaptive.coalescePartitions.minPartitionSize (1 MiB)."
        )
    if work.shuffle_read:
        ways = "spark.sql.shuffle.partitions, repartition; of an RDD the number its method takes"
    elif work.input_bytes and stage.packed:
        return (
            "What is packed as a whole (gzip) is read by one task a file: divide it into more "
            "files, or store it unpacked, as bzip2 or as Parquet; or repartition after reading."
        )
    elif work.input_bytes:
        ways = (
            "files that can be divided instead of one gzip, a smaller "
            "spark.sql.files.maxPartitionBytes, repartition after reading"
        )
    else:
        ways = "repartition, spark.default.parallelism"
    return f"Use more partitions ({ways})."


def _spill_suspect(context: _Context, stage: StageRecord) -> Iterator[Suspect]:
    on_disk = sum(task.work.spill_disk for task in stage.tasks)
    if not on_disk:
        return
    parts = context.attribution.stages.get(stage.key, {})
    blocked = sum(parts.get(part, 0.0) for part in (Part.SPILL, Part.DISK, Part.WAITING))
    times = sum(task.work.run_ms for task in stage.tasks) / 1000 * context.record.task_cpus
    moved = 2 * on_disk / SLOWEST_CARD * context.record.task_cpus  # written, and read again
    kept = 1 - min(1.0, min(blocked, moved) / times) if times else 1.0
    spilled = sum(1 for task in stage.tasks if task.work.spill_disk)
    yield Suspect(
        SuspectKind.SPILL,
        stage.stage.id,
        f"{spilled:,} of {counted(len(stage.tasks), 'task')} had no room in memory and spilled "
        f"{bytes_words(on_disk)} to disk. Use more partitions, or more memory for each core.",
        context.saves(stage, shortened(kept)),
    )


def _gc_suspect(context: _Context, stage: StageRecord) -> Iterator[Suspect]:
    run = sum(task.work.run_ms for task in stage.tasks)
    gc = sum(min(task.work.gc_ms, task.work.run_ms) for task in stage.tasks)
    if not run or gc / run < _GC_MUCH:
        return
    kept = 1 - gc / run
    yield Suspect(
        SuspectKind.GC,
        stage.stage.id,
        f"{percentage(gc / run)} of its tasks' run time is garbage collection. Give executors more "
        "memory or fewer cores, keep less in memory, use more partitions.",
        context.saves(stage, shortened(kept)),
    )


def _stage_ms(stage: StageRecord) -> float:
    begins = [task.launched_at for task in stage.tasks if task.launched_at is not None]
    ends = [task.ended_at for task in stage.tasks if task.ended_at is not None]
    return (max(ends) - min(begins)) * 1000 if begins and ends else 0.0


_RULES = (_skew_suspect, _tiny_tasks_suspect, _too_few_tasks_suspect, _spill_suspect, _gc_suspect)
