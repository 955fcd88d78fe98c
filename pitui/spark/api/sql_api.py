"""SQL queries of `/api/v1`: of a driver and of the history server alike."""

import msgspec

from pitui.domain.apps.jobs import SqlQuery
from pitui.domain.apps.work_counts import WorkState
from pitui.spark.json_reader import JsonRows, decode_rows, moment

_QUERIES = {
    "RUNNING": WorkState.RUNNING,
    "COMPLETED": WorkState.DONE,
    "FAILED": WorkState.FAILED,
}


class _Query(msgspec.Struct, rename="camel"):
    id: int
    status: str = ""
    description: str = ""
    plan_description: str = ""
    submission_time: str | None = None
    duration: int | None = None
    running_job_ids: list[int] = []
    success_job_ids: list[int] = []
    failed_job_ids: list[int] = []
    error_message: str | None = None  # from Spark 4


def parse_queries(body: bytes) -> JsonRows[SqlQuery]:
    """Return the queries of `/sql?details=...`, the newest first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode_rows(body, _Query, _query_of_row)
    return JsonRows(sorted(rows, key=lambda query: -query.id), rows.unreadable)


def _query_of_row(row: _Query) -> SqlQuery:
    return SqlQuery(
        id=row.id,
        description=row.description,
        state=_QUERIES.get(row.status, WorkState.UNKNOWN),
        submitted_at=moment(row.submission_time),
        duration_ms=row.duration,
        running_jobs=tuple(row.running_job_ids),
        done_jobs=tuple(row.success_job_ids),
        failed_jobs=tuple(row.failed_job_ids),
        plan=row.plan_description,
        error=row.error_message or "",
    )
