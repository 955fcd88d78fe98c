"""What a task waited for by what its node did in those seconds.

A task's `rest` (see `task_parts`) is taken to be spread evenly over its time. In each sample of the
node, the CPU time of Python workers is given to the tasks that ran there, in proportion to their
rest; then comes what Python takes to begin and end with a task; what is left waited for the one
thing of which the node had none to spare.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pitui.domain.bottleneck.attribution.task_parts import MOST_START_UNSEEN
from pitui.domain.bottleneck.explanation import Part
from pitui.domain.bottleneck.node_sample import NodeSample

CPU_FULL = 0.9
"""Share of a node's cores in use from which on a thread that does not run waits for a core."""
CPU_QUEUED = 0.6
"""The same where more threads could run at that moment than there are cores."""
DISK_FULL = 0.7
"""Share of time with a request in the disk's queue."""
IOWAIT_FULL = 0.2
LINK_FULL = 0.7
SWAPPING = 1024 * 1024
"""Bytes a second that come back from swap."""
FREQUENCY_LOW = 0.9
"""Share of a processor's full frequency."""
THROTTLED_MUCH = 0.1
"""Share of the busy time of a node."""
_BUSY = 0.5
"""Share of the cores in use below which a low frequency is the governor's choice."""


@dataclass(frozen=True, slots=True)
class Rest:
    """What one task's metrics leave open."""

    key: tuple[int, int]
    """Its stage."""
    node: str
    begins: float
    ends: float
    seconds: float
    spilled: bool
    python: bool | None
    start: float = 0.0
    """Seconds of it, at most, in which Python begins and ends with the task."""
    for_a_core: float = 0.0
    """Seconds of it that, where no sample tells, can only have been waiting for a core."""


def explain_rests(
    rests: Iterable[Rest], samples: Mapping[str, Sequence[NodeSample]]
) -> dict[tuple[int, int], dict[Part, float]]:
    """Return seconds by stage and part for what the tasks' metrics leave open.

    What lies outside of all samples is waiting for a core as far as nothing else is possible, and
    else `Part.WAITING`, as is what no sample explains.
    """
    by_node: dict[str, list[Rest]] = defaultdict(list)
    for rest in rests:
        by_node[rest.node].append(rest)
    found: dict[tuple[int, int], dict[Part, float]] = defaultdict(lambda: defaultdict(float))
    for node, own in by_node.items():
        _explain_node(own, samples.get(node, ()), found)
    return found


def _explain_node(
    rests: Sequence[Rest],
    samples: Sequence[NodeSample],
    found: dict[tuple[int, int], dict[Part, float]],
) -> None:
    """Add what one node's samples say of its tasks' rests."""
    samples = sorted(samples, key=lambda sample: sample.at)
    ends = [sample.at for sample in samples]
    open_time = [0.0] * len(samples)
    for rest in rests:
        for at, seconds in _overlaps(rest, samples, ends):
            if rest.python is not False:
                open_time[at] += seconds
    shares = [_python_share(s, o) for s, o in zip(samples, open_time, strict=True)]
    for rest in rests:
        parts = found[rest.key]
        left = rest.seconds
        for at, seconds in _overlaps(rest, samples, ends):
            in_python = 0.0 if rest.python is False else seconds * shares[at]
            starting = min(seconds - in_python, _start(rest, seconds, samples[at]))
            if in_python:
                parts[Part.PYTHON_CPU] += in_python
            if starting:
                parts[Part.SCHEDULING] += starting
            parts[blocked_by(samples[at], rest)] += seconds - in_python - starting
            left -= seconds
        if left > 0:
            starting = _start(rest, left, None)
            for_a_core = left * rest.for_a_core / rest.seconds
            parts[Part.SCHEDULING] += starting
            parts[Part.CPU] += for_a_core
            parts[Part.WAITING] += left - for_a_core - starting


def _overlaps(
    rest: Rest, samples: Sequence[NodeSample], ends: Sequence[float]
) -> Iterable[tuple[int, float]]:
    """Yield (place of a sample, seconds of the rest that fall into it)."""
    length = rest.ends - rest.begins
    if length <= 0:
        return
    density = rest.seconds / length
    covered = rest.begins
    for at in range(bisect_right(ends, rest.begins), len(samples)):
        sample = samples[at]
        begin, end = max(covered, sample.begins), min(rest.ends, sample.at)
        if end > begin:
            yield at, (end - begin) * density
            covered = end
        if sample.at >= rest.ends:
            return


def _python_share(sample: NodeSample, open_seconds: float) -> float:
    """Return the share of the open time of a sample in which Python workers were on a CPU."""
    if not sample.python_cores or not open_seconds:
        return 0.0
    return min(1.0, sample.python_cores * sample.seconds / open_seconds)


def _start(rest: Rest, seconds: float, sample: NodeSample | None) -> float:
    """Return how much of some seconds of a rest is Python that begins or ends, at most."""
    seen = sample is not None and sample.python_cores is not None
    start = rest.start if seen else min(rest.start, MOST_START_UNSEEN)
    return start * seconds / rest.seconds


def blocked_by(sample: NodeSample, rest: Rest) -> Part:
    """Return what a task that did not run then waited for, by what the node had none of.

    For a core its Python waits, where it has some: the JVM's thread then waits for Python.
    """
    if (sample.swap_in or 0) >= SWAPPING:
        return Part.MEMORY
    if (sample.cpu or 0) >= CPU_FULL or _queued(sample):
        in_python = _mostly_python(sample) if rest.python is None else rest.python
        return Part.PYTHON_CPU if in_python else Part.CPU
    if (sample.disk_busy or 0) >= DISK_FULL or (sample.iowait or 0) >= IOWAIT_FULL:
        return Part.SPILL if rest.spilled else Part.DISK
    if (sample.network_busy or 0) >= LINK_FULL:
        return Part.NETWORK
    return Part.WAITING


def _queued(sample: NodeSample) -> bool:
    """Say whether threads waited for a core: more could run than there are cores."""
    if sample.runnable is None or not sample.cores:
        return False
    return sample.runnable > sample.cores and (sample.cpu or 0) >= CPU_QUEUED


def _mostly_python(sample: NodeSample) -> bool:
    if not (sample.python_cores and sample.cores and sample.cpu):
        return False
    return sample.python_cores >= sample.cpu * sample.cores / 2


def throttled_share(samples: Sequence[NodeSample]) -> float:
    """Return the share of a node's busy time in which it was held below its full frequency."""
    busy = [sample for sample in samples if (sample.cpu or 0) >= _BUSY]
    time = sum(sample.seconds for sample in busy)
    held = sum(sample.seconds for sample in busy if _held_back(sample))
    return held / time if time else 0.0


def _held_back(sample: NodeSample) -> bool:
    if sample.throttled:
        return True
    if not (sample.frequency and sample.frequency_max):
        return False
    return sample.frequency < FREQUENCY_LOW * sample.frequency_max
