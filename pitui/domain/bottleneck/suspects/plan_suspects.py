"""Suspects that a stage's plan gives away: cross joins, small files, what is computed again."""

from collections.abc import Iterator, Mapping, Sequence

from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.attribution.idle_cores import Key
from pitui.domain.bottleneck.explanation import Suspect, SuspectKind
from pitui.domain.bottleneck.replay.replay_savings import (
    TASKS_A_CORE,
    Change,
    Replays,
    divided,
    shortened,
)
from pitui.domain.bottleneck.task_record import ApplicationRecord, FilesRead, StageRecord
from pitui.domain.text.number_words import bytes_words, listed, took

_CROSS = {
    "CartesianProduct": "joins each row with each (CartesianProduct)",
    "BroadcastNestedLoopJoin": "compares each row with each (BroadcastNestedLoopJoin)",
    "cartesian": "joins each row with each (cartesian)",
}
"""Operators, as Spark names them in a stage's RDDs, of joins without an equality."""

_MANY_FILES = 100
_SMALL_FILE = 3 * 1024 * 1024
"""Bytes; both of DataFlint's rule."""
_OPENING = 4 * 1024 * 1024
"""Bytes; `spark.sql.files.openCostInBytes`."""
_ALIKE = 0.5
"""Relative difference up to which two times may be of the same work."""


_Mark = tuple[object, ...]
"""What two stages have in common that compute the same; its kind first."""


def plan_suspects(record: ApplicationRecord, replays: Replays) -> Iterator[Suspect]:
    """Yield them, in no order."""
    for stage in record.stages:
        yield from _cross_join(stage, replays)
        yield from _small_files(record, stage, replays)
    yield from _same_stages(record.stages, replays)


def _cross_join(stage: StageRecord, replays: Replays) -> Iterator[Suspect]:
    found = sorted(stage.operators & _CROSS.keys())
    if not found or not stage.tasks:
        return
    yield Suspect(
        SuspectKind.CROSS_JOIN,
        stage.stage.id,
        f"It {_CROSS[found[0]]}: its time grows with the product of both sides. "
        "Join by an equality, or filter first. All of its run time is counted.",
        replays.saves_in({stage.key: shortened(0.0)}),
    )


def _small_files(
    record: ApplicationRecord, stage: StageRecord, replays: Replays
) -> Iterator[Suspect]:
    reading = [task for task in stage.tasks if task.work.input_bytes]
    read = sum(task.work.input_bytes for task in reading)
    known = record.files.get(stage.stage.id) or FilesRead(0, 0)
    files, size = known.count or len(reading), known.size or read
    if files <= _MANY_FILES or size / files >= _SMALL_FILE:
        return
    mean, packed = bytes_words(size / files), files > len(stage.tasks)
    what = f"It read {files:,} files of {mean}" if known.count else f"{files:,} tasks read {mean}"
    yield Suspect(
        SuspectKind.SMALL_FILES,
        stage.stage.id,
        f"{what} on average. {_FEWER if packed else _FEWER_OR_TOGETHER}",
        replays.saves_in({stage.key: _larger_files(files, read, len(stage.tasks), replays)}),
    )


_FEWER = "Write fewer and larger files (128 MiB)."
_FEWER_OR_TOGETHER = (
    "Write fewer and larger files (128 MiB), or read them as a DataFrame (spark.read), "
    "where one task reads many."
)


def _larger_files(files: int, read: int, tasks: int, replays: Replays) -> Change:
    """Return what reading as much from a few large files is like.

    Where a task reads many files already, what opening them takes goes: as much as reading 4 MiB
    each, which is what Spark itself reckons with. Where each is a task, there are fewer of them.
    """
    if files > tasks:
        return shortened(read / (read + files * _OPENING))
    fewer = max(1, min(tasks, TASKS_A_CORE * len(replays.plan.slots)))
    return lambda own: divided(own, fewer)


def _same_stages(stages: Sequence[StageRecord], replays: Replays) -> Iterator[Suspect]:
    """Find stages that compute the same again: the same RDD, or the same operators on as much."""
    work = {stage.key: sum(task.seconds for task in stage.tasks) for stage in replays.plan.stages}
    groups: dict[_Mark, list[StageRecord]] = {}
    for stage in stages:
        # A stage that ran again because shuffle data was lost is no fault of the program.
        if stage.keeps or stage.stage.attempt or stage.stage.state is not WorkState.DONE:
            continue
        for mark in _marks(stage):
            groups.setdefault(mark, []).append(stage)
    told: set[Key] = set()
    for mark, group in sorted(groups.items(), key=lambda pair: -len(pair[1])):
        first, *again = sorted(group, key=lambda stage: stage.key)
        again = [s for s in again if s.key not in told and _alike(mark, first, s, work)]
        if not again:
            continue
        told |= {stage.key for stage in again}
        ids = [str(stage.stage.id) for stage in again]
        more = [f"{len(ids) - 5} more"] if len(ids) > 5 else []
        also = f"stage {ids[0]}" if len(ids) == 1 else f"stages {listed([*ids[:5], *more])}"
        yield Suspect(
            SuspectKind.SAME_STAGE,
            first.stage.id,
            _words_on_same(mark, first, also, again),
            replays.saves_in({s.key: shortened(_share_left(first, s, work)) for s in again}),
        )


def _words_on_same(mark: _Mark, first: StageRecord, also: str, again: Sequence[StageRecord]) -> str:
    mean = took(sum(stage.work_seconds for stage in again) / len(again))
    time = f"{mean} of task time" if len(again) == 1 else f"{mean} of task time each"
    keep = "keep the result: cache() or persist()."
    if mark[0] == "rdd" and first.python:
        return (
            f"{also.capitalize()} started Python on the same data again, and took about as long "
            f"({time}). If it computes the same, {keep}"
        )
    if mark[0] == "expression":
        return (
            f"{also.capitalize()} computed {mark[1]} of the same data again ({time}). "
            "Add it as a column once, and keep that: cache() or persist()."
        )
    if mark[0] == "scan" or first.python:
        return (
            f"{also.capitalize()} ran the same operators again on as much data ({time}). "
            f"If it is the same data and code, {keep}"
        )
    return f"What it computes was computed again by {also} ({time}). {keep.capitalize()}"


def _marks(stage: StageRecord) -> Iterator[_Mark]:
    """Yield what tells that two stages compute the same."""
    yield from (("rdd", number) for number in stage.computes)
    if stage.rows:
        yield ("rows", stage.rows, len(stage.tasks))
    longest_first = sorted(stage.expressions, key=lambda own: (-own.length, own.key))
    yield from (("expression", own.text, own.key) for own in longest_first)
    read = stage.stage.work.input_bytes
    if read and stage.operators:
        yield ("scan", stage.operators, len(stage.tasks), read)


def _alike(mark: _Mark, one: StageRecord, other: StageRecord, work: Mapping[Key, float]) -> bool:
    """Say whether two stages did about as much; `work` is without what starting them took.

    Of two that share an expression either may do more besides.
    """
    if len(one.tasks) != len(other.tasks):
        return False
    if mark[0] == "expression":
        return True
    low, high = sorted((work.get(one.key, 0.0), work.get(other.key, 0.0)))
    return high - low <= _ALIKE * high


def _share_left(first: StageRecord, again: StageRecord, work: Mapping[Key, float]) -> float:
    """Return the share of a stage's time that is left when it need not do the first's work."""
    own = work.get(again.key, 0.0)
    return max(0.0, 1 - work.get(first.key, 0.0) / own) if own else 1.0
