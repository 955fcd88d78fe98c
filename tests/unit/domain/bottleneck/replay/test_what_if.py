"""Replays: what happened comes out as it was, and other plans as one reckons by hand."""

import pytest
from support.records import START, application, executor, stage, task

from pitui.domain.apps.recorded_run import Repeat
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.attribution.attribution import attribute
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.explanation import Part, WhatIf
from pitui.domain.bottleneck.node_speed import node_paces, slow_nodes
from pitui.domain.bottleneck.replay.replay_savings import replays_of
from pitui.domain.bottleneck.replay.what_if import what_if
from pitui.domain.bottleneck.task_record import ApplicationRecord, StageRecord

TWO = [executor("pi1", 2), executor("pi2", 2)]


def asked(record: ApplicationRecord) -> WhatIf:
    return what_if(record, replays_of(record), attribute(record, {}))


def waves(count: int, seconds: float, begin: float = 0.0, **more: float) -> list[object]:
    """Return tasks of two nodes with two cores each, four at a time."""
    return [
        task(
            begin + wave * seconds,
            begin + (wave + 1) * seconds,
            "pi1" if slot < 2 else "pi2",
            **more,  # type: ignore[arg-type]
        )
        for wave in range(-(-count // 4))
        for slot in range(min(4, count - wave * 4))
    ]


def test_a_replay_of_what_happened_takes_as_long_as_it_took() -> None:
    stages = [stage(0, waves(10, 1, 2)), stage(1, waves(4, 3, 6))]
    record = application(12, TWO, stages)
    assert replays_of(record).base == pytest.approx(12)


def test_stages_at_the_same_time_are_replayed_at_the_same_time() -> None:
    one = [task(0, 4), task(0, 4)]
    other = [task(0, 6, "pi2"), task(0, 6, "pi2")]
    after = [task(7, 9)]
    record = application(9, TWO, [stage(0, one), stage(1, other), stage(2, after)])
    assert replays_of(record).base == pytest.approx(9)


def test_one_more_node_shortens_what_has_many_tasks_and_not_what_the_driver_does() -> None:
    record = application(22, TWO, [stage(0, waves(48, 1))])
    found = asked(record)
    # 48 tasks of a second on 6 cores instead of 4, and 10 seconds without a stage.
    assert found.one_more_node_seconds == pytest.approx(8 + 10)
    assert found.like in ("pi1", "pi2")
    assert found.texts[0].startswith(f"One more node like {found.like} would make it 18 s")


def test_tasks_that_are_no_multiple_of_the_cores_stay_as_many() -> None:
    record = application(3, TWO, [stage(0, waves(10, 1))])
    # Ten tasks: three waves on 4 cores, two on 6.
    assert asked(record).one_more_node_seconds == pytest.approx(2)


def test_one_more_node_does_not_help_one_task() -> None:
    record = application(10, TWO, [stage(0, [task(0, 10)])])
    found = asked(record)
    assert found.one_more_node_seconds == pytest.approx(10)
    assert "would hardly help" in found.texts[0]


def test_one_more_node_does_not_divide_a_key_that_has_most_of_the_rows() -> None:
    tasks = [task(0, 30), *waves(11, 1)]
    found = asked(application(30, TWO, [stage(0, tasks)]))
    assert found.one_more_node_seconds == pytest.approx(30)
    assert found.texts[0].startswith("One more node like pi2 would hardly help")


def test_one_more_node_does_not_help_where_the_driver_sends_no_faster() -> None:
    tasks = [task(at * 0.1, at * 0.1 + 0.05, "pi1" if at % 2 else "pi2") for at in range(98)]
    record = application(9.8, TWO, [stage(0, tasks)])
    assert replays_of(record).base == pytest.approx(9.75, rel=0.02)
    assert asked(record).one_more_node_seconds == pytest.approx(9.8, rel=0.02)


def test_a_task_that_failed_and_is_tried_again_is_not_the_drivers_sending() -> None:
    failed = [task(at, at + 3, index=0, state=WorkState.FAILED) for at in (0, 3, 6)]
    others = [task(0, 3, "pi1" if at < 1 else "pi2", index=at + 1) for at in range(3)]
    found = asked(application(9, TWO, [stage(0, [*failed, *others])]))
    assert "scheduling" not in found.without


def test_a_slow_node_is_one_more_at_its_own_speed() -> None:
    fast = [task(at, at + 1, "pi1", index=0) for at in range(12) for _ in range(2)]
    slow = [task(at, at + 3, "pi2") for at in range(0, 12, 3) for _ in range(2)]
    record = application(12, TWO, [stage(0, fast + slow)])
    paces = node_paces(record)
    assert paces["pi2"] / paces["pi1"] == pytest.approx(3)
    assert slow_nodes(record) == {"pi2": pytest.approx(3)}
    found = asked(record)
    assert found.like == "pi2"
    # Per second: 2 tasks of pi1 and 2/3 of pi2; another pi2 adds 2/3 to these 8/3.
    assert found.one_more_node_seconds == pytest.approx(12 * 8 / 10, rel=0.15)


def test_two_tasks_a_node_are_enough_where_both_are_long() -> None:
    fast = [task(0, 1, "pi1"), task(0, 1.1, "pi1")]
    both = [*fast, task(0, 3, "pi2"), task(0, 3.2, "pi2")]
    assert list(slow_nodes(application(4, TWO, [stage(0, both)]))) == ["pi2"]
    one = [*fast, task(0, 1, "pi2"), task(0, 9, "pi2")]
    assert slow_nodes(application(9, TWO, [stage(0, one)])) == {}


def test_a_slow_node_of_one_core_is_told_by_its_first_task_and_one_other() -> None:
    """Each first task loads classes and takes three times as long as those that follow."""
    fast = [
        task(begin, end, node)
        for node in ("pi1", "pi2")
        for begin, end in ((0, 3), (3, 4), (4, 5), (5, 6))
    ]
    slow = [task(0, 7.5, "pi3"), task(7.5, 10, "pi3")]
    nodes = [executor(node, 1) for node in ("pi1", "pi2", "pi3")]
    record = application(10, nodes, [stage(0, [*fast, *slow])])
    assert slow_nodes(record) == {"pi3": pytest.approx(2.5)}


def test_a_node_that_is_slow_in_each_of_many_stages_of_one_task_is_slow() -> None:
    nodes = [executor(node, 1) for node in ("pi1", "pi2", "pi3")]
    stages = [
        stage(n, [task(4 * n, 4 * n + took, node) for node, took in
                  (("pi1", 1), ("pi2", 1), ("pi3", 2.5 if n != 1 else 1.2))])
        for n in range(3)
    ]  # fmt: skip
    assert slow_nodes(application(12, nodes, stages)) == {"pi3": pytest.approx(2.5)}
    assert slow_nodes(application(12, nodes, stages[:2])) == {}


@pytest.mark.parametrize("larger", [["pi1"], ["pi1", "pi2"], ["pi1", "pi2", "pi4"]])
@pytest.mark.parametrize("slow", [1.0, 1.5, 2.5])
def test_a_node_of_one_core_among_larger_ones_is_told_by_one_task_a_stage(
    larger: list[str], slow: float
) -> None:
    """A slot's first task takes two seconds longer everywhere; the larger nodes take the others."""
    stages = [
        stage(
            n,
            [task(20 * n, 20 * n + 3, node) for node in larger for _ in range(4)]
            + [task(20 * n + 3, 20 * n + 4, node) for node in larger for _ in range(8)]
            + [task(20 * n, 20 * n + 3 * slow, "pi3")],
        )
        for n in range(3)
    ]
    nodes = [executor("pi3", 1), *(executor(node, 4) for node in larger)]
    expected = {} if slow == 1.0 else {"pi3": pytest.approx(slow)}
    assert slow_nodes(application(60, nodes, stages)) == expected
    assert slow_nodes(application(60, nodes, stages[:2])) == {}


def test_a_slow_node_that_some_stages_had_no_task_for_is_as_slow_as_in_the_others() -> None:
    def even(number: int, nodes: dict[str, float]) -> StageRecord:
        return stage(number, [task(begin, begin + took, node)
                              for node, took in nodes.items()
                              for begin in (20 * number, 20 * number + took)
                              for _ in range(2)])  # fmt: skip

    fast = {"pi1": 1.0, "pi2": 1.0}
    stages = [even(0, fast), even(1, {**fast, "pi3": 2.0}), even(2, fast)]
    nodes = [executor(node, 2) for node in ("pi1", "pi2", "pi3")]
    assert slow_nodes(application(60, nodes, stages)) == {"pi3": pytest.approx(2)}


def test_a_node_whose_executor_came_late_is_cold_and_not_slow() -> None:
    """It loads Spark's classes in the second stage, where the other node has done that."""
    first = [task(0, 4), task(0, 4), task(4, 5), task(4, 5)]
    late = [task(6, 7), task(6, 7), task(6, 10, "pi2"), task(6, 10, "pi2")]
    stages = [stage(0, first), stage(1, late), stage(2, waves(8, 1, 11))]
    executors = [executor("pi1", 2), executor("pi2", 2, added=5)]
    assert slow_nodes(application(13, executors, stages)) == {}
    slow = [task(11, 14, node) for node in ("pi2", "pi2")]
    fast = [task(at, at + 1) for at in (11, 11, 12, 12)]
    stages = [*stages[:2], stage(2, [*fast, *slow])]
    assert list(slow_nodes(application(14, executors, stages))) == ["pi2"]


def test_a_few_short_tasks_say_nothing_of_their_node() -> None:
    short = [task(0, 0.2), task(0, 0.2), task(0, 0.4, "pi2"), task(0, 0.4, "pi2")]
    assert slow_nodes(application(1, TWO, [stage(0, short)])) == {}
    many = [
        task(at * length, (at + 1) * length, node)
        for node, length in (("pi1", 0.2), ("pi2", 0.4))
        for at in range(20)
        for _ in range(2)
    ]
    assert list(slow_nodes(application(8, TWO, [stage(0, many)]))) == ["pi2"]


def test_one_long_task_of_a_node_does_not_make_the_node_slow() -> None:
    tasks = [*waves(12, 1), task(3, 30, "pi2")]
    assert slow_nodes(application(30, TWO, [stage(0, tasks)])) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("blocked", "part"), [({"gc": 0.5}, Part.GC), ({"fetch": 0.5}, Part.NETWORK)]
)
def test_without_what_tasks_waited_for_they_are_shorter_and_the_driver_is_not(
    blocked: dict[str, float], part: Part
) -> None:
    record = application(6, TWO, [stage(0, waves(16, 1, cpu=0.5, **blocked))])  # type: ignore[arg-type]
    found = asked(record)
    assert found.without[part] == pytest.approx(2 + 2)
    assert any("at most 33% less" in text for text in found.texts)


def test_without_the_driver_the_stages_follow_each_other() -> None:
    stages = [stage(0, waves(4, 1, 3)), stage(1, waves(4, 1, 8))]
    record = application(10, TWO, stages)  # type: ignore[arg-type]
    assert asked(record).without[Part.DRIVER] == pytest.approx(2)


def test_without_skew_the_work_is_divided_equally() -> None:
    tasks = [task(0, 1), task(0, 1), task(0, 1, "pi2"), task(0, 9, "pi2")]
    assert asked(application(9, TWO, [stage(0, tasks)])).without[Part.SKEW] == pytest.approx(3)


def test_with_enough_tasks_no_core_is_idle() -> None:
    found = asked(application(8, TWO, [stage(0, [task(0, 8)])]))
    assert found.without[Part.TOO_FEW_TASKS] == pytest.approx(2)


def test_nothing_is_said_of_an_application_without_tasks_or_without_nodes() -> None:
    assert asked(application(5, TWO, [])).one_more_node_seconds is None
    local = application(4, [executor("driver", 4)], [stage(0, [task(0, 4, "driver")])])
    assert asked(local).one_more_node_seconds is None


def test_late_executors_are_late_again() -> None:
    late = [executor("pi1", 2, added=5), executor("pi2", 2, added=5)]
    record = application(7, late, [stage(0, waves(8, 1, 5), begin=1)])  # type: ignore[arg-type]
    assert replays_of(record).base == pytest.approx(7)
    assert asked(record).one_more_node_seconds == pytest.approx(5 + 8 / 6)


def test_a_benchmarks_work_is_judged_without_the_start_and_in_its_own_seconds() -> None:
    """Warm-up and a repeat, four seconds each, after ten seconds of starting."""
    late = [executor("pi1", 2, added=8), executor("pi2", 2, added=8)]
    record = application(20, late, [stage(0, waves(48, 1 / 3, 10)), stage(1, waves(48, 1 / 3, 14))])  # type: ignore[arg-type]
    whole = explanation(record, {})
    assert whole.bound.by == "cpu"
    assert whole.bound.parts["starting"] == pytest.approx(0.4)
    work = explanation(record, {}, [Repeat(4.0)])
    assert work.bound.parts["cpu"] == pytest.approx(1, abs=0.01)
    assert work.what_if.seconds == 4.0
    assert work.what_if.one_more_node_seconds == pytest.approx(4 * 2 / 3, rel=0.02)


def test_a_benchmark_is_judged_by_what_it_measured_and_not_by_what_it_did_before() -> None:
    """Python is started for three seconds; then a warm-up and three repeats of two waves each."""
    before = stage(0, [task(0, 3, node, run=0.1) for node in ("pi1", "pi1", "pi2", "pi2")])
    begins = (3, 7, 10, 13)
    work = [stage(1 + at, waves(8, 1, begin)) for at, begin in enumerate(begins)]
    record = application(20, TWO, [before, *work])
    repeats = [Repeat(2.0, "7", START + begin) for begin in begins[1:]]
    found = explanation(record, {}, repeats)
    assert found.what_if.one_more_node_seconds == pytest.approx(2 * 2 / 3, rel=0.02)
    assert found.bound.parts == {"cpu": pytest.approx(1)}
    assert {one.stage for one in found.stages} == {2, 3, 4}
    # The same stage in each repeat is not computed twice.
    assert found.suspects == ()


def test_repeats_of_another_application_say_nothing_of_this_one() -> None:
    """Rounds of a comparison are kept as one run with the repeats of all its applications."""
    record = application(8, TWO, [stage(0, waves(8, 1)), stage(1, waves(8, 1, 4))])
    repeats = [Repeat(6.0, "7", START - 100), Repeat(2.0, "7", START + 4)]
    found = explanation(record, {}, repeats)
    assert {one.stage for one in found.stages} == {1}
    assert found.what_if.seconds == 4.0


def test_what_each_executor_does_once_one_more_does_as_well() -> None:
    """Each slot's first task takes a second, and three seconds to start its Python."""
    first = [task(0, 4, node) for node in ("pi1", "pi1", "pi2", "pi2")]
    tasks = [*first, *waves(20, 1, 4)]
    record = application(9, TWO, [stage(0, tasks)])
    assert replays_of(record).base == pytest.approx(9)
    # 24 tasks of a second on six slots after three seconds each, not (24 + 12) / 6.
    assert asked(record).one_more_node_seconds == pytest.approx(3 + 4)


def test_a_first_task_that_has_more_to_do_is_no_start() -> None:
    tasks = [task(0, 6), task(0, 1), task(0, 1, "pi2"), task(0, 1, "pi2"), *waves(8, 1, 1)[:6]]
    record = application(6, TWO, [stage(0, tasks)])
    (only,) = replays_of(record).plan.stages
    assert only.start.seconds == 0.0
    assert max(one.seconds for one in only.tasks) == pytest.approx(6, rel=0.5)
