"""What one more node would make of real applications, against what it did make of them.

The logs are of the same work on 1, 2 and 3 workers of half a core each (tests.lab.record_scaling).
"""

import json
from datetime import datetime
from pathlib import Path

import pytest

from pitui.domain.apps.recorded_run import Repeat
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.explanation import WhatIf
from pitui.domain.bottleneck.replay.replay_savings import replays_of
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.spark.event_log.compression import plain
from pitui.spark.event_log.reader import EventLog

LOGS = Path(__file__).parents[3] / "captures" / "events" / "scaling"
WITHIN = {"pi": 0.15, "aggregate": 0.25, "mixed": 0.1}
"""Of what was measured. What is shuffled comes from another node where there is one: for that,
one more than one takes longer than was predicted."""


def recorded(program: str, workers: int) -> ApplicationRecord:
    log = EventLog()
    path = LOGS / f"{program}-{workers}.zstd"
    log.take(plain(path.read_bytes(), path.name))
    assert log.damaged == 0
    return log.record(lambda _executor, host: host)


def repeats(program: str, workers: int) -> list[Repeat]:
    """Return what the program measured; nothing of one that is no benchmark."""
    facts = json.loads((LOGS / f"{program}-{workers}.json").read_text())
    return [
        Repeat(one["seconds"], None, datetime.fromisoformat(one["began_at"]).timestamp())
        for one in facts.get("repeats", [])
    ]


def best(program: str, workers: int) -> float:
    """Return the shortest of the repeats, or what the application took."""
    measured = [repeat.seconds for repeat in repeats(program, workers)]
    return min(measured, default=recorded(program, workers).seconds)


def asked(program: str, workers: int) -> WhatIf:
    return explanation(recorded(program, workers), {}, repeats(program, workers)).what_if


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("program", WITHIN)
def test_one_more_node_takes_what_was_predicted(program: str, workers: int) -> None:
    what_if = asked(program, workers)
    assert what_if.one_more_node_seconds is not None
    assert what_if.seconds is not None
    predicted = best(program, workers) * what_if.one_more_node_seconds / what_if.seconds
    measured = best(program, workers + 1)
    assert predicted == pytest.approx(measured, rel=WITHIN[program])


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_a_replay_of_what_happened_takes_as_long_as_it_took(workers: int) -> None:
    record = recorded("mixed", workers)
    assert replays_of(record).base == pytest.approx(record.seconds, rel=0.03)


def test_what_python_takes_to_start_is_in_no_tasks_work() -> None:
    stages = replays_of(recorded("mixed", 2)).plan.stages
    first = stages[0]
    assert first.start.fixed + first.start.seconds > 10 * max(
        task.on(1) for task in first.tasks[2:]
    )
    assert all(task.on(1) < 1 for task in first.tasks)
