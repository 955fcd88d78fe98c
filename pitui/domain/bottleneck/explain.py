"""From an application's tasks, and what its nodes did meanwhile, to all that can be said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median

from pitui.domain.apps.recorded_run import Repeat
from pitui.domain.bottleneck.attribution.attribution import attribute, attributions_together
from pitui.domain.bottleneck.explanation import Explanation, StageBound
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.bottleneck.replay.replay_savings import replays_of
from pitui.domain.bottleneck.replay.what_if import what_if
from pitui.domain.bottleneck.suspects.find_suspects import suspects
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.bottleneck.verdict import bound_of, bound_of_stage

MOST_STAGES = 50
"""Stages whose own verdict is told, those with most core-time."""


def explanation(
    record: ApplicationRecord,
    samples: Mapping[str, Sequence[NodeSample]],
    repeats: Sequence[Repeat] = (),
) -> Explanation:
    """Return what bound an application; `samples` by node, empty where none was recorded.

    With `repeats`, what a benchmark measured, it is of these alone: of all of them what bound it,
    of the one in the middle what would have been otherwise. Its start and its warm-up would not
    take less on more nodes: each of these has to do them as well.
    """
    measured = _measured_records(record, repeats)
    attributions = [attribute(one, samples) for one in measured]
    attribution = attributions_together(attributions)
    middle = sorted(range(len(measured)), key=lambda at: measured[at].seconds)[
        (len(measured) - 1) // 2
    ]
    typical, own = measured[middle], attributions[middle]
    replays = replays_of(typical, median(r.seconds for r in repeats) if repeats else None)
    stages = [
        StageBound(
            *key,
            sum(parts.values()) / attribution.cores,
            bound_of_stage(parts, measured=attribution.measured),
        )
        for key, parts in attribution.stages.items()
        if sum(parts.values()) > 0
    ]
    inside = replace(record, stages=tuple(stage for one in measured for stage in one.stages))
    return Explanation(
        bound_of(inside, attribution),
        what_if(typical, replays, own),
        suspects(typical, replays, own),
        tuple(sorted(stages, key=lambda stage: -stage.seconds)[:MOST_STAGES]),
        record.note,
    )


def _measured_records(
    record: ApplicationRecord, repeats: Sequence[Repeat]
) -> Sequence[ApplicationRecord]:
    """Return the record of each repeat, at least one.

    Of repeats whose moments are not known it is the record from the first stage to the last.
    """
    if not repeats:
        return [record]
    cut = [
        record.between(one.began_at, one.began_at + one.seconds)
        for one in repeats
        if one.began_at is not None
    ]
    return [one for one in cut if one.stages] or [record.from_first_stage_to_last()]
