"""An application's core-time divided into disjoint parts, per stage and in all."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pitui.domain.bottleneck.attribution.driver_time import (
    DriverTime,
    driver_time,
    driver_times_together,
)
from pitui.domain.bottleneck.attribution.idle_cores import AROUND, Key, all_cores, idle_parts
from pitui.domain.bottleneck.attribution.node_evidence import (
    THROTTLED_MUCH,
    Rest,
    explain_rests,
    throttled_share,
)
from pitui.domain.bottleneck.attribution.task_parts import (
    start_in_python,
    task_parts,
    waited_for_a_core,
)
from pitui.domain.bottleneck.explanation import Part
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.bottleneck.task_record import ApplicationRecord, node_of

Samples = Mapping[str, Sequence[NodeSample]]
"""By the node's name, or by its host as Spark calls it."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Core-seconds by part. Those of all stages and those between stages make up the whole."""

    cores: int
    seconds: float
    whole: dict[Part, float] = field(default_factory=dict)
    stages: dict[Key, dict[Part, float]] = field(default_factory=dict)
    measured: bool = False
    """Whether nodes' figures cover the tasks."""
    throttled: tuple[str, ...] = ()
    """Nodes that were held below their full frequency."""
    around: dict[Part, float] = field(default_factory=dict)
    """Those of the time before the first stage and after the last."""
    python_open: float = 0.0
    """Core-seconds of `Part.WAITING` in stages that compute in Python."""
    driver: DriverTime = field(default_factory=DriverTime)
    """Where the seconds of `Part.DRIVER` lie."""

    @property
    def core_seconds(self) -> float:
        """Return cores times seconds."""
        return self.cores * self.seconds


def attribute(record: ApplicationRecord, samples: Samples) -> Attribution:
    """Divide an application's core-time."""
    cores = all_cores(record)
    found: dict[Key | None, dict[Part, float]] = idle_parts(record, cores)
    cpu = _add_tasks(record, found)
    rests = list(_rests(record, cores))
    for key, parts in explain_rests(rests, samples).items():
        for part, seconds in parts.items():
            found[key][part] += seconds * record.task_cpus
    throttled = _add_throttling(cpu, samples, found)
    around = dict(found[AROUND])
    stages = {key: dict(parts) for key, parts in found.items() if key not in (None, AROUND)}
    whole: dict[Part, float] = defaultdict(float)
    for parts in found.values():
        for part, seconds in parts.items():
            whole[part] += seconds
    python = {stage.key for stage in record.stages if stage.python}
    return Attribution(
        cores,
        record.seconds,
        {part: seconds for part, seconds in whole.items() if seconds > 0},
        stages,
        measured=_samples_cover(rests, samples),
        throttled=throttled,
        around=around,
        python_open=sum(stages[key].get(Part.WAITING, 0.0) for key in python if key in stages),
        driver=driver_time(record, around.get(Part.DRIVER, 0.0) / cores),
    )


def attributions_together(parts: Sequence[Attribution]) -> Attribution:
    """Return the core-time of several parts of an application, at least one, as one."""
    if len(parts) == 1:
        return parts[0]
    whole: dict[Part, float] = defaultdict(float)
    around: dict[Part, float] = defaultdict(float)
    for one in parts:
        for found, own in ((whole, one.whole), (around, one.around)):
            for part, seconds in own.items():
                found[part] += seconds
    seconds = sum(one.seconds for one in parts)
    return Attribution(
        max(one.cores for one in parts),
        seconds,
        dict(whole),
        {key: own for one in parts for key, own in one.stages.items()},
        measured=sum(one.seconds for one in parts if one.measured) >= seconds / 2,
        throttled=tuple(sorted({node for one in parts for node in one.throttled})),
        around=dict(around),
        python_open=sum(one.python_open for one in parts),
        driver=driver_times_together([one.driver for one in parts]),
    )


def _add_tasks(
    record: ApplicationRecord, found: dict[Key | None, dict[Part, float]]
) -> dict[tuple[Key, str], float]:
    """Add what tasks measured; return the CPU time by stage and node."""
    cpu: dict[tuple[Key, str], float] = defaultdict(float)
    for stage in record.stages:
        own = found[stage.key]
        for task in stage.tasks:
            for part, seconds in task_parts(task, record.ended_at).parts.items():
                own[part] += seconds * record.task_cpus
                if part is Part.CPU:
                    cpu[stage.key, node_of(task)] += seconds * record.task_cpus
    return cpu


def _rests(record: ApplicationRecord, cores: int) -> Iterator[Rest]:
    for stage in record.stages:
        start = start_in_python(stage, cores)
        for task in stage.tasks:
            left = task_parts(task, record.ended_at).rest
            if left > 0 and task.launched_at is not None:
                ended = task.ended_at or record.ended_at
                yield Rest(
                    stage.key,
                    node_of(task),
                    task.launched_at,
                    ended,
                    left,
                    spilled=bool(task.work.spill_disk),
                    python=stage.python,
                    start=0.0 if task.state.active else min(left, start),
                    for_a_core=0.0 if stage.python else waited_for_a_core(task, left),
                )


def _add_throttling(
    cpu: Mapping[tuple[Key, str], float],
    samples: Samples,
    found: dict[Key | None, dict[Part, float]],
) -> tuple[str, ...]:
    """Move the CPU time of nodes that were throttled; return their names."""
    held = {node for node, own in samples.items() if throttled_share(own) >= THROTTLED_MUCH}
    for (key, node), seconds in cpu.items():
        if node in held:
            found[key][Part.CPU] -= seconds
            found[key][Part.THROTTLED] += seconds
    return tuple(sorted(held))


def _samples_cover(rests: Sequence[Rest], samples: Samples) -> bool:
    """Say whether samples cover most of what the tasks' metrics leave open."""
    open_time = covered = 0.0
    spans = {n: (min(s.begins for s in own), max(s.at for s in own))
             for n, own in samples.items() if own}  # fmt: skip
    for rest in rests:
        open_time += rest.seconds
        begins, ends = spans.get(rest.node, (0.0, 0.0))
        inside = max(0.0, min(rest.ends, ends) - max(rest.begins, begins))
        covered += rest.seconds * min(1.0, inside / max(rest.ends - rest.begins, 1e-9))
    return bool(samples) and covered >= open_time / 2
