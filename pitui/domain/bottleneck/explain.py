"""From an application's tasks, and what its nodes did meanwhile, to all that can be said."""

from collections.abc import Mapping, Sequence

from pitui.domain.bottleneck.attribution.attribution import attribute
from pitui.domain.bottleneck.explanation import Explanation, StageBound
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.bottleneck.replay.replays import replays_of
from pitui.domain.bottleneck.replay.what_if import what_if
from pitui.domain.bottleneck.suspects.find_suspects import suspects
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.bottleneck.verdict import bound_of, bound_of_stage

MOST_STAGES = 50
"""Stages whose own verdict is told, those with most core-time."""


def explanation(
    record: ApplicationRecord,
    samples: Mapping[str, Sequence[NodeSample]],
    work_seconds: float | None = None,
) -> Explanation:
    """Return what bound an application; `samples` by node, empty where none was recorded.

    With `work_seconds`, what a benchmark measured for its work, it is of the time from the first
    stage to the last, and what would have been otherwise is of that work.
    """
    if work_seconds is not None:
        record = record.from_first_stage_to_last()
    attribution = attribute(record, samples)
    replays = replays_of(record, work_seconds)
    stages = [
        StageBound(
            *key,
            sum(parts.values()) / attribution.cores,
            bound_of_stage(parts, measured=attribution.measured),
        )
        for key, parts in attribution.stages.items()
        if sum(parts.values()) > 0
    ]
    return Explanation(
        bound_of(record, attribution),
        what_if(record, replays, attribution),
        suspects(record, replays, attribution),
        tuple(sorted(stages, key=lambda stage: -stage.seconds)[:MOST_STAGES]),
        record.note,
    )
