from hypothesis import given
from hypothesis import strategies as st

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, tasks_when_over
from pitui.domain.apps.jobs import SparkJob, SqlQuery, Stage, Task
from pitui.domain.apps.work_counts import Quartiles, Tally, WorkDone, WorkState


@given(st.lists(st.integers(0, 10**7), min_size=1))
def test_quartiles_are_values_in_order(durations):
    times = Quartiles.of(durations)
    marks = [times.least, times.first, times.median, times.third, times.most]
    assert marks == sorted(marks)
    assert set(marks) <= set(durations)
    assert (times.least, times.most) == (min(durations), max(durations))
    assert sum(duration <= times.median for duration in durations) * 2 >= len(durations)


def test_no_quartiles_of_nothing():
    assert Quartiles.of([]) is None


def test_skewed_is_three_times_the_median_and_a_second():
    assert Quartiles(1, 100, 200, 300, 5000).skewed
    assert not Quartiles(1, 10, 20, 30, 500).skewed
    assert not Quartiles(1000, 2000, 3000, 4000, 6000).skewed


def test_a_job_did_what_its_stages_did():
    stages = (
        Stage(2, 0, "b", WorkState.DONE, work=WorkDone(run_ms=5, spill_disk=1)),
        Stage(1, 1, "a", WorkState.DONE, work=WorkDone(run_ms=7)),
        Stage(1, 0, "a", WorkState.FAILED, work=WorkDone(run_ms=1)),
    )
    inside = AppDetail(
        DetailOrigin.DRIVER,
        (SparkJob(0, "x", WorkState.DONE, stage_ids=(1,)), SparkJob(1, "y", WorkState.DONE)),
        stages,
    ).with_sums()
    assert inside.job(0).work == WorkDone(run_ms=8)
    assert inside.job(1).work == WorkDone()
    assert [stage.key for stage in inside.stages_of(0)] == ["1.1", "1.0"]


def test_a_spot_in_words():
    assert str(AppLocation("app-1")) == "app-1"
    assert str(AppLocation("app-1", job=3, stage=(7, 1))) == "stage 7.1 of app-1"
    assert str(AppLocation("app-1", job=3)) == "job 3 of app-1"


def test_what_went_on_when_its_application_ended_was_killed():
    running = Stage(1, 0, "a", WorkState.RUNNING, Tally(4, 1, 2, 1))
    over = AppDetail(
        DetailOrigin.HISTORY,
        (SparkJob(0, "x", WorkState.FAILED, stage_ids=(1,), tasks=Tally(4, 1, 2, 1)),),
        (running,),
        (SqlQuery(0, "q", WorkState.RUNNING),),
    ).when_over()
    assert (over.stages[0].state, over.stages[0].tasks) == (WorkState.KILLED, Tally(4, 1, 0, 1))
    assert (over.jobs[0].state, over.jobs[0].tasks.active) == (WorkState.FAILED, 0)
    assert over.queries[0].state is WorkState.KILLED
    tasks = (Task(1, 0, 0, WorkState.RUNNING, duration_ms=5), Task(2, 1, 0, WorkState.DONE))
    assert [(t.state, t.duration_ms) for t in tasks_when_over(tasks)] == [
        (WorkState.KILLED, None),
        (WorkState.DONE, None),
    ]


def test_the_slowest_of_a_stage_is_one_that_was_done():
    tasks = (
        Task(1, 0, 0, WorkState.DONE, duration_ms=5),
        Task(2, 1, 0, WorkState.DONE, duration_ms=9),
        Task(3, 2, 0, WorkState.FAILED, duration_ms=99),
        Task(4, 3, 0, WorkState.DONE),
    )
    stage = Stage(1, 0, "a", WorkState.DONE).with_times(tasks)
    assert stage.slowest is tasks[1]
    assert (stage.times.least, stage.times.most) == (5, 9)
