"""Suspects: each with a planted one, with what it saves, and with a near miss beside it."""

from dataclasses import replace

import pytest
from support.records import application, executor, stage, task

from pitui.domain.apps.jobs import Task
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.explanation import Suspect, SuspectKind
from pitui.domain.bottleneck.task_record import ApplicationRecord, FilesRead

TWO = [executor("pi1", 2), executor("pi2", 2)]
MIB = 1024 * 1024


def found(record: ApplicationRecord) -> dict[str, Suspect]:
    return {str(suspect.kind): suspect for suspect in explanation(record, {}).suspects}


def even(count: int, seconds: float, begin: float = 0.0, **more: float) -> list[Task]:
    """Return tasks on four cores, one after the other on each."""
    return [
        task(begin + n // 4 * seconds, begin + (n // 4 + 1) * seconds,
             "pi1" if n % 4 < 2 else "pi2", **more)  # type: ignore[arg-type]
        for n in range(count)
    ]  # fmt: skip


def test_equal_tasks_on_all_cores_are_not_suspect() -> None:
    assert found(application(3, TWO, [stage(0, even(12, 1))])) == {}


def test_one_key_with_most_rows_is_skew_and_its_data_says_why() -> None:
    tasks = [*even(3, 1, read=MIB), task(0, 10, "pi2", read=90 * MIB)]
    suspect = found(application(10, TWO, [stage(3, tasks)]))["skew"]
    assert suspect.stage == 3
    assert suspect.saves_seconds == pytest.approx(10 - 13 / 4)
    assert "90 MiB of data where the median had 1.0 MiB" in suspect.text


def test_a_long_task_that_spilled_says_so() -> None:
    tasks = [*even(3, 1, read=MIB), task(0, 10, "pi2", read=90 * MIB, spilled=70 * MIB)]
    record = application(10, TWO, [stage(3, tasks)])
    assert found(record)["skew"].text.endswith(" It spilled 70 MiB to disk.")


@pytest.mark.parametrize(
    ("work", "words"),
    [
        ({}, "(repartition, spark.default.parallelism)"),
        ({"read": MIB}, "(files that can be divided"),
        ({"shuffled": MIB}, "(spark.sql.shuffle.partitions, repartition;"),
    ],
)
def test_more_tasks_come_from_where_the_rows_come_from(work: dict[str, int], words: str) -> None:
    record = application(4, TWO, [stage(0, [task(0, 4, **work)])])
    assert words in found(record)["too-few-tasks"].text


def test_a_packed_file_is_why_there_is_one_task() -> None:
    text = found(application(4, TWO, [stage(0, [task(0, 4, read=MIB)], packed=True)]))
    assert "What is packed as a whole (gzip) is read by one task" in text["too-few-tasks"].text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"in_one_task": True}, "brings all rows into one task (a window without partitionBy"),
        ({"operators": frozenset({"AQEShuffleRead"})}, "Spark put what is small together"),
    ],
)
def test_one_task_by_sparks_choice_is_not_mended_by_partitions(
    more: dict[str, object], words: str
) -> None:
    record = application(4, TWO, [stage(0, [task(0, 4, shuffled=MIB)], **more)])
    assert words in found(record)["too-few-tasks"].text


def test_a_first_task_whose_executor_started_slowly_is_no_skew() -> None:
    """On one node classes took 2.5 s to load, on the other 3.6 s; each task takes 0.3 s."""
    first = [task(0, took, node) for node, took in (("pi1", 2.8), ("pi2", 3.9)) for _ in range(2)]
    others = even(60, 0.3, 4)
    assert "skew" not in found(application(9, TWO, [stage(0, first + others)]))
    long = [task(8.5, 12.5, "pi2", index=99)]
    suspect = found(application(13, TWO, [stage(0, first + others + long)]))["skew"]
    assert suspect.text.startswith("Task 99 on pi2 took 4.0 s, the median 0.30 s")


def test_a_task_a_little_longer_than_others_is_no_skew() -> None:
    tasks = [*even(3, 1), task(0, 2.5, "pi2")]
    assert "skew" not in found(application(2.5, TWO, [stage(0, tasks)]))


def test_stragglers_of_one_node_are_its_fault_and_no_skew() -> None:
    fast = [task(at, at + 1, "pi1") for at in range(8) for _ in range(2)]
    slow = [task(at, at + 4, "pi2") for at in (0, 4) for _ in range(2)]
    suspects = found(application(8, TWO, [stage(0, fast + slow)]))
    assert "on pi2" in suspects["stragglers"].text
    assert "4.0 times" in suspects["stragglers"].text
    # As fast as pi1, twenty tasks of a second on four cores take five seconds.
    assert suspects["stragglers"].saves_seconds == pytest.approx(3)
    assert "skew" not in suspects


def test_many_tiny_tasks_would_be_faster_as_few() -> None:
    tiny = even(2000, 0.01, run=0.002)
    suspect = found(application(5, TWO, [stage(0, tiny)]))["tiny-tasks"]
    assert "2,000 tasks with a median of 10 ms" in suspect.text
    assert suspect.saves_seconds == pytest.approx(5 - 1 - 0.024, rel=0.05)


def test_many_tasks_of_a_second_are_not_tiny() -> None:
    assert "tiny-tasks" not in found(application(25, TWO, [stage(0, even(100, 1))]))


def test_one_task_on_four_cores_is_too_few() -> None:
    suspect = found(application(8, TWO, [stage(0, [task(0, 8)])]))["too-few-tasks"]
    assert suspect.text.startswith("1 task for 4 cores.")
    assert suspect.saves_seconds == pytest.approx(6)


def test_spill_counts_what_its_tasks_waited_for() -> None:
    spilled = even(4, 4, cpu=1, spilled=40 * MIB)
    suspect = found(application(4, TWO, [stage(0, spilled)]))["spill"]
    assert suspect.saves_seconds == pytest.approx(3, rel=0.01)
    assert "4 of 4 tasks" in suspect.text
    assert "160 MiB" in suspect.text


def test_a_little_spill_saves_no_more_than_a_slow_disk_takes_for_it() -> None:
    """A task in Python waits for Python, whatever it spilled besides."""
    spilled = even(4, 40, cpu=1, spilled=4 * MIB)
    suspect = found(application(40, TWO, [stage(0, spilled)]))["spill"]
    assert suspect.saves_seconds == pytest.approx(2, rel=0.01)


def test_garbage_collection_above_a_tenth_is_suspect() -> None:
    suspect = found(application(4, TWO, [stage(0, even(4, 4, cpu=3, gc=1))]))["gc"]
    assert suspect.saves_seconds == pytest.approx(1)
    assert "gc" not in found(application(4, TWO, [stage(0, even(4, 4, cpu=3.7, gc=0.3))]))


def test_a_file_a_task_is_small_files_where_they_are_small_and_many() -> None:
    small = even(400, 0.1, run=0.05, read=20_000)
    suspect = found(application(10, TWO, [stage(0, small)]))["small-files"]
    assert (
        "400 tasks read 20 KiB on average. Write fewer and larger files (128 MiB), or read"
        in suspect.text
    )
    large = even(400, 0.1, run=0.05, read=8 * MIB)
    assert "small-files" not in found(application(10, TWO, [stage(0, large)]))


def test_many_files_in_few_tasks_are_counted_by_the_plan() -> None:
    """Spark's readers put many small files into one task."""
    packed = stage(4, even(4, 10, read=100_000))
    record = replace(application(10, TWO, [packed]), files={4: FilesRead(2000, 0)})
    suspect = found(record)["small-files"]
    assert suspect.text.startswith("It read 2,000 files of 200 B on average.")
    assert 8 < suspect.saves_seconds < 10


def test_large_files_of_which_a_column_is_read_are_not_small() -> None:
    columns = stage(4, even(400, 0.1, run=0.05, read=20_000))
    record = application(10, TWO, [columns])
    assert "small-files" in found(record)
    assert "small-files" not in found(replace(record, files={4: FilesRead(200, 200 * 8 * MIB)}))


@pytest.mark.parametrize("operator", ["CartesianProduct", "BroadcastNestedLoopJoin", "cartesian"])
def test_a_join_of_each_row_with_each_is_told_by_its_operator(operator: str) -> None:
    crossed = stage(1, even(4, 5), operators=frozenset({operator, "Project"}))
    suspect = found(application(6, TWO, [crossed]))["cross-join"]
    assert suspect.stage == 1
    assert operator in suspect.text
    assert suspect.saves_seconds == pytest.approx(5)


def test_the_same_rdd_computed_twice_would_be_kept() -> None:
    first = stage(0, even(4, 5), computes=frozenset({1, 2}))
    again = stage(1, even(4, 5, 5), computes=frozenset({1, 3}))
    suspect = found(application(10, TWO, [first, again]))["same-stage"]
    assert suspect.stage == 0
    assert "again by stage 1" in suspect.text
    assert suspect.saves_seconds == pytest.approx(5)


def test_the_same_scan_of_as_many_bytes_twice_is_the_same() -> None:
    scan = frozenset({"Scan text", "WholeStageCodegen (1)"})
    stages = [
        stage(n, even(4, 5, n * 5, read=MIB), operators=scan, computes=frozenset({n}))
        for n in range(3)
    ]
    suspect = found(application(15, TWO, stages))["same-stage"]
    assert "Stages 1 and 2 ran the same operators again" in suspect.text
    assert "If it is the same data and code" in suspect.text
    assert suspect.saves_seconds == pytest.approx(10)


@pytest.mark.parametrize("difference", ["keeps", "computes", "longer"])
def test_what_is_kept_or_different_is_not_the_same(difference: str) -> None:
    first = stage(0, even(4, 5), computes=frozenset({1}))
    again = stage(1, even(4, 5, 5), computes=frozenset({1}))
    if difference == "keeps":
        first, again = replace(first, keeps=True), replace(again, keeps=True)
    elif difference == "computes":
        again = replace(again, computes=frozenset({9}))
    else:
        again = stage(1, even(4, 50, 5), computes=frozenset({1}))
    assert "same-stage" not in found(application(60, TWO, [first, again]))


def test_the_one_that_saves_most_comes_first_and_small_ones_are_left_out() -> None:
    stages = [
        stage(0, [task(0, 2)]),
        stage(1, [task(2, 22)]),
        stage(2, [task(22, 22.1)]),
    ]
    suspects = explanation(application(22.1, TWO, stages), {}).suspects
    assert [(s.kind, s.stage) for s in suspects] == [
        (SuspectKind.TOO_FEW_TASKS, 1),
        (SuspectKind.TOO_FEW_TASKS, 0),
    ]


def test_two_hot_keys_on_one_node_are_skew_and_no_slow_node() -> None:
    tasks = [task(0, 1, "pi1", read=MIB), task(0, 1, "pi1", read=MIB),
             task(0, 9, "pi2", read=90 * MIB), task(0, 10, "pi2", read=90 * MIB)]  # fmt: skip
    record = application(10, TWO, [stage(3, tasks)])
    suspects = found(record)
    assert "stragglers" not in suspects
    assert "90 MiB of data where the median had 1.0 MiB" in suspects["skew"].text
    assert "slows the others" not in explanation(record, {}).bound.text


def test_a_node_that_ran_little_after_its_first_tasks_is_not_slow() -> None:
    """The first task of each slot loads classes: it says as much of its node as other first ones.

    One of pi2's cores is busy with a key that has most of the rows: it gets few others.
    """
    first = [task(0, 9, node, read=MIB) for node in ("pi1", "pi1", "pi2")]
    others = [task(9 + n // 2, 10 + n // 2, "pi1", read=MIB) for n in range(8)]
    later = [task(9, 10, "pi2", read=MIB)]
    hot = [task(0, 60, "pi2", read=90 * MIB)]
    record = application(60, TWO, [stage(1, [*first, *hot, *others, *later])])
    suspects = found(record)
    assert set(suspects) == {"skew"}
    assert "slows the others" not in explanation(record, {}).bound.text


def test_the_first_task_of_each_slot_is_long_everywhere_and_no_skew() -> None:
    first = [task(0, 9 + n, "pi1" if n < 2 else "pi2") for n in range(4)]
    others = [task(12 + n // 4, 13 + n // 4, "pi1" if n % 4 < 2 else "pi2") for n in range(16)]
    assert "skew" not in found(application(16, TWO, [stage(0, [*first, *others])]))
