"""A driver's API, from captures."""

import json
from pathlib import Path

import pytest

from pitui.domain.errors import NotSparkError
from pitui.spark.api.driver_api import parse_executors, parse_progress

CAPTURES = Path(__file__).parents[3] / "captures"


def read(name: str) -> bytes:
    return (CAPTURES / name).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "app/executors.json",
        "app/allexecutors.json",
        "app/executors-reverseproxy.json",
        "app/waiting-executors.json",
        "app/allexecutors-after-decommission.json",
        "history/executors.json",
    ],
)
def test_the_drivers_row_is_left_out(name):
    ids = [row["id"] for row in json.loads(read(name)) if row["id"] != "driver"]
    assert [executor.id for executor in parse_executors(read(name))] == ids


def test_an_executor():
    executor = parse_executors(read("app/executors.json"))[0]
    assert (executor.id, executor.host, executor.cores) == ("2", "127.0.0.11", 4)
    assert (executor.tasks_active, executor.tasks_done, executor.tasks_failed) == (4, 13, 2)
    assert (executor.memory_used, executor.memory_max) == (489612, 133378867)
    assert executor.heap_peak == 76132136
    assert executor.gc_share == pytest.approx(857 / 63829)
    assert executor.shuffle_read == 2109


def test_an_executor_that_was_lost():
    lost = parse_executors(read("app/allexecutors-after-decommission.json"))[0]
    assert not lost.active
    assert lost.removed_because == "Executor decommission: worker decommissioned"


def test_an_executor_that_was_killed():
    (killed,) = [e for e in parse_executors(read("app/allexecutors-killed.json")) if not e.active]
    assert killed.removed_because == "Command exited with code 137"
    assert killed.removed_at == pytest.approx(1795243654.212)
    assert killed.added_at < killed.removed_at


def test_an_executor_on_ipv6_and_one_of_spark_2():
    row = {"id": "0", "hostPort": "[fe80::1]:4000", "totalCores": 1}
    (executor,) = parse_executors(json.dumps([row]).encode())
    assert executor.host == "fe80::1"
    assert executor.heap_peak == 0


def test_progress_while_running():
    bodies = (read("app/stages.json"), read("app/stages_status_active.json"), None)
    for stages in bodies:
        progress, _ = parse_progress(read("app/jobs.json"), stages)
        assert (progress.stages, progress.stages_done) == (7, 6)
        assert (progress.tasks, progress.tasks_done) == (65, 41)
        assert (progress.tasks_active, progress.tasks_failed) == (12, 4)
        assert progress.current == "count at /home/spark/jobs/app.py:21"


def test_progress_reaches_all_at_the_end_in_spite_of_a_failed_job():
    progress, _ = parse_progress(read("history/jobs.json"), read("history/stages.json"))
    assert progress.fraction == 1.0
    assert progress.stages == progress.stages_done == 7
    assert progress.current == ""


def test_progress_before_anything_runs():
    progress, _ = parse_progress(read("app/waiting-jobs.json"), read("app/waiting-stages.json"))
    assert (progress.tasks, progress.tasks_done, progress.fraction) == (12, 0, 0.0)
    assert parse_progress(b"[]")[0].fraction == 0.0


@pytest.mark.parametrize("parse", [parse_executors, parse_progress])
def test_what_is_not_a_driver(parse):
    for body in (b"<html></html>", b"", b'"text"', b"[1]"):
        with pytest.raises(NotSparkError):
            parse(body)
