"""The verdict: one part, mixed or unknown, in sentences with figures."""

from dataclasses import replace

import pytest
from support.records import START, application, executor, stage, task

from pitui.domain.apps.work_counts import WorkState
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.explanation import Bound, Part
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.bottleneck.verdict import clear_part, shares_of

TWO = [executor("pi1", 2), executor("pi2", 2)]
ONE = [executor("pi1", 1)]


def bound(record: ApplicationRecord, samples: dict[str, list[NodeSample]] | None = None) -> Bound:
    return explanation(record, samples or {}).bound


def sampled(**figures: float) -> dict[str, list[NodeSample]]:
    """Return ten samples of pi1, a second each."""
    return {"pi1": [NodeSample(START + at + 1, 1.0, 1, **figures) for at in range(10)]}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "clear"),
    [
        ({Part.CPU: 40, Part.GC: 26, Part.DISK: 34}, None),  # not 1.5 times the next
        ({Part.CPU: 40, Part.GC: 26, Part.DISK: 26, Part.SKEW: 8}, Part.CPU),
        ({Part.CPU: 39, Part.GC: 21, Part.DISK: 20, Part.SKEW: 20}, None),  # below 40 %
        ({Part.CPU: 100}, Part.CPU),
        ({}, None),
    ],
)
def test_the_rule(parts: dict[Part, float], clear: Part | None) -> None:
    assert clear_part(shares_of(parts)) is clear


def test_a_sentence_with_figures() -> None:
    found = bound(application(10, ONE, [stage(0, [task(0, 8, cpu=5.5, gc=2.5)])]))
    assert (found.by, found.share) == ("cpu", 0.55)
    assert found.text.startswith(
        "Bound by CPU: 55% of the core-time went into computing in the JVM, or waiting for a core "
        "there; garbage collection 25%."
    )
    assert sum(found.parts.values()) == pytest.approx(1)
    assert list(found.parts) == ["cpu", "gc", "driver"]


def test_what_is_not_clear_is_mixed_and_names_the_largest() -> None:
    found = bound(application(10, ONE, [stage(0, [task(0, 7.5, cpu=4, gc=3.5)])]))
    assert found.by == "mixed"
    assert found.text.startswith(
        "Mixed: CPU 40%, garbage collection 35% and the driver 25%. No stage ran for 2.5 s of 10 s"
    )


def test_the_driver_is_told_in_seconds() -> None:
    found = bound(application(10, ONE, [stage(0, [task(0, 1)]), stage(1, [task(8, 9)])]))
    assert found.by == "driver"
    assert (
        "No stage ran for 8.0 s of 10 s: 7.0 s in a pause before stage 1 and 1.0 s after"
        in found.text
    )


def test_where_the_driver_took_its_time_is_told_without_what_hardly_counts() -> None:
    begun = [executor("pi1", 1, added=3)]
    short = [stage(n, [task(at, at + 1)]) for n, at in enumerate((8, 11, 16))]
    found = bound(application(17, begun, short))
    assert (
        "No stage ran for 11 s of 17 s: 5.0 s before the first and 6.0 s in 2 pauses" in found.text
    )
    assert "between stages, the longest 4.0 s before stage 2." in found.text
    asleep = bound(application(20, begun, short[:1]))
    assert "No stage ran for 16 s of 20 s: 5.0 s before the first and 11 s after" in asleep.text
    overlap = [stage(0, [task(0, 1)], end=6), stage(1, [task(2, 3)]), stage(2, [task(19, 20)])]
    assert "13 s in a pause before stage 2." in bound(application(20, ONE, overlap)).text
    late = [executor("pi1", 1), executor("pi2", 3, added=9)]
    times = [stage(n, [task(at, at + 1)]) for n, at in enumerate((0, 9, 15))]
    found = bound(application(20, late, times))
    assert "No stage ran for 17 s of 20 s: 13 s in 2 pauses" in found.text


def test_an_application_that_hardly_began_is_judged_from_its_first_stage_to_its_last() -> None:
    executors = [executor("pi1", 1, added=4)]
    found = bound(application(10, executors, [stage(0, [task(6, 9.5)])]))
    assert found.by == "cpu"
    assert "35% of the core-time, 100% from its first stage to its last," in found.text
    only_starting = bound(
        application(20, [executor("pi1", 1, added=16)], [stage(0, [task(16, 20)])])
    )
    assert only_starting.by == "starting"


def test_executors_that_had_to_be_replaced_are_no_matter_of_dynamic_allocation() -> None:
    gone = executor("pi1", 1, added=1, removed=3)
    reasons = ("Command exited with code 137", "Command exited with code 137", "worker lost")
    ended = [replace(gone, removed_because=reason) for reason in reasons]
    stages = [stage(0, [task(1, 20)])]
    found = bound(application(20, [*ended, executor("pi1", 3, added=17)], stages))
    assert found.by == "starting"
    assert (
        "4 executors came in all, 3 at once: 2 ended (killed by SIGKILL: often the kernel, out of "
        "memory) and 1 ended (lost), and others had to start in their place." in found.text
    )


def test_skew_names_the_task_and_the_node() -> None:
    tasks = [task(0, 1), task(0, 1), task(0, 1, "pi2"), task(0, 10, "pi2", index=7)]
    found = bound(application(10, TWO, [stage(3, tasks)]))
    assert found.by == "skew"
    assert "In stage 3, task 7 on pi2 took 10 s, the median 1.0 s." in found.text


def test_the_node_that_slows_the_others_is_named() -> None:
    fast = [task(at, at + 1, "pi1") for at in range(3) for _ in range(2)]
    slow = [task(0, 12, "pi2"), task(0, 12, "pi2"), task(0, 12, "pi2")]
    found = bound(
        application(12, [executor("pi1", 2), executor("pi2", 3)], [stage(0, fast + slow)])
    )
    assert "pi2 slows the others: a task takes 12.0 times as long there." in found.text


def test_waiting_is_unknown_and_says_what_spark_does_not_measure() -> None:
    open_time = [stage(0, [task(0, 10, cpu=0.2)])]
    found = bound(application(10, ONE, open_time))
    assert found.by == "unknown"
    assert "inside tasks but not on the JVM's CPU" in found.text
    assert "by Spark's metrics alone" in found.text
    python = bound(application(10, ONE, [stage(0, [task(0, 10, cpu=0.2)], python=True)]))
    assert "stages that run Python" in python.text
    samples = sampled(cpu=0.1)
    measured = bound(application(10, ONE, open_time), samples)
    assert measured.by == "unknown"
    assert "that the nodes' figures do not explain" in measured.text
    assert "alone" not in measured.text


def test_python_that_computes_is_named_where_nodes_were_recorded() -> None:
    samples = sampled(python_cores=0.96)
    found = bound(application(10, ONE, [stage(0, [task(0, 10, cpu=0.1)], python=True)]), samples)
    assert found.by == "python-cpu"
    assert "96% of the core-time went into computing in Python workers" in found.text
    assert "Most of it in stage 0." in found.text
    functions = frozenset({"ArrowEvalPython", "Project"})
    called = stage(7, [task(0, 10, cpu=0.1)], python=True, operators=functions)
    text = bound(application(10, ONE, [called]), samples).text
    assert "Most of it in stage 7 (ArrowEvalPython): what Spark's own functions can do" in text


def test_a_stage_that_has_less_than_half_of_it_is_told_with_its_share() -> None:
    stages = [stage(n, [task(2 * n, 2 * n + 2, cpu=0.01)], python=True) for n in range(5)]
    text = bound(application(10, ONE, stages), sampled(python_cores=1.0)).text
    assert "20% of it in stage 0." in text


def test_failed_tasks_are_unknown_and_said() -> None:
    error = "Executor heartbeat timed out after 178565 ms\nand more"
    lost = task(0, 10, state=WorkState.FAILED, error=error)
    found = bound(application(10, ONE, [stage(0, [lost])]))
    assert found.by == "unknown"
    assert "tasks that failed, were killed or still run" in found.text
    assert (
        "1 task without metrics, as Spark says: Executor heartbeat timed out after 178565 ms."
        in found.text
    )


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (WorkState.FAILED, "java.lang.OutOfMemoryError: Java heap space\n\tat Sort.java:7"),
        (WorkState.FAILED, "Traceback (most recent call last):\nMemoryError: 9 bytes"),
        (WorkState.FAILED, "[UNABLE_TO_ACQUIRE_MEMORY] Unable to acquire 65536 bytes of memory"),
        (
            WorkState.FAILED,
            "ExecutorLostFailure (executor 3 exited): Command exited with code 52",
        ),
        (WorkState.KILLED, "Stage cancelled: java.lang.OutOfMemoryError: Java heap space"),
    ],
)
def test_tasks_that_ended_for_lack_of_memory_are_that(state: WorkState, error: str) -> None:
    tasks = [task(at, at + 2, state=state, error=error) for at in (0, 2, 4)]
    found = bound(application(10, ONE, [stage(0, [*tasks, task(6, 9)])]))
    assert found.by == "memory"
    assert found.share == pytest.approx(0.6)
    assert "3 of 4 attempts at tasks ended for lack of memory" in found.text


def test_tasks_that_failed_for_something_else_are_no_lack_of_memory() -> None:
    errors = ["ValueError: MemoryError", "Command exited with code 1", "another attempt succeeded"]
    tasks = [task(0, 3, state=WorkState.FAILED, error=error) for error in errors]
    found = bound(application(3, [executor("pi1", 3)], [stage(0, tasks)]))
    assert found.by == "unknown"
    assert "memory" not in found.text


def test_throttled_nodes_are_named() -> None:
    samples = sampled(cpu=1.0, throttled=True)
    found = bound(application(10, ONE, [stage(0, [task(0, 10)])]), samples)
    assert found.by == "throttled"
    assert "Throttled: pi1." in found.text


def test_an_application_that_did_nothing_has_no_verdict() -> None:
    assert bound(application(0, [], [])).by == "unknown"


def test_a_driver_that_was_sent_much_is_told_how_much() -> None:
    tasks = [task(0, 2, "pi1"), task(0, 2, "pi2")]
    sent = [replace(one, work=replace(one.work, result_bytes=60 * 1024 * 1024)) for one in tasks]
    record = application(20, [executor("pi1", 1), executor("pi2", 1)], [stage(0, sent)])
    bound = explanation(record, {}).bound
    assert bound.by == "driver"
    assert "Tasks sent the driver 120 MiB of results (collect, toPandas)" in bound.text
    few = application(20, [executor("pi1", 1), executor("pi2", 1)], [stage(0, tasks)])
    assert "results" not in explanation(few, {}).bound.text


def test_metrics_that_tasks_send_with_an_empty_result_are_no_results() -> None:
    """Thousands of tasks of a stage that nobody collects, with 5 KiB of metrics each."""
    tasks = [task(n / 1000, (n + 1) / 1000) for n in range(9000)]
    sent = [replace(one, work=replace(one.work, result_bytes=5 * 1024)) for one in tasks]
    found = bound(application(30, ONE, [stage(0, sent)]))
    assert found.by == "driver"
    assert "results" not in found.text
