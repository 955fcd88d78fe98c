"""What bound real applications with planted bottlenecks: their logs, and what nodes did meanwhile.

They ran on a machine that was busy with other things. The logs are cut down to what is read.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.explanation import Explanation
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.spark.event_log.compression import plain
from pitui.spark.event_log.reader import EventLog

LOGS = Path(__file__).parents[3] / "captures" / "events" / "bottlenecks"


@dataclass(frozen=True)
class Planted:
    """What is expected of an application."""

    by: set[str]
    alone: set[str] = field(default_factory=set)
    """By Spark's metrics alone; empty where it is the same."""
    suspect: str = ""
    """The one that saves most."""


PLANTED = {
    "slow-key": Planted({"skew"}, suspect="skew"),
    "two-hot": Planted({"mixed"}, suspect="skew"),  # most of it was starting, on a busy machine
    "collect": Planted({"driver"}),
    "coalesce1": Planted({"too-few-tasks"}, suspect="too-few-tasks"),
    "twice-rdd": Planted({"driver"}, suspect="same-stage"),
}
SLOW_NODES = {"slow-node-2.5": "2.5", "slow-node-1.7": "1.6", "even-nodes": None}
"""By what pi3 was held back against the others."""


def explained(name: str, *, recorded: bool = True) -> Explanation:
    path = LOGS / f"{name}.zstd"
    log = EventLog()
    log.take(plain(path.read_bytes(), path.name))
    assert log.damaged == 0
    recording = LOGS / f"{name}.nodes.zstd"
    packed = recording.read_bytes() if recording.exists() else b""
    known = json.loads(b"".join(plain(packed, "nodes.zstd")) or '{"nodes": {}, "samples": {}}')
    samples = msgspec.convert(known["samples"], dict[str, list[NodeSample]])
    record = log.record(lambda executor, _host: known["nodes"].get(executor))
    return explanation(record, samples if recorded else {})


@pytest.mark.parametrize("recorded", [True, False])
@pytest.mark.parametrize("name", PLANTED)
def test_it_is_named_and_its_parts_are_all_of_the_time(name: str, recorded: bool) -> None:
    found, planted = explained(name, recorded=recorded), PLANTED[name]
    wanted = planted.by if recorded else planted.alone or planted.by
    assert found.bound.by in wanted, found.bound
    assert sum(found.bound.parts.values()) == pytest.approx(1)
    assert ("by Spark's metrics alone" in found.bound.text) is not recorded
    saved = [suspect.saves_seconds for suspect in found.suspects]
    assert saved == sorted(saved, reverse=True)
    if planted.suspect:
        assert found.suspects[0].kind == planted.suspect, found.suspects


def test_results_that_went_to_the_driver_are_told() -> None:
    text = explained("collect").bound.text
    assert "Tasks sent the driver 106 MiB of results (collect, toPandas)" in text


@pytest.mark.parametrize("name", ["slow-key", "two-hot"])
def test_one_more_node_does_not_help_a_key_with_most_of_the_rows(name: str) -> None:
    found = explained(name)
    assert "slows the others" not in found.bound.text
    assert found.what_if.one_more_node_seconds is not None
    assert found.what_if.seconds is not None
    assert found.what_if.one_more_node_seconds > 0.9 * found.what_if.seconds


@pytest.mark.parametrize(("name", "times"), SLOW_NODES.items())
def test_a_slow_node_is_named_and_by_how_much_it_is_slow(name: str, times: str | None) -> None:
    text = explained(name, recorded=False).bound.text
    if times is None:
        assert "slows the others" not in text
    else:
        assert f"pi3 slows the others: a task takes {times} times as long there." in text


def test_a_node_whose_executor_came_seconds_after_the_other_is_not_called_slow() -> None:
    """Its first tasks are in the second job, four seconds long where the other's take 0.2."""
    found = explained("late-executor", recorded=False)
    assert "slows the others" not in found.bound.text
    assert not [suspect for suspect in found.suspects if suspect.kind == "stragglers"]
    assert "17 s in 9 pauses between stages, the longest 4.3 s before stage 3" in found.bound.text


def test_a_task_that_failed_four_times_is_no_driver_that_sends_slowly() -> None:
    found = explained("retried", recorded=False)
    (failed,) = (one.bound.parts for one in found.stages if one.stage == 3)
    assert failed["too-few-tasks"] > 3 * failed["scheduling"]
    assert found.what_if.seconds is not None
    assert found.what_if.without["scheduling"] > 0.9 * found.what_if.seconds


def test_executors_that_load_classes_for_seconds_are_no_skew() -> None:
    found = explained("slow-start", recorded=False)
    assert "skew" not in [suspect.kind for suspect in found.suspects]


def test_one_gzip_file_is_one_task_and_nothing_but_dividing_it_gives_more() -> None:
    found = explained("gzip", recorded=False)
    assert found.bound.by == "too-few-tasks"
    assert "Most of it in stage 1: 1 task on 4 cores." in found.bound.text
    few = [one.text for one in found.suspects if one.kind == "too-few-tasks"]
    assert len(few) == 2
    assert all("What is packed as a whole (gzip) is read by one task a file" in t for t in few)


def test_an_application_that_was_ended_says_what_of_it_is_not_known() -> None:
    found = explained("killed", recorded=False)
    assert found.bound.by == "mixed"
    assert "4 tasks had not ended when the application did" in found.bound.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("twice-udf", "Stage 4 computed score(t) of the same data again"),
        ("twice-expression", "Stage 5 computed cast(conv(substring(sha2(cast(concat("),
    ],
)
def test_an_expression_that_is_computed_again_below_another_filter(name: str, words: str) -> None:
    """Its columns, filters and bytes are others each time."""
    found = explained(name, recorded=False)
    (again,) = (suspect for suspect in found.suspects if suspect.kind == "same-stage")
    assert again.text.startswith(words)
    assert "Add it as a column once" in again.text


def test_cores_that_were_given_back_are_missed_by_what_comes_next() -> None:
    found = explained("dynamic", recorded=False).bound
    assert found.by == "starting"
    assert "4 executors came in all, 2 at once: those that went were missed again." in found.text
    assert "spark.dynamicAllocation.executorIdleTimeout" in found.text


def test_between_the_batches_of_a_stream_the_driver_is_not_at_work() -> None:
    found = explained("streaming", recorded=False)
    assert found.bound.parts["driver"] > 0.4
    assert "streaming queries, which wait like this for data" in found.bound.text
    assert "The last of its 2 executors came" in found.bound.text
    assert "driver" not in found.what_if.without
