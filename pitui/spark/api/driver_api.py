"""A running application's REST API (`/api/v1` of the driver's UI) as domain values."""

import msgspec

from pitui.domain.apps.app_detail import progress_of
from pitui.domain.cluster import Executor, Progress
from pitui.spark.api.job_api import parse_jobs, parse_stages
from pitui.spark.json_reader import JsonRows, decode_rows, moment

_DRIVER = "driver"


class _PeakMemory(msgspec.Struct, rename={"heap": "JVMHeapMemory"}):
    heap: int = 0


class _Memory(msgspec.Struct, rename="camel"):
    used_on_heap_storage_memory: int = 0
    total_on_heap_storage_memory: int = 0


class _ExecutorRow(msgspec.Struct, rename="camel"):
    id: str
    host_port: str = ""
    is_active: bool = True
    total_cores: int = 0
    active_tasks: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0
    memory_used: int = 0
    max_memory: int = 0
    total_duration: int = 0
    total_gc: int = msgspec.field(default=0, name="totalGCTime")
    total_shuffle_read: int = 0
    total_shuffle_write: int = 0
    total_input_bytes: int = 0
    peak_memory_metrics: _PeakMemory | None = None  # from Spark 3.0
    memory_metrics: _Memory | None = None  # from Spark 2.3
    disk_used: int = 0
    add_time: str | None = None
    remove_time: str | None = None
    remove_reason: str | None = None


def parse_executors(body: bytes) -> JsonRows[Executor]:
    """Return the executors of `/executors` or `/allexecutors`; the driver's own row is left out.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    rows = decode_rows(body, _ExecutorRow, _executor_of_row)
    return JsonRows((row for row in rows if row.id != _DRIVER), rows.unreadable)


def parse_progress(jobs_body: bytes, stages_body: bytes | None = None) -> tuple[Progress, int]:
    """Return how far an application is, and how much of the answers could not be read.

    From `/jobs` and, for the stage's name, `/stages`, of which those with `?status=active` are
    enough.

    Raises:
        NotSparkError: a body is not what its path of the API answers.
    """
    jobs = parse_jobs(jobs_body)
    stages = parse_stages(stages_body) if stages_body is not None else JsonRows()
    return progress_of(jobs, stages), jobs.unreadable + stages.unreadable


def _executor_of_row(row: _ExecutorRow) -> Executor:
    memory = row.memory_metrics
    return Executor(
        id=row.id,
        host=row.host_port.rpartition(":")[0].strip("[]") or row.host_port,
        active=row.is_active,
        cores=row.total_cores,
        tasks_active=row.active_tasks,
        tasks_done=row.completed_tasks,
        tasks_failed=row.failed_tasks,
        memory_used=memory.used_on_heap_storage_memory if memory else row.memory_used,
        memory_max=memory.total_on_heap_storage_memory if memory else row.max_memory,
        heap_peak=row.peak_memory_metrics.heap if row.peak_memory_metrics else 0,
        duration_ms=row.total_duration,
        gc_ms=row.total_gc,
        shuffle_read=row.total_shuffle_read,
        shuffle_write=row.total_shuffle_write,
        input_bytes=row.total_input_bytes,
        removed_because=row.remove_reason or "",
        disk_used=row.disk_used,
        added_at=moment(row.add_time),
        removed_at=moment(row.remove_time),
    )
