"""An application from the inside."""

from pitui.domain.apps.app_detail import AppDetail, DetailOrigin
from pitui.domain.apps.jobs import SparkJob, SqlQuery, Stage
from pitui.domain.apps.work_counts import WorkState

PLACE = "$anonfun$withThreadLocalCaptured$1 at CompletableFuture.java:1768"
DONE = WorkState.DONE


def test_what_spark_named_after_itself_is_named_as_its_query() -> None:
    jobs = (
        SparkJob(1, PLACE, DONE, stage_ids=(4,)),
        SparkJob(2, PLACE, DONE, stage_ids=(5,)),
        SparkJob(3, "collect at a.py:9", DONE, stage_ids=(6,)),
    )
    stages = (
        Stage(4, 0, PLACE, DONE),
        Stage(5, 0, PLACE, DONE),
        Stage(6, 0, "collect at a.py:9", DONE),
    )
    queries = (SqlQuery(0, "count at a.py:7", DONE, done_jobs=(1, 3)),)
    found = AppDetail(DetailOrigin.EVENT_LOG, jobs, stages, queries).named_by_queries()
    names = ["count at a.py:7", PLACE, "collect at a.py:9"]
    assert [job.name for job in found.jobs] == names
    assert [stage.name for stage in found.stages] == names
