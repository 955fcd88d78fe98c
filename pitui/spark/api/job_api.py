"""Jobs and stages of `/api/v1`: of a driver and of the history server alike."""

import msgspec

from pitui.domain.apps.jobs import SparkJob, Stage
from pitui.domain.apps.work_counts import Tally, WorkDone, WorkState
from pitui.spark.json_reader import JsonRows, decode_rows, moment

_JOBS = {
    "RUNNING": WorkState.RUNNING,
    "SUCCEEDED": WorkState.DONE,
    "FAILED": WorkState.FAILED,
}
_STAGES = {
    "PENDING": WorkState.WAITING,
    "ACTIVE": WorkState.RUNNING,
    "COMPLETE": WorkState.DONE,
    "FAILED": WorkState.FAILED,
    "SKIPPED": WorkState.SKIPPED,
}


_PYTHON_RDD = "org.apache.spark.api.python."


class _Job(msgspec.Struct, rename="camel"):
    job_id: int
    name: str = ""
    description: str | None = None
    status: str = ""
    submission_time: str | None = None
    completion_time: str | None = None
    stage_ids: list[int] = []
    num_tasks: int = 0
    num_active_tasks: int = 0
    num_completed_tasks: int = 0
    num_completed_indices: int | None = None  # from Spark 2.3
    num_skipped_tasks: int = 0
    num_failed_tasks: int = 0
    num_completed_stages: int = 0
    num_skipped_stages: int = 0
    num_failed_stages: int = 0


class _Stage(msgspec.Struct, rename="camel"):
    stage_id: int
    attempt_id: int = 0
    name: str = ""
    description: str | None = None
    status: str = ""
    num_tasks: int = 0  # from Spark 2.3
    num_active_tasks: int = 0
    num_complete_tasks: int = 0
    num_completed_indices: int | None = None
    num_failed_tasks: int = 0
    submission_time: str | None = None
    completion_time: str | None = None
    executor_run_time: int = 0
    jvm_gc_time: int = 0
    input_bytes: int = 0
    output_bytes: int = 0
    shuffle_read_bytes: int = 0
    shuffle_write_bytes: int = 0
    memory_bytes_spilled: int = 0
    disk_bytes_spilled: int = 0
    result_size: int = 0
    failure_reason: str | None = None
    details: str | None = None


def parse_jobs(body: bytes) -> JsonRows[SparkJob]:
    """Return the jobs of `/jobs`, the newest first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode_rows(body, _Job, _job_of_row)
    return JsonRows(sorted(rows, key=lambda job: -job.id), rows.unreadable)


def parse_stages(body: bytes) -> JsonRows[Stage]:
    """Return the stages of `/stages`, the newest first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode_rows(body, _Stage, _stage_of_row)
    return JsonRows(sorted(rows, key=lambda s: (-s.id, -s.attempt)), rows.unreadable)


def parse_python_stages(body: bytes) -> frozenset[tuple[int, int]]:
    """Return the ids and attempts of those of `/stages` that compute RDDs of Python.

    A query's Python is not to be seen there.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode_rows(body, _Stage, lambda row: row)
    return frozenset((s.stage_id, s.attempt_id) for s in rows if _PYTHON_RDD in (s.details or ""))


def _job_of_row(row: _Job) -> SparkJob:
    done = row.num_completed_indices
    done = row.num_completed_tasks if done is None else done
    ended = row.num_completed_stages + row.num_failed_stages
    return SparkJob(
        id=row.job_id,
        name=row.name,
        state=_JOBS.get(row.status, WorkState.UNKNOWN),
        description=row.description or "",
        stage_ids=tuple(row.stage_ids),
        tasks=Tally(
            all=max(done, row.num_tasks - row.num_skipped_tasks),
            done=done,
            active=row.num_active_tasks,
            failed=row.num_failed_tasks,
        ),
        stages=max(ended, len(row.stage_ids) - row.num_skipped_stages),
        stages_done=row.num_completed_stages,
        stages_failed=row.num_failed_stages,
        stages_skipped=row.num_skipped_stages,
        submitted_at=moment(row.submission_time),
        ended_at=moment(row.completion_time),
    )


def _stage_of_row(row: _Stage) -> Stage:
    done = row.num_completed_indices
    done = row.num_complete_tasks if done is None else done
    return Stage(
        id=row.stage_id,
        attempt=row.attempt_id,
        name=row.name,
        state=_STAGES.get(row.status, WorkState.UNKNOWN),
        tasks=Tally(
            # Where it is not said there are at least these.
            all=max(row.num_tasks, done + (0 if row.num_tasks else row.num_active_tasks)),
            done=done,
            active=row.num_active_tasks,
            failed=row.num_failed_tasks,
        ),
        submitted_at=moment(row.submission_time),
        ended_at=moment(row.completion_time),
        work=WorkDone(
            run_ms=row.executor_run_time,
            gc_ms=row.jvm_gc_time,
            input_bytes=row.input_bytes,
            output_bytes=row.output_bytes,
            shuffle_read=row.shuffle_read_bytes,
            shuffle_write=row.shuffle_write_bytes,
            spill_memory=row.memory_bytes_spilled,
            spill_disk=row.disk_bytes_spilled,
            result_bytes=row.result_size,
        ),
        description=row.description or "",
        failure=row.failure_reason or "",
    )
