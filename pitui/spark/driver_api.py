"""A running application's REST API (`/api/v1` of the driver's UI) as domain values."""

from datetime import datetime

import msgspec

from pitui.domain.cluster import Executor, Progress
from pitui.spark.answers import decode

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


class _JobRow(msgspec.Struct, rename="camel"):
    name: str = ""
    status: str = ""
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

    @property
    def tasks_done(self) -> int:
        """Count each task once, however many attempts (speculation) completed it."""
        if self.num_completed_indices is None:
            return self.num_completed_tasks
        return self.num_completed_indices


class _StageRow(msgspec.Struct, rename="camel"):
    stage_id: int
    name: str = ""
    status: str = ""


def parse_executors(body: bytes) -> tuple[Executor, ...]:
    """Return the executors of `/executors` or `/allexecutors`; the driver's own row is left out.

    Raises:
        NotSparkError: the body is not what this path of the API answers.
    """
    return tuple(_executor(row) for row in decode(body, list[_ExecutorRow]) if row.id != _DRIVER)


def parse_progress(jobs_body: bytes, stages_body: bytes | None = None) -> Progress:
    """Return how far an application is, from `/jobs` and, for the stage's name, `/stages`.

    Of the stages, those with `?status=active` are enough. Spark calls a stage skipped only when
    its job ends, so until then it counts among those to do.

    Raises:
        NotSparkError: a body is not what its path of the API answers.
    """
    jobs = decode(jobs_body, list[_JobRow])
    stages = decode(stages_body, list[_StageRow]) if stages_body is not None else []
    active = sorted((s for s in stages if s.status == "ACTIVE"), key=lambda s: s.stage_id)
    running = [job.name for job in jobs if job.status == "RUNNING"]
    names = [stage.name for stage in active] or running[:1]
    return Progress(
        stages=sum(_stages(job) for job in jobs),
        stages_done=sum(job.num_completed_stages + job.num_failed_stages for job in jobs),
        tasks=sum(_tasks(job) for job in jobs),
        tasks_done=sum(job.tasks_done for job in jobs),
        tasks_active=sum(job.num_active_tasks for job in jobs),
        tasks_failed=sum(job.num_failed_tasks for job in jobs),
        current=names[-1] if names else "",
    )


def _executor(row: _ExecutorRow) -> Executor:
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
        added_at=_moment(row.add_time),
        removed_at=_moment(row.remove_time),
    )


def _moment(text: str | None) -> float | None:
    """Return Unix seconds of a time such as `2026-11-21T01:33:41.216GMT`."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.removesuffix("GMT") + "+00:00").timestamp()
    except ValueError:
        return None


def _stages(job: _JobRow) -> int:
    ended = job.num_completed_stages + job.num_failed_stages
    if job.status != "RUNNING":
        return ended
    return max(ended, len(job.stage_ids) - job.num_skipped_stages)


def _tasks(job: _JobRow) -> int:
    if job.status == "FAILED":
        # What a failed job never got to would keep the whole below 100 % for ever.
        return job.tasks_done
    return max(job.tasks_done, job.num_tasks - job.num_skipped_tasks)
