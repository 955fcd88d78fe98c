"""Two runs against each other: a verdict with its figures, or why there can be none; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from pitui.bench.statistics import enough, mann_whitney, ratio_of_medians
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState

_HOW = frozenset(("path", "generate", "warm", "partitions", "executor_memory", "executor_cores"))
"""Parameters that say where data lies or how work is done, not how much work there is."""
_SIZES = frozenset(("size", "scale"))
"""Parameters that do not matter where the data turned out to be as large."""


class RunVerdict(StrEnum):
    """What can be said of a run against another."""

    FASTER = "faster"
    SLOWER = "slower"
    NO_DIFFERENCE = "no difference shown"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class RunComparison:
    """The second run against the first."""

    first: Run
    second: Run
    verdict: RunVerdict
    ratio: float | None = None
    """How many times as long the second takes, by the medians; None where they did other work."""
    low: float | None = None
    """The lower end of the ratio's 95 % interval; None without a verdict, as `high` and `p`."""
    high: float | None = None
    p: float | None = None
    """How often chance alone makes repeats at least as different (Mann-Whitney, two-sided)."""
    reasons: tuple[str, ...] = ()
    """Why there is no verdict, or no difference."""
    differences: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What was different on purpose, by name: workers, a path, memory."""

    @property
    def text(self) -> str:
        """The verdict in a sentence with its figures."""
        first, second = self.first.id, self.second.id
        if self.verdict is RunVerdict.NOT_COMPARABLE or self.ratio is None:
            return f"{second} and {first} are not comparable: {'; '.join(self.reasons)}"
        interval = (
            f"{self.ratio:.2f} times as long (95 % interval {self.low:.2f} to {self.high:.2f},"
            f" p {self.p:.2g})"
        )
        if self.verdict is RunVerdict.NO_DIFFERENCE:
            return f"no difference shown between {second} and {first}: {interval}"
        return f"{second} is {self.verdict} than {first}: {interval}"


def seconds_of(run: Run) -> tuple[float, ...]:
    """Return what was measured of a run, its repeats one by one."""
    if run.repeats:
        return tuple(repeat.seconds for repeat in run.repeats)
    return () if run.seconds is None else (run.seconds,)


def compare_runs(first: Run, second: Run) -> RunComparison:
    """Compare two runs of a benchmark by their repeats."""
    other_work = tuple(other_work_reasons(first, second))
    differences = dict(_run_differences(first, second))
    if other_work:
        return RunComparison(
            first,
            second,
            RunVerdict.NOT_COMPARABLE,
            reasons=other_work,
            differences=differences,
        )
    one, other = seconds_of(first), seconds_of(second)
    unfair = (*_unfair_reasons(first, second), *_too_few_repeats(len(one), len(other)))
    if unfair:
        return RunComparison(
            first,
            second,
            RunVerdict.NOT_COMPARABLE,
            median(other) / median(one),
            reasons=unfair,
            differences=differences,
        )
    return _verdict_by_repeats(first, second, differences)


def _verdict_by_repeats(
    first: Run, second: Run, differences: Mapping[str, tuple[str, str]]
) -> RunComparison:
    one, other = seconds_of(first), seconds_of(second)
    found = ratio_of_medians(one, other)
    p = mann_whitney(one, other)
    reasons: Sequence[str] = ()
    if found.shown:
        verdict = RunVerdict.SLOWER if found.ratio > 1 else RunVerdict.FASTER
    else:
        verdict, reasons = RunVerdict.NO_DIFFERENCE, (_why_no_difference(found.low, found.high, p),)
    return RunComparison(
        first, second, verdict, found.ratio, found.low, found.high, p, tuple(reasons), differences
    )


def _why_no_difference(low: float, high: float, p: float) -> str:
    if low <= 1 <= high:
        return f"the 95 % interval of the ratio, {low:.2f} to {high:.2f}, holds 1"
    return f"chance alone makes repeats as different in {p:.0%} of cases"


def other_work_reasons(first: Run, second: Run) -> Iterator[str]:
    """Yield why two runs did not do the same work with the same Spark, or did none."""
    yield from filter(None, map(_no_figures, (first, second)))
    if first.name != second.name:
        yield f"different benchmarks: {first.name} and {second.name}"
    if first.spark and second.spark and first.spark != second.spark:
        yield f"different versions of Spark: {first.spark} and {second.spark}"
    if first.data_bytes and second.data_bytes and first.data_bytes != second.data_bytes:
        yield f"different data sizes: {first.data_bytes:,} and {second.data_bytes:,} bytes"
    if first.name == second.name:
        same_size = first.data_bytes is not None and first.data_bytes == second.data_bytes
        for name in _different_parameters(first, second):
            if name not in _HOW and not (same_size and name in _SIZES):
                values = (run.parameters.get(name) or "none" for run in (first, second))
                yield f"different {name}: {' and '.join(values)}"


def _no_figures(run: Run) -> str:
    """Return why a run has no figures to compare; empty where it has."""
    if not run.benchmark:
        return f"{run.id} is no benchmark"
    if run.state is not RunState.DONE:
        return f"{run.id} is {run.state}"
    seconds = seconds_of(run)
    return "" if seconds and min(seconds) > 0 else f"{run.id} measured nothing"


def _unfair_reasons(first: Run, second: Run) -> Iterator[str]:
    """Yield what only one of two runs suffered or had."""
    if first.warm_up != second.warm_up:
        warm, cold = (first, second) if first.warm_up else (second, first)
        yield f"{warm.id} was warmed up and {cold.id} was not"
    for run, other in ((first, second), (second, first)):
        nodes = sorted(set(_throttled_nodes(run)) - set(_throttled_nodes(other)))
        if nodes:
            were = "was" if len(nodes) == 1 else "were"
            yield f"{', '.join(nodes)} {were} throttled in {run.id} only"


def _throttled_nodes(run: Run) -> list[str]:
    return [name for name, use in run.nodes.items() if use.throttled]


def _too_few_repeats(first: int, second: int) -> Iterator[str]:
    if not enough(first, second):
        yield (
            f"too few repeats to tell a difference from chance: {first} and {second}; "
            "run each with --repeat 5"
        )


def _different_parameters(first: Run, second: Run) -> list[str]:
    names = dict.fromkeys((*first.parameters, *second.parameters))
    return [n for n in names if first.parameters.get(n, "") != second.parameters.get(n, "")]


def _run_differences(first: Run, second: Run) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what the cluster or the person had otherwise, without what forbids a verdict."""
    for name in _different_parameters(first, second):
        if name in _HOW:
            yield name, (first.parameters.get(name, ""), second.parameters.get(name, ""))
    for title, one, other in (
        ("cluster", first.cluster, second.cluster),
        ("where", _cluster_or_local(first), _cluster_or_local(second)),
        ("workers", first.workers, second.workers),
        ("cores", first.cores, second.cores),
        ("executors", first.executors, second.executors),
        ("executor memory in MiB", first.executor_memory_mib, second.executor_memory_mib),
        ("executor cores", first.executor_cores, second.executor_cores),
    ):
        if one is not None and other is not None and one != other:
            yield title, (str(one), str(other))


def _cluster_or_local(run: Run) -> str:
    return "local" if run.local else "cluster"
