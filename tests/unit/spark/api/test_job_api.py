"""Jobs, stages, tasks and queries, from captures of a driver and of a history server."""

import json
from pathlib import Path

import pytest

from pitui.domain.apps.work_counts import WorkState
from pitui.domain.errors import NotSparkError
from pitui.spark.api.history_api import parse_applications
from pitui.spark.api.job_api import parse_jobs, parse_stages
from pitui.spark.api.sql_api import parse_queries
from pitui.spark.api.task_api import parse_quartiles, parse_tasks

CAPTURES = Path(__file__).parents[3] / "captures"


def read(name: str) -> bytes:
    return (CAPTURES / name).read_bytes()


def test_jobs_the_newest_first():
    jobs = parse_jobs(read("app/jobs.json"))
    assert [job.id for job in jobs] == [5, 4, 3, 2, 1, 0]
    running, failed = jobs[:2]
    assert (running.state, failed.state) == (WorkState.RUNNING, WorkState.FAILED)
    assert running.description == "long sleep job"
    assert (running.tasks.all, running.tasks.active, failed.tasks.failed) == (24, 12, 4)
    assert running.submitted_at == pytest.approx(1795224113.016)
    assert (running.ended_at, failed.stage_ids) == (None, (6,))


def test_a_skipped_stage_is_not_to_be_done():
    job = next(job for job in parse_jobs(read("app/jobs.json")) if job.stages_skipped)
    assert job.stages == job.stages_done
    assert job.tasks.all == job.tasks.done


def test_stages_with_what_they_did():
    stages = {stage.id: stage for stage in parse_stages(read("app/stages.json"))}
    assert stages[7].state is WorkState.RUNNING
    assert stages[6].state is WorkState.FAILED
    assert "ValueError: deliberate" in stages[6].failure
    assert stages[4].state is WorkState.SKIPPED
    assert stages[5].work.shuffle_read == 3496
    assert stages[5].work.run_ms == 143
    assert parse_stages(read("history/stages.json"))[0].id == 7


def test_tasks_where_they_run_and_why_they_failed():
    tasks = parse_tasks(read("app/stages_7_0_taskList.json"))
    assert [task.id for task in tasks] == sorted(task.id for task in tasks)
    assert {task.state for task in tasks} == {WorkState.RUNNING}
    assert (tasks[0].host, tasks[0].executor, tasks[0].ended_at) == ("127.0.0.13", "0", None)
    stage = json.loads(read("app/stages_details_true_status_failed.json"))[0]
    (*_, failed) = [t for t in parse_tasks(json.dumps([*stage["tasks"].values()]).encode())
                    if t.state is WorkState.FAILED]  # fmt: skip
    assert "ValueError: deliberate" in failed.error
    assert failed.ended_at == pytest.approx(failed.launched_at + failed.duration_ms / 1000)


def test_quartiles_of_new_and_old_spark():
    new = b'{"duration": [1, 2, 3, 4, 9], "executorRunTime": [0, 0, 0, 0, 1]}'
    old = b'{"executorRunTime": [1, 2, 3, 4, 5]}'
    assert parse_quartiles(new).most == 9
    assert parse_quartiles(old).median == 3
    assert parse_quartiles(b"{}") is None


@pytest.mark.parametrize("name", ["app/sql.json", "history/sql.json"])
def test_queries(name):
    (query,) = parse_queries(read(name))
    assert (query.id, query.state, query.jobs) == (0, WorkState.DONE, (2, 3))
    assert query.duration_ms == 5744


def test_applications_of_the_past():
    (app,) = parse_applications(read("history/applications.json"))
    assert (app.id, app.name, app.user) == ("app-20261121012113-0000", "pitui-capture", "root")
    assert (app.state.value, app.duration_s) == ("FINISHED", 93.582)


def test_stages_of_spark_2_2_do_not_say_how_many_tasks_they_have():
    rows = json.loads(read("app/stages.json"))
    whole = {stage.key: stage for stage in parse_stages(json.dumps(rows).encode())}
    for row in rows:
        for key in ("numTasks", "numCompletedIndices"):
            del row[key]
    for stage in parse_stages(json.dumps(rows).encode()):
        tasks = stage.tasks
        assert tasks.all == tasks.done + tasks.active
        assert tasks.done == whole[stage.key].tasks.done


@pytest.mark.parametrize("parse", [parse_jobs, parse_stages, parse_tasks, parse_queries])
def test_what_is_not_the_api(parse):
    for body in (b"<html></html>", b"", b'"text"', b"[1]", b"\xff"):
        with pytest.raises(NotSparkError):
            parse(body)
