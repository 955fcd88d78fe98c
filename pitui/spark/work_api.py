"""Jobs, stages, tasks and SQL queries of `/api/v1`: of a driver and of the history server alike."""

import msgspec

from pitui.domain.jobs import (
    Quartiles,
    SparkJob,
    SqlQuery,
    Stage,
    Tally,
    Task,
    Work,
    WorkState,
)
from pitui.spark.answers import decode, moment

QUANTILES = "0.0,0.25,0.5,0.75,1.0"
"""What `parse_quartiles` needs of `/taskSummary?quantiles=`."""

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
_TASKS = {
    "RUNNING": WorkState.RUNNING,
    "GET RESULT": WorkState.RUNNING,
    "SUCCESS": WorkState.DONE,
    "FAILED": WorkState.FAILED,
    "KILLED": WorkState.KILLED,
}
_QUERIES = {
    "RUNNING": WorkState.RUNNING,
    "COMPLETED": WorkState.DONE,
    "FAILED": WorkState.FAILED,
}


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
    num_tasks: int = 0
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
    failure_reason: str | None = None


class _Bytes(msgspec.Struct, rename="camel", frozen=True):
    bytes_read: int = 0
    bytes_written: int = 0
    remote_bytes_read: int = 0
    local_bytes_read: int = 0


class _Metrics(msgspec.Struct, rename="camel"):
    executor_run_time: int = 0
    jvm_gc_time: int = 0
    memory_bytes_spilled: int = 0
    disk_bytes_spilled: int = 0
    input_metrics: _Bytes = _Bytes()
    output_metrics: _Bytes = _Bytes()
    shuffle_read_metrics: _Bytes = _Bytes()
    shuffle_write_metrics: _Bytes = _Bytes()


class _Task(msgspec.Struct, rename="camel"):
    task_id: int
    index: int = 0
    attempt: int = 0
    launch_time: str | None = None
    duration: int | None = None
    executor_id: str = ""
    host: str = ""
    status: str = ""
    task_locality: str = ""
    speculative: bool = False
    error_message: str | None = None
    task_metrics: _Metrics | None = None


class _Summary(msgspec.Struct, rename="camel"):
    duration: list[float] | None = None  # from Spark 3.1
    executor_run_time: list[float] = []


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


def parse_jobs(body: bytes) -> tuple[SparkJob, ...]:
    """Return the jobs of `/jobs`, the newest first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return tuple(_job(row) for row in sorted(decode(body, list[_Job]), key=lambda r: -r.job_id))


def parse_stages(body: bytes) -> tuple[Stage, ...]:
    """Return the stages of `/stages`, the newest first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode(body, list[_Stage])
    return tuple(_stage(r) for r in sorted(rows, key=lambda r: (-r.stage_id, -r.attempt_id)))


def parse_tasks(body: bytes) -> tuple[Task, ...]:
    """Return the tasks of `/stages/S/A/taskList` in the order in which they were launched.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return tuple(_task(row) for row in sorted(decode(body, list[_Task]), key=lambda r: r.task_id))


def parse_quartiles(body: bytes) -> Quartiles | None:
    """Return the durations of `/stages/S/A/taskSummary?quantiles=` for `QUANTILES`.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    summary = decode(body, _Summary)
    times = summary.duration or summary.executor_run_time
    return Quartiles(*times) if len(times) == len(QUANTILES.split(",")) else None


def parse_queries(body: bytes) -> tuple[SqlQuery, ...]:
    """Return the queries of `/sql?details=...`, the newest first.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return tuple(_query(row) for row in sorted(decode(body, list[_Query]), key=lambda r: -r.id))


def _job(row: _Job) -> SparkJob:
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


def _stage(row: _Stage) -> Stage:
    done = row.num_completed_indices
    return Stage(
        id=row.stage_id,
        attempt=row.attempt_id,
        name=row.description or row.name,
        state=_STAGES.get(row.status, WorkState.UNKNOWN),
        tasks=Tally(
            all=row.num_tasks,
            done=row.num_complete_tasks if done is None else done,
            active=row.num_active_tasks,
            failed=row.num_failed_tasks,
        ),
        submitted_at=moment(row.submission_time),
        ended_at=moment(row.completion_time),
        work=Work(
            run_ms=row.executor_run_time,
            gc_ms=row.jvm_gc_time,
            input_bytes=row.input_bytes,
            output_bytes=row.output_bytes,
            shuffle_read=row.shuffle_read_bytes,
            shuffle_write=row.shuffle_write_bytes,
            spill_memory=row.memory_bytes_spilled,
            spill_disk=row.disk_bytes_spilled,
        ),
        failure=row.failure_reason or "",
    )


def _task(row: _Task) -> Task:
    return Task(
        id=row.task_id,
        index=row.index,
        attempt=row.attempt,
        state=_TASKS.get(row.status, WorkState.UNKNOWN),
        executor=row.executor_id,
        host=row.host,
        launched_at=moment(row.launch_time),
        duration_ms=row.duration,
        work=_work(row.task_metrics) if row.task_metrics else Work(),
        locality=row.task_locality,
        speculative=row.speculative,
        error=row.error_message or "",
    )


def _work(metrics: _Metrics) -> Work:
    return Work(
        run_ms=metrics.executor_run_time,
        gc_ms=metrics.jvm_gc_time,
        input_bytes=metrics.input_metrics.bytes_read,
        output_bytes=metrics.output_metrics.bytes_written,
        shuffle_read=metrics.shuffle_read_metrics.remote_bytes_read
        + metrics.shuffle_read_metrics.local_bytes_read,
        shuffle_write=metrics.shuffle_write_metrics.bytes_written,
        spill_memory=metrics.memory_bytes_spilled,
        spill_disk=metrics.disk_bytes_spilled,
    )


def _query(row: _Query) -> SqlQuery:
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
