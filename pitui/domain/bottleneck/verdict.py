"""The verdict: what bound an application, in a sentence with figures."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from pitui.domain.apps.executor_end import EndKind, end_of
from pitui.domain.bottleneck.attribution.attribution import Attribution
from pitui.domain.bottleneck.attribution.idle_cores import Key
from pitui.domain.bottleneck.attribution.lack_of_memory import ended_for_memory
from pitui.domain.bottleneck.explanation import MIXED, NOTHING, UNKNOWN, Bound, Part
from pitui.domain.bottleneck.node_speed import slow_nodes
from pitui.domain.bottleneck.replay.replay_plan import executors_at_most
from pitui.domain.bottleneck.task_record import ApplicationRecord, StageRecord, node_of
from pitui.domain.text.number_words import bytes_words, counted, listed, percentage, took

LARGE = 0.4
"""Share of the core-time from which on one part alone may be the verdict."""
CLEAR = 1.5
"""How many times the next part it then has to be."""
_WORTH_NAMING = 0.1
_MOST = 0.5
_MOST_NAMED = 3
_LONGEST_ERROR = 120
_MUCH_SENT = 32 * 1024 * 1024
"""Bytes of results from which on a driver has something to do with them."""
_METRICS_SENT = 16 * 1024
"""Bytes that a task sends with its result, at most: Spark counts its metrics as part of it."""

NAMES = {
    Part.CPU: "CPU",
    Part.PYTHON_CPU: "CPU in Python",
    Part.THROTTLED: "throttled CPU",
    Part.GC: "garbage collection",
    Part.MEMORY: "memory",
    Part.SPILL: "spill",
    Part.DISK: "disk",
    Part.NETWORK: "network",
    Part.SKEW: "skew",
    Part.TOO_FEW_TASKS: "too few tasks",
    Part.SCHEDULING: "scheduling",
    Part.DRIVER: "the driver",
    Part.STARTING: "starting",
    Part.WAITING: "unexplained waiting",
    Part.UNMEASURED: "tasks without metrics",
}
"""What a part is called in a sentence."""

_WENT = {
    Part.CPU: "went into computing in the JVM, or waiting for a core there",
    Part.PYTHON_CPU: "went into computing in Python workers",
    Part.THROTTLED: "went into computing on nodes that ran below their full frequency",
    Part.GC: "went into garbage collection",
    Part.MEMORY: "went into tasks that ended for lack of memory, or waited for it to be swapped in",
    Part.SPILL: "was spent waiting for a disk by tasks that spilled",
    Part.DISK: "was spent waiting for a disk",
    Part.NETWORK: "was spent waiting for data from other nodes",
    Part.SKEW: "was cores that waited for the longest tasks of their stage",
    Part.TOO_FEW_TASKS: "was cores for which there was no task",
    Part.SCHEDULING: "went into sending tasks out and their results back",
    Part.DRIVER: "passed while no stage ran",
    Part.STARTING: "passed before the application had its cores",
    Part.WAITING: "was tasks waiting for something that the nodes' figures do not explain",
    Part.UNMEASURED: "went into tasks that failed, were killed or still run",
}

_FUNCTIONS = ("Python", "Pandas", "InArrow")
"""In the names of operators that call Python."""

_OPEN = "was inside tasks but not on the JVM's CPU, of which Spark has no figures"
_ROUNDING = 1e-6
"""Core-seconds below which a part is none."""
_UNKNOWN = (Part.WAITING, Part.UNMEASURED)

NOT_RECORDED = "No node was recorded meanwhile: this is by Spark's metrics alone."


def bound_of(record: ApplicationRecord, attribution: Attribution) -> Bound:
    """Return the verdict on an application, and the sentences for it."""
    shares = shares_of(attribution.whole)
    if not shares:
        return NOTHING
    inside = shares_of(
        {part: s - attribution.around.get(part, 0.0) for part, s in attribution.whole.items()}
    )
    part = clear_part(shares)
    within = None
    if part is None:
        part = clear_part(inside)
        within = inside[part] if part else None
    sentences = [
        _first_sentence(part, shares, within, measured=attribution.measured),
        *_more_sentences(part, record, attribution),
    ]
    return _bound_by(part, shares, " ".join(sentences))


def bound_of_stage(parts: Mapping[Part, float], *, measured: bool) -> Bound:
    """Return the verdict on a stage's core-seconds by part."""
    shares = shares_of(parts)
    if not shares:
        return NOTHING
    part = clear_part(shares)
    return _bound_by(part, shares, _first_sentence(part, shares, None, measured=measured))


def shares_of(parts: Mapping[Part, float]) -> dict[Part, float]:
    """Return the shares of core-seconds by part, the largest first; empty where there are none."""
    whole = sum(parts.values())
    ranked = sorted(parts.items(), key=lambda pair: -pair[1])
    return {part: seconds / whole for part, seconds in ranked if seconds > _ROUNDING}


def clear_part(shares: Mapping[Part, float]) -> Part | None:
    """Return the part that is the verdict: `LARGE`, and `CLEAR` times the next; None for mixed."""
    if not shares:
        return None
    part, *others = shares
    following = shares[others[0]] if others else 0.0
    return part if shares[part] >= LARGE and shares[part] >= CLEAR * following else None


def _bound_by(part: Part | None, shares: Mapping[Part, float], text: str) -> Bound:
    parts = {str(name): share for name, share in shares.items()}
    if part is None:
        return Bound(MIXED, max(shares.values()), text, parts)
    return Bound(UNKNOWN if part in _UNKNOWN else str(part), shares[part], text, parts)


def _first_sentence(
    part: Part | None, shares: Mapping[Part, float], within: float | None, *, measured: bool
) -> str:
    """Return the first sentence; `within` is the share from the first stage to the last."""
    if part is None:
        named = [f"{NAMES[p]} {percentage(shares[p])}" for p in _told_parts(shares)]
        return f"Mixed: {listed(named)}."
    begin = "Unknown" if part in _UNKNOWN else f"Bound by {NAMES[part]}"
    went = _WENT[part] if measured or part is not Part.WAITING else _OPEN
    of = "" if within is None else f", {percentage(within)} from its first stage to its last,"
    other = next((p for p in shares if p is not part and shares[p] >= _WORTH_NAMING), None)
    after = f"; {NAMES[other]} {percentage(shares[other])}" if other else ""
    return f"{begin}: {percentage(shares[part])} of the core-time{of} {went}{after}."


def _told_parts(shares: Mapping[Part, float]) -> Sequence[Part]:
    """Return the parts that are told of where none is the verdict."""
    named = [part for part in shares if shares[part] >= _WORTH_NAMING][:_MOST_NAMED]
    return named or list(shares)[:1]


def _more_sentences(
    by: Part | None, record: ApplicationRecord, attribution: Attribution
) -> Iterator[str]:
    """Yield what else belongs to the verdict: where it happened, which node, what is not known."""
    told = [by] if by else [p for p in _told_parts(shares_of(attribution.whole)) if p in _MIXED]
    for part in told:
        for sentence in _SENTENCES.get(part, ()):
            yield from sentence(record, attribution)
    if attribution.whole.get(Part.MEMORY):
        yield from _out_of_memory_sentence(record)
    if attribution.throttled and attribution.whole.get(Part.THROTTLED):
        yield f"Throttled: {listed(list(attribution.throttled))}."
    for node, ratio in slow_nodes(record).items():
        yield f"{node} slows the others: a task takes {ratio:.1f} times as long there."
    yield from _not_known(attribution)


def _driver_sentence(record: ApplicationRecord, attribution: Attribution) -> Iterator[str]:
    """Say how long no stage ran, and where in the application that was."""
    where = attribution.driver
    idle = where.before + where.between + where.after
    places = []
    if where.before >= _WORTH_NAMING * idle:
        places.append(f"{took(where.before)} before the first")
    if where.between >= _WORTH_NAMING * idle:
        longest = max(where.pauses, key=lambda pause: pause.seconds)
        count = len(where.pauses)
        pauses = "a pause" if count == 1 else f"{count:,} pauses between stages, the longest"
        length = "" if count == 1 else f" {took(longest.seconds)}"
        places.append(f"{took(where.between)} in {pauses}{length} before stage {longest.following}")
    if where.after >= _WORTH_NAMING * idle:
        places.append(f"{took(where.after)} after the last")
    told = f": {listed(places)}" if places else ""
    yield f"No stage ran for {took(idle)} of {took(attribution.seconds)}{told}."
    if record.streaming:
        yield "It has streaming queries, which wait like this for data or for their next trigger."


def _starting_sentence(record: ApplicationRecord, _attribution: Attribution) -> Iterator[str]:
    """Say how late cores came, and whether they were given back in between."""
    count, at_once = len(record.executors), len(executors_at_most(record))
    if not count:
        return
    came = f"{counted(count, 'executor')} came in all, {at_once} at once"
    if count > at_once and (lost := _lost_executors(record)):
        yield f"{came}: {listed(lost)}, and others had to start in their place."
    elif count > at_once:
        yield (
            f"{came}: those that went were missed again. With dynamic allocation keep idle ones "
            "for longer (spark.dynamicAllocation.executorIdleTimeout), or some always "
            "(minExecutors)."
        )
    else:
        last = max(executor.added_at for executor in record.executors) - record.began_at
        which = "Its executor" if count == 1 else f"The last of its {count} executors"
        yield f"{which} came {took(max(0.0, last))} after it began."


def _lost_executors(record: ApplicationRecord) -> list[str]:
    """Return how many executors ended without being told to, by what that means."""
    told = [e.removed_because for e in record.executors if e.removed_because]
    lost = [end for end in map(end_of, told) if end.kind is EndKind.LOST]
    found = Counter(end.meaning or _of_code(end.code) for end in lost)
    return [f"{count} ended ({meaning})" for meaning, count in found.most_common()]


def _of_code(code: int | None) -> str:
    return "lost" if code is None else f"exit code {code}"


def _out_of_memory_sentence(record: ApplicationRecord) -> Iterator[str]:
    ends = [ended_for_memory(task) for stage in record.stages for task in stage.tasks]
    if any(ends):
        yield (
            f"{sum(ends):,} of {len(ends):,} attempts at tasks ended for lack of memory: give "
            "executors more of it or fewer cores, or divide the work into more partitions."
        )


def _lost_sentence(record: ApplicationRecord, _attribution: Attribution) -> Iterator[str]:
    """Say why most of the tasks that left no metrics ended, in Spark's words, or that none did."""
    tasks = [task for stage in record.stages for task in stage.tasks]
    errors = [task.error.strip() for task in tasks]
    unended = sum(task.ended_at is None and not task.state.active for task in tasks)
    if unended:
        words = counted(unended, "task")
        yield f"{words} had not ended when the application did: what they had done is lost."
    said = Counter(error.splitlines()[0][:_LONGEST_ERROR] for error in errors if error)
    if said:
        ((words, count),) = said.most_common(1)
        which = counted(count, "task")
        yield f"{which} without metrics, as Spark says: {words.rstrip('.')}."


def _not_known(attribution: Attribution) -> Iterator[str]:
    if attribution.measured:
        return
    whole = sum(attribution.whole.values()) or 1.0
    waiting = attribution.whole.get(Part.WAITING, 0.0)
    yield NOT_RECORDED
    if waiting / whole < _WORTH_NAMING:
        return
    if attribution.python_open >= waiting / 2:
        yield (
            f"The {percentage(waiting / whole)} that they leave open are in stages that run "
            "Python, of which Spark does not measure the CPU time: it computed or waited."
        )
    else:
        yield "They do not tell reading, writing, spilling and waiting apart."


def _worst_stage(
    part: Part, record: ApplicationRecord, attribution: Attribution
) -> StageRecord | None:
    """Return the stage in which a part was largest."""
    stages = attribution.stages
    key: Key | None = max(stages, key=lambda key: stages[key].get(part, 0.0), default=None)
    return next((stage for stage in record.stages if stage.key == key), None)


def _how_much(part: Part, stage: StageRecord, attribution: Attribution) -> str:
    """Return which share of a part one stage has: `Most of it in stage 3`."""
    own = attribution.stages[stage.key].get(part, 0.0)
    share = own / (attribution.whole.get(part) or 1.0)
    much = "Most" if share >= _MOST else percentage(share)
    return f"{much} of it in stage {stage.stage.id}"


def _longest_sentence(record: ApplicationRecord, attribution: Attribution) -> Iterator[str]:
    stage = _worst_stage(Part.SKEW, record, attribution)
    task = stage.longest if stage else None
    if stage is None or task is None:
        return
    middle = stage.median_ms / 1000
    where = f"on {node_of(task)} " if node_of(task) else ""
    yield (
        f"In stage {stage.stage.id}, task {task.index} {where}took "
        f"{took((task.duration_ms or 0) / 1000)}, the median {took(middle)}."
    )


def _fewest_sentence(record: ApplicationRecord, attribution: Attribution) -> Iterator[str]:
    stage = _worst_stage(Part.TOO_FEW_TASKS, record, attribution)
    if stage is not None:
        words = counted(len(stage.tasks), "task")
        much = _how_much(Part.TOO_FEW_TASKS, stage, attribution)
        yield f"{much}: {words} on {counted(attribution.cores, 'core')}."


def _python_sentence(record: ApplicationRecord, attribution: Attribution) -> Iterator[str]:
    stage = _worst_stage(Part.PYTHON_CPU, record, attribution)
    if stage is None:
        return
    found = sorted(name for name in stage.operators if any(word in name for word in _FUNCTIONS))
    more = f" ({listed(found)}): what Spark's own functions can do runs in the JVM" if found else ""
    yield f"{_how_much(Part.PYTHON_CPU, stage, attribution)}{more}."


def _results_sentence(record: ApplicationRecord, _attribution: Attribution) -> Iterator[str]:
    sent = sum(
        max(0, task.work.result_bytes - _METRICS_SENT)
        for stage in record.stages
        for task in stage.tasks
    )
    if sent >= _MUCH_SENT:
        yield (
            f"Tasks sent the driver {bytes_words(sent)} of results (collect, toPandas): take fewer "
            "rows, or write them from the executors."
        )


def _tiniest_sentence(record: ApplicationRecord, attribution: Attribution) -> Iterator[str]:
    stage = _worst_stage(Part.SCHEDULING, record, attribution)
    if stage is not None and stage.tasks:
        yield (
            f"{_how_much(Part.SCHEDULING, stage, attribution)}: {len(stage.tasks):,} tasks, "
            f"the median {took(stage.median_ms / 1000)}."
        )


_SENTENCES: Mapping[Part, Sequence[Callable[[ApplicationRecord, Attribution], Iterator[str]]]] = {
    Part.DRIVER: (_driver_sentence, _results_sentence),
    Part.STARTING: (_starting_sentence,),
    Part.SKEW: (_longest_sentence,),
    Part.TOO_FEW_TASKS: (_fewest_sentence,),
    Part.PYTHON_CPU: (_python_sentence,),
    Part.SCHEDULING: (_tiniest_sentence, _results_sentence),
    Part.UNMEASURED: (_lost_sentence,),
}
"""What else is said where a part is the verdict."""

_MIXED = (Part.DRIVER, Part.STARTING, Part.UNMEASURED)
"""Parts of which it is said where they are among those of a mixed verdict: no suspect tells it."""
