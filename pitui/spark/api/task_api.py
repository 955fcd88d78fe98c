"""Tasks of `/api/v1`: of a driver and of the history server alike."""

import msgspec

from pitui.domain.apps.jobs import Task, TaskTimes
from pitui.domain.apps.work_counts import Quartiles, WorkDone, WorkState
from pitui.spark.json_reader import NANOSECONDS, JsonRows, decode, decode_rows, moment

QUANTILES = "0.0,0.25,0.5,0.75,1.0"
"""What `parse_quartiles` needs of `/taskSummary?quantiles=`."""

_TASKS = {
    "RUNNING": WorkState.RUNNING,
    "GET RESULT": WorkState.RUNNING,
    "SUCCESS": WorkState.DONE,
    "FAILED": WorkState.FAILED,
    "KILLED": WorkState.KILLED,
}


class _Bytes(msgspec.Struct, rename="camel", frozen=True):
    bytes_read: int = 0
    bytes_written: int = 0
    remote_bytes_read: int = 0
    local_bytes_read: int = 0
    fetch_wait_time: int = 0  # ms
    write_time: int = 0  # ns


class _Metrics(msgspec.Struct, rename="camel"):
    executor_run_time: int = 0
    executor_cpu_time: int = 0  # ns, all others ms
    jvm_gc_time: int = 0
    result_size: int = 0
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


def parse_tasks(body: bytes) -> JsonRows[Task]:
    """Return the tasks of `/stages/S/A/taskList` in the order in which they were launched.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode_rows(body, _Task, _task_of_row)
    return JsonRows(sorted(rows, key=lambda task: task.id), rows.unreadable)


def parse_quartiles(body: bytes) -> Quartiles | None:
    """Return the durations of `/stages/S/A/taskSummary?quantiles=` for `QUANTILES`.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    summary, _ = decode(body, _Summary)
    times = summary.duration or summary.executor_run_time
    return Quartiles(*times) if len(times) == len(QUANTILES.split(",")) else None


def _task_of_row(row: _Task) -> Task:
    return Task(
        id=row.task_id,
        index=row.index,
        attempt=row.attempt,
        state=_TASKS.get(row.status, WorkState.UNKNOWN),
        executor=row.executor_id,
        host=row.host,
        launched_at=moment(row.launch_time),
        # The driver's clock may have been set back meanwhile.
        duration_ms=None if row.duration is None else max(0, row.duration),
        work=_work_of_metrics(row.task_metrics) if row.task_metrics else WorkDone(),
        locality=row.task_locality,
        speculative=row.speculative,
        error=row.error_message or "",
        times=_times_of_row(row),
    )


def _times_of_row(row: _Task) -> TaskTimes | None:
    metrics = row.task_metrics
    # A task that left no metrics is listed with zeros.
    if metrics is None or not (metrics.executor_run_time or row.status == "SUCCESS"):
        return None
    return TaskTimes(
        cpu_ms=metrics.executor_cpu_time / NANOSECONDS,
        fetch_wait_ms=metrics.shuffle_read_metrics.fetch_wait_time,
        shuffle_write_ms=metrics.shuffle_write_metrics.write_time / NANOSECONDS,
    )


def _work_of_metrics(metrics: _Metrics) -> WorkDone:
    return WorkDone(
        run_ms=metrics.executor_run_time,
        gc_ms=metrics.jvm_gc_time,
        input_bytes=metrics.input_metrics.bytes_read,
        output_bytes=metrics.output_metrics.bytes_written,
        shuffle_read=metrics.shuffle_read_metrics.remote_bytes_read
        + metrics.shuffle_read_metrics.local_bytes_read,
        shuffle_write=metrics.shuffle_write_metrics.bytes_written,
        spill_memory=metrics.memory_bytes_spilled,
        spill_disk=metrics.disk_bytes_spilled,
        result_bytes=metrics.result_size,
    )
