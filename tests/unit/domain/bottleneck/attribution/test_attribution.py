"""Core-time in disjoint parts: hand-made tasks, of which each part is known."""

import random

import pytest
from support.records import START, application, executor, stage, task

from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.attribution.attribution import Attribution, attribute
from pitui.domain.bottleneck.explanation import Part
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.bottleneck.replay.replay_savings import replays_of
from pitui.domain.bottleneck.task_record import ApplicationRecord

ONE = [executor("pi1", 1)]
FOUR = [executor("pi1", 2), executor("pi2", 2)]


def parts(
    record: ApplicationRecord, samples: dict[str, list[NodeSample]] | None = None
) -> dict[str, float]:
    """Return the parts in core-seconds; checks that they make up all of the core-time."""
    found = attribute(record, samples or {})
    assert sum(found.whole.values()) == pytest.approx(found.cores * found.seconds)
    assert stages_and_gaps(found) == pytest.approx(found.whole)
    return {str(part): round(seconds, 3) for part, seconds in found.whole.items() if seconds > 5e-4}


def stages_and_gaps(found: Attribution) -> dict[Part, float]:
    """Return the sums of all stages, and what of the whole can only be between them."""
    total: dict[Part, float] = {}
    for own in found.stages.values():
        for part, seconds in own.items():
            total[part] = total.get(part, 0.0) + seconds
    for part in (Part.DRIVER, Part.STARTING):
        if part in found.whole:
            total[part] = found.whole[part]
    return {part: seconds for part, seconds in total.items() if seconds > 0}


def test_a_task_that_computes_all_the_time_is_cpu() -> None:
    assert parts(application(10, ONE, [stage(0, [task(0, 10)])])) == {"cpu": 10}


def test_time_without_a_stage_is_the_drivers_on_every_core() -> None:
    tasks = [task(0, 2), task(0, 2), task(0, 2, "pi2"), task(0, 2, "pi2")]
    assert parts(application(10, FOUR, [stage(0, tasks)])) == {"cpu": 8, "driver": 32}


def test_cores_that_came_late_are_starting_and_none_before() -> None:
    late = [executor("pi1", 1), executor("pi2", 1, added=4)]
    found = parts(application(10, late, [stage(0, [task(0, 10), task(4, 10, "pi2")])]))
    assert found == {"cpu": 16, "starting": 4}


def test_a_replaced_executor_does_not_count_twice() -> None:
    lost = [executor("pi1", 1), executor("pi2", 1, removed=5), executor("pi2", 1, added=7)]
    tasks = [task(0, 10), task(0, 5, "pi2"), task(7, 10, "pi2")]
    found = attribute(application(10, lost, [stage(0, tasks)]), {})
    assert found.cores == 2
    assert found.whole[Part.STARTING] == pytest.approx(2)


def test_cores_given_back_while_nothing_ran_are_the_drivers() -> None:
    """Dynamic allocation takes executors away because nobody needs them."""
    given_back = [executor("pi1", 1), executor("pi2", 1, removed=5)]
    tasks = [task(0, 4), task(0, 4, "pi2")]
    assert parts(application(10, given_back, [stage(0, tasks)])) == {"cpu": 8, "driver": 12}


def test_one_task_on_four_cores_is_too_few_tasks_however_long_it_is() -> None:
    assert parts(application(10, FOUR, [stage(0, [task(0, 10)])])) == {
        "cpu": 10,
        "too-few-tasks": 30,
    }


def test_a_last_wave_that_is_not_full_is_too_few_tasks() -> None:
    tasks = [task(0, 4), task(0, 4), task(0, 4, "pi2"), task(0, 4, "pi2"), task(4, 8)]
    assert parts(application(8, FOUR, [stage(0, tasks)])) == {"cpu": 20, "too-few-tasks": 12}


def test_one_task_that_takes_ten_times_as_long_is_skew() -> None:
    tasks = [task(0, 1), task(0, 1), task(0, 1, "pi2"), task(0, 10, "pi2")]
    found = parts(application(10, FOUR, [stage(0, tasks)]))
    # Up to 1.5 times the median the fourth task is like the others.
    assert found == {"cpu": 13, "too-few-tasks": 1.5, "skew": 25.5}


def test_cores_that_no_task_was_for_are_never_skew() -> None:
    tasks = [task(0, 1), task(0, 10)]
    found = parts(application(10, FOUR, [stage(0, tasks)]))
    assert found["too-few-tasks"] == pytest.approx(20 + 0.5)
    assert found["skew"] == pytest.approx(8.5)


def test_what_a_task_does_outside_of_its_run_time_is_scheduling() -> None:
    assert parts(application(10, ONE, [stage(0, [task(0, 10, run=7)])])) == {
        "cpu": 7,
        "scheduling": 3,
    }


def test_free_cores_while_tasks_wait_are_scheduling() -> None:
    tasks = [task(at, at + 0.1) for at in range(10)]
    assert parts(application(10, ONE, [stage(0, tasks, 0, 10)])) == {"cpu": 1, "scheduling": 9}


def test_blocked_time_is_clipped_to_the_run_time_in_the_order_of_the_parts() -> None:
    one = task(0, 10, cpu=4, gc=3, fetch=2, write=5)
    assert parts(application(10, ONE, [stage(0, [one])])) == {
        "cpu": 4,
        "gc": 3,
        "network": 2,
        "disk": 1,
    }


def test_more_cpu_time_than_run_time_is_not_more_than_all() -> None:
    assert parts(application(10, ONE, [stage(0, [task(0, 10, cpu=12, gc=3)])])) == {"cpu": 10}


def test_failed_and_killed_tasks_are_a_part_of_their_own() -> None:
    tasks = [task(0, 4, state=WorkState.FAILED), task(4, 5, state=WorkState.KILLED), task(5, 10)]
    assert parts(application(10, ONE, [stage(0, tasks)])) == {"cpu": 5, "unmeasured": 5}


def test_two_stages_at_once_share_the_cores_that_are_free() -> None:
    both = [stage(0, [task(0, 10)]), stage(1, [task(0, 10, "pi2")])]
    found = attribute(application(10, FOUR, both), {})
    assert found.stages[0, 0] == found.stages[1, 0]
    assert found.stages[0, 0][Part.TOO_FEW_TASKS] == pytest.approx(10)


def test_tasks_that_hold_two_cores_count_twice() -> None:
    record = application(10, [executor("pi1", 4)], [stage(0, [task(0, 10)])], task_cpus=2)
    assert parts(record) == {"cpu": 20, "too-few-tasks": 20}


def test_without_executors_the_cores_are_the_tasks_that_ran_at_once() -> None:
    assert parts(application(10, [], [stage(0, [task(0, 5), task(0, 5)])])) == {
        "cpu": 10,
        "driver": 10,
    }


@pytest.mark.parametrize("seed", range(30))
def test_whatever_happens_the_parts_make_up_all(seed: int) -> None:
    chance = random.Random(seed)
    executors = [
        executor(f"pi{n}", 2, chance.uniform(0, 20), chance.choice([None, chance.uniform(60, 99)]))
        for n in range(3)
    ]
    stages, at = [], 0.0
    for number in range(8):
        tasks = []
        for one in executors:
            for _ in range(one.cores):
                begin = max(at, one.added_at - START) + chance.uniform(0, 2)
                for _ in range(chance.randrange(4)):
                    end = begin + chance.expovariate(1.0)
                    if one.removed_at is None or START + end < one.removed_at:
                        tasks.append(task(begin, end, one.node, cpu=(end - begin) / 2))
                    begin = end
        if tasks:
            stages.append(stage(number, tasks, at))
            at = max((t.ended_at or 0.0) - START for t in tasks) - chance.choice([0, 0, 1])
            at = max(0.0, at)
    parts(application(100, executors, stages, task_cpus=1))


def samples(node: str = "pi1", seconds: int = 10, **figures: float) -> dict[str, list[NodeSample]]:
    """Return a sample a second of one node, all alike."""
    known = {"cores": 1, **figures}
    return {node: [NodeSample(START + at + 1, 1.0, **known) for at in range(seconds)]}  # type: ignore[arg-type]


HALF = [stage(0, [task(0, 10, cpu=5)])]
"""A task that is on the JVM's CPU half of its time."""


@pytest.mark.parametrize(
    ("figures", "part"),
    [
        ({"python_cores": 0.5}, "python-cpu"),
        ({"python_cores": 3.0}, "python-cpu"),
        ({"disk_busy": 0.95}, "disk"),
        ({"iowait": 0.4}, "disk"),
        ({"received": 11e6, "sent": 1e6, "link": 12.5e6}, "network"),
        ({"received": 1e6, "sent": 11e6, "link": 12.5e6}, "network"),
        ({"swap_in": 5e6, "disk_busy": 1.0}, "memory"),
        ({"cpu": 0.2, "disk_busy": 0.2}, "waiting"),
        ({}, "waiting"),
    ],
)
def test_what_the_metrics_leave_open_is_what_the_node_had_none_of(
    figures: dict[str, float], part: str
) -> None:
    assert parts(application(10, ONE, HALF), samples(**figures)) == {"cpu": 5, part: 5}


def test_a_node_whose_cores_are_all_busy_makes_its_tasks_wait_for_a_core() -> None:
    assert parts(application(10, ONE, HALF), samples(cpu=0.97)) == {"cpu": 10}
    assert parts(application(10, ONE, HALF), samples(cpu=0.7, runnable=5)) == {"cpu": 10}
    found = parts(application(10, ONE, HALF), samples(cpu=0.97, python_cores=0.9))
    assert found == {"cpu": 5, "python-cpu": 5}


def test_where_others_take_the_cores_the_task_waits_with_what_it_runs_in() -> None:
    full = samples(cpu=1.0, python_cores=0.05)
    python = application(10, ONE, [stage(0, [task(0, 10, cpu=1)], python=True)])
    assert parts(python, full) == {"cpu": 1, "python-cpu": 9}
    jvm = application(10, ONE, [stage(0, [task(0, 10, cpu=1)], python=False)])
    assert parts(jvm, full) == {"cpu": 10}


def test_pythons_cpu_time_goes_to_the_tasks_that_were_there_and_no_further() -> None:
    """A quarter of the open time was on a CPU; the rest of it waited for the disk."""
    found = parts(application(10, ONE, HALF), samples(python_cores=0.125, disk_busy=0.9))
    assert found == {"cpu": 5, "python-cpu": 1.25, "disk": 3.75}


def test_a_stage_without_python_has_no_cpu_time_in_python() -> None:
    jvm = [stage(0, [task(0, 10, cpu=0)], python=False)]
    assert parts(application(10, ONE, jvm), samples(python_cores=1.0)) == {"waiting": 10}


def test_a_disk_is_spill_where_the_task_spilled() -> None:
    spilled = [stage(0, [task(0, 10, cpu=4, spilled=10**9)])]
    assert parts(application(10, ONE, spilled), samples(disk_busy=0.9)) == {"cpu": 4, "spill": 6}


def test_samples_count_for_the_seconds_that_they_cover() -> None:
    record = application(10, ONE, [stage(0, [task(0, 10, cpu=0)])])
    found = parts(record, samples(seconds=4, disk_busy=1.0))
    assert found == {"disk": 4, "waiting": 6}
    assert not attribute(record, samples(seconds=4, disk_busy=1.0)).measured
    assert attribute(record, samples(seconds=9, disk_busy=1.0)).measured
    assert not attribute(record, samples("pi9", disk_busy=1.0)).measured


def test_cpu_time_below_the_full_frequency_is_throttled_where_it_was_long() -> None:
    record = application(10, ONE, [stage(0, [task(0, 10)])])
    slow = {"cpu": 1.0, "frequency": 0.8e9, "frequency_max": 1.5e9}
    assert parts(record, samples(**slow)) == {"throttled": 10}
    assert parts(record, samples(cpu=1.0, throttled=True)) == {"throttled": 10}
    # An idle processor is slow because its governor lets it rest.
    assert parts(record, samples(**(slow | {"cpu": 0.1}))) == {"cpu": 10}
    full = {"cpu": 1.0, "frequency": 1.45e9, "frequency_max": 1.5e9}
    assert parts(record, samples(**full)) == {"cpu": 10}


def test_without_samples_a_jvm_task_that_moved_no_data_can_only_have_waited_for_a_core() -> None:
    assert parts(application(10, ONE, HALF)) == {"cpu": 10}
    asleep = application(10, ONE, [stage(0, [task(0, 10, cpu=0.1)])])
    assert parts(asleep) == {"cpu": 0.1, "waiting": 9.9}
    python = application(10, ONE, [stage(0, [task(0, 10, cpu=5)], python=True)])
    assert parts(python) == {"cpu": 5, "waiting": 5}
    reading = application(10, ONE, [stage(0, [task(0, 10, cpu=5, read=3 * 4 * 1024**2)])])
    assert parts(reading) == {"cpu": 7, "waiting": 3}


@pytest.mark.parametrize(("seconds", "part"), [(0.02, Part.SCHEDULING), (0.18, Part.WAITING)])
def test_tiny_tasks_in_python_are_sent_and_taken_apart_and_hardly_compute(
    seconds: float, part: Part
) -> None:
    """A worker takes milliseconds for each, however little there is to do; not much more."""
    tiny = [task(n * seconds, (n + 1) * seconds, "pi1", cpu=0.002) for n in range(100)]
    record = application(100 * seconds, [executor("pi1", 1)], [stage(0, tiny, python=True)])
    whole = attribute(record, {}).whole
    assert max(whole, key=lambda one: whole[one]) is part
    assert sum(whole.values()) == pytest.approx(100 * seconds)


def tiny_in_python(**more: float) -> ApplicationRecord:
    """Return ten seconds of tasks of 50 ms, of which the JVM computes 5."""
    tiny = [task(n / 20, (n + 1) / 20, cpu=0.005, **more) for n in range(200)]  # type: ignore[arg-type]
    return application(10, ONE, [stage(0, tiny, python=True)])


def test_python_that_is_on_the_cpu_in_tiny_tasks_computes_and_does_not_only_begin() -> None:
    found = parts(tiny_in_python(), samples(python_cores=0.8))
    assert found == {"cpu": 1, "python-cpu": 8, "scheduling": 1}
    idle = parts(tiny_in_python(), samples(python_cores=0.1))
    assert idle == {"cpu": 1, "python-cpu": 1, "scheduling": 8}


@pytest.mark.parametrize("known", [{}, samples(cpu=0.3)])
def test_where_pythons_cpu_time_is_not_known_little_of_tiny_tasks_is_its_start(
    known: dict[str, list[NodeSample]],
) -> None:
    assert parts(tiny_in_python(), known) == {"cpu": 1, "scheduling": 2.4, "waiting": 6.6}


def test_what_tiny_tasks_measured_is_not_the_start_of_python() -> None:
    found = parts(tiny_in_python(gc=0.02, fetch=0.01, write=0.01))
    assert found == {"cpu": 1, "gc": 4, "network": 2, "disk": 2, "scheduling": 1}
    replayed = replays_of(tiny_in_python(gc=0.02, fetch=0.01, write=0.01)).plan.stages[0].tasks
    assert [round(one.fixed, 3) for one in replayed] == [0.005] * 200
    assert [round(one.seconds, 3) for one in replayed] == [0.045] * 200


def test_cores_that_a_task_leaves_free_which_failed_again_and_again_wait_for_no_sending() -> None:
    """Its other attempts are no tasks that wait; between its end and its next launch it is one."""
    attempts = [task(at, at + 1.5, index=0, state=WorkState.FAILED) for at in (0, 2, 4)]
    record = application(5.5, [executor("pi1", 2)], [stage(0, [*attempts, task(0, 2, index=1)])])
    assert parts(record) == {
        "cpu": 2,
        "unmeasured": 4.5,
        "too-few-tasks": 3,
        "scheduling": 0.5 + 2 * 0.5,
    }


def test_a_copy_of_a_task_that_still_runs_did_not_wait() -> None:
    copies = [task(0, 6, index=0), task(4, 6, index=0, state=WorkState.KILLED)]
    record = application(6, [executor("pi1", 2)], [stage(0, [*copies, task(0, 2, index=1)])])
    assert "scheduling" not in parts(record)
