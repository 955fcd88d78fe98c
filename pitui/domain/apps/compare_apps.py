"""Two applications side by side: settings that differ, and stages in pairs; pure.

One execution of each says nothing about chance: here stands what happened, and no verdict.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from pitui.domain.apps.app_record import AppRecord
from pitui.domain.apps.jobs import Stage
from pitui.domain.apps.work_counts import WorkDone

_ALWAYS_DIFFER = re.compile(
    r"spark\.(app\.(id|startTime|submitTime|name|attempt\.id)|driver\.port|executor\.id"
    r"|(driver\.)?blockManager\.port|ui\.port|repl\.class\.(uri|outputDir)"
    r"|.*\.ui\.filters|.*AmIpFilter\.param\..*)"
)
_PLACE = re.compile(r" at (?:.*/)?([^/]+?)(?::\d+)?$")


@dataclass(frozen=True, slots=True)
class StageTotals:
    """A stage with all of its attempts."""

    id: int
    name: str
    attempts: int
    seconds: float
    """That its attempts took until they ended; one that runs still counts as nothing."""
    tasks: int
    work: WorkDone


@dataclass(frozen=True, slots=True)
class StagePair:
    """What is the same stage in both applications; None where one has none like it."""

    first: StageTotals | None
    second: StageTotals | None

    @property
    def name(self) -> str:
        """What Spark calls it, without folder and line; both names where they differ."""
        names = [without_line(s.name) for s in (self.first, self.second) if s is not None]
        return " → ".join(dict.fromkeys(names))

    @property
    def longest(self) -> float:
        """The longer of its two times, in seconds."""
        return max(stage.seconds for stage in (self.first, self.second) if stage is not None)


@dataclass(frozen=True, slots=True)
class AppComparison:
    """Two applications side by side."""

    first: AppRecord
    second: AppRecord
    settings: Mapping[str, tuple[str | None, str | None]]
    """By name what each says; None where one does not set it."""
    stages: tuple[StagePair, ...]
    """The one that took longest first."""


def compare_apps(first: AppRecord, second: AppRecord) -> AppComparison:
    """Put two applications side by side."""
    pairs = _stage_pairs(_stage_totals(first.stages), _stage_totals(second.stages))
    return AppComparison(
        first,
        second,
        _settings_that_differ(first.settings, second.settings),
        tuple(sorted(pairs, key=lambda pair: -pair.longest)),
    )


def _settings_that_differ(
    first: Mapping[str, str], second: Mapping[str, str]
) -> dict[str, tuple[str | None, str | None]]:
    return {
        name: (first.get(name), second.get(name))
        for name in sorted({*first, *second})
        if first.get(name) != second.get(name) and not _ALWAYS_DIFFER.fullmatch(name)
    }


def _stage_totals(stages: Sequence[Stage]) -> list[StageTotals]:
    attempts: dict[int, list[Stage]] = defaultdict(list)
    for stage in stages:
        attempts[stage.id].append(stage)
    return [_total_of_attempts(found) for _, found in sorted(attempts.items())]


def _total_of_attempts(attempts: Sequence[Stage]) -> StageTotals:
    took = (
        stage.ended_at - stage.submitted_at
        for stage in attempts
        if stage.ended_at is not None and stage.submitted_at is not None
    )
    return StageTotals(
        attempts[0].id,
        attempts[0].name,
        len(attempts),
        sum(took),
        sum(stage.tasks.done for stage in attempts),
        reduce(WorkDone.__add__, (stage.work for stage in attempts)),
    )


def _stage_pairs(first: Sequence[StageTotals], second: Sequence[StageTotals]) -> list[StagePair]:
    """Pair stages of the same name in the order in which they ran.

    What is left is paired without the numbers of lines, which differ once a program was edited,
    and then by what it does, whatever the program is called.
    """
    pairs: list[StagePair] = []
    for name_of in (
        lambda stage: stage.name,
        lambda stage: without_line(stage.name),
        lambda stage: stage.name.partition(" at ")[0],
    ):
        found = _pairs_of_same_name(first, second, name_of)
        pairs += found
        first = _stages_without(first, [pair.first for pair in found])
        second = _stages_without(second, [pair.second for pair in found])
    pairs += [StagePair(stage, None) for stage in first]
    return pairs + [StagePair(None, stage) for stage in second]


def without_line(name: str) -> str:
    """Return a stage's name without folder and line: `count at job.py`."""
    return _PLACE.sub(r" at \1", name)


def _pairs_of_same_name(
    first: Sequence[StageTotals],
    second: Sequence[StageTotals],
    name_of: Callable[[StageTotals], str],
) -> list[StagePair]:
    waiting: dict[str, list[StageTotals]] = defaultdict(list)
    for stage in second:
        waiting[name_of(stage)].append(stage)
    return [
        StagePair(stage, waiting[name_of(stage)].pop(0))
        for stage in first
        if waiting[name_of(stage)]
    ]


def _stages_without(
    stages: Sequence[StageTotals], gone: Sequence[StageTotals | None]
) -> list[StageTotals]:
    ids = {stage.id for stage in gone if stage is not None}
    return [stage for stage in stages if stage.id not in ids]
