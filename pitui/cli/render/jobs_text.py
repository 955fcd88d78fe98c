"""Applications and their insides as the text and the JSON of `pitui jobs`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pitui.cli.render.bottleneck_text import bound_lines
from pitui.cli.render.status_text import compact_duration, table
from pitui.domain.apps.app_detail import AppDetail, DetailOrigin, DetailResult
from pitui.domain.apps.jobs import SparkJob, SqlQuery, Stage
from pitui.domain.apps.work_counts import Tally, WorkDone
from pitui.domain.bottleneck.explanation import Explanation
from pitui.domain.cluster import Application
from pitui.domain.snapshot import Snapshot
from pitui.domain.spark_driver import ClusterDriver

_NONE = "-"
_MIB = 1024 * 1024


def list_json(snapshot: Snapshot, earlier: Sequence[Application]) -> dict[str, Any]:
    """Return the object of `jobs --json`, without the schema's number."""
    return {
        "applications": [application_json(app) for app in snapshot.applications],
        "earlier": [application_json(app) for app in earlier],
        "drivers": [_driver_json(driver) for driver in snapshot.drivers],
    }


def list_lines(snapshot: Snapshot, earlier: Sequence[Application]) -> Iterable[str]:
    """Return the lines of `jobs` for people."""
    applications = [*snapshot.applications, *earlier]
    if not applications and not snapshot.drivers:
        if snapshot.master.state.silent:
            return
        yield "No application has run on this master yet."
        return
    yield from table(
        ("APPLICATION", "NAME", "STATE", "CORES", "TOOK", "WHY"),
        [
            (
                app.id,
                app.name,
                str(app.state).lower(),
                str(app.cores or _NONE),
                compact_duration(app.duration_s),
                app.why_waiting or "",
            )
            for app in applications
        ],
    )
    if snapshot.drivers:
        yield ""
        yield from table(
            ("DRIVER", "STATE", "NODE", "CLASS", "WHY"),
            [
                (d.id, str(d.state).lower(), d.node or _NONE, d.main_class, d.why_waiting or "")
                for d in snapshot.drivers
            ],
        )
    for app in applications:
        if app.fix:
            yield ""
            yield f"{app.name} ({app.id}): {app.why_waiting}. {app.fix}"


def inside_json(
    app_id: str,
    app: Application | None,
    result: DetailResult,
    explained: Explanation | None = None,
) -> dict[str, Any]:
    """Return the object of `jobs APP --json`, without the schema's number."""
    inside = result.inside or AppDetail(DetailOrigin.DRIVER)
    return {
        "application": application_json(app) if app else {"id": app_id},
        "from": inside.origin.name.lower().replace("_", "-"),
        "note": inside.note or None,
        "jobs": [
            _job_json(job) | {"stages": [_stage_json(stage) for stage in inside.stages_of(job.id)]}
            for job in inside.jobs
        ],
        "queries": [_query_json(query) for query in inside.queries],
        **(explained.json() if explained else {"bound": None, "what_if": None, "suspects": []}),
    }


def inside_lines(
    app_id: str,
    app: Application | None,
    result: DetailResult,
    explained: Explanation | None = None,
) -> Iterable[str]:
    """Return the lines of `jobs APP` for people: jobs, below each its stages; what bound it."""
    inside = result.inside or AppDetail(DetailOrigin.DRIVER)
    state = f" is {str(app.state).lower()}" if app else ""
    name = f"{app.name} ({app_id})" if app else app_id
    yield f"{name}{state}; jobs according to {inside.origin}."
    if app and app.why_waiting:
        yield f"Waiting: {app.why_waiting}. {app.fix}".rstrip()
    if inside.note:
        yield inside.note
    yield ""
    rows = []
    for job in inside.jobs:
        took = _took(job.submitted_at, job.ended_at)
        name = job.description or job.name
        rows.append(
            (f"job {job.id}", str(job.state), *_work_columns(job.tasks, took, job.work), name)
        )
        for stage in inside.stages_of(job.id):
            took = _took(stage.submitted_at, stage.ended_at)
            figures = _work_columns(stage.tasks, took, stage.work)
            rows.append((f"  stage {stage.key}", str(stage.state), *figures, stage.name))
    header = ("", "STATE", "TASKS", "FAILED", "TOOK", "GC", "INPUT", "SHUFFLE", "SPILL", "WHAT")
    yield from table(header, rows)
    if inside.queries:
        yield ""
        yield from table(
            ("", "STATE", "JOBS", "WHAT"),
            [
                (f"query {q.id}", str(q.state), " ".join(map(str, q.jobs)), q.description)
                for q in inside.queries
            ],
        )
    if explained is not None:
        yield ""
        yield from bound_lines(explained)


def _work_columns(tasks: Tally, took: str, work: WorkDone) -> tuple[str, ...]:
    shuffle = work.shuffle_read + work.shuffle_write
    return (
        f"{tasks.done}/{tasks.all}",
        str(tasks.failed or _NONE),
        took,
        f"{work.gc_share:.0%}" if work.run_ms else _NONE,
        _size_column(work.input_bytes),
        _size_column(shuffle),
        _size_column(work.spill_disk),
    )


def _size_column(count: int) -> str:
    return f"{count / _MIB:.1f} MiB" if count else _NONE


def _took(begin: float | None, end: float | None) -> str:
    return compact_duration(end - begin) if begin is not None and end is not None else _NONE


def application_json(app: Application) -> dict[str, Any]:
    """Return an application as JSON."""
    return {
        "id": app.id,
        "name": app.name,
        "state": str(app.state),
        "cores": app.cores,
        "memory_per_executor_mib": app.memory_per_executor_mib or None,
        "submitted_at": _iso_time(app.submitted_at),
        "duration_s": round(app.duration_s, 3),
        "why_waiting": app.why_waiting,
        "fix": app.fix or None,
    }


def _driver_json(driver: ClusterDriver) -> dict[str, Any]:
    return {
        "id": driver.id,
        "state": str(driver.state),
        "cores": driver.cores,
        "memory_mib": driver.memory_mib,
        "submitted_at": _iso_time(driver.submitted_at),
        "node": driver.node,
        "class": driver.main_class,
        "why_waiting": driver.why_waiting,
        "fix": driver.fix or None,
    }


def _job_json(job: SparkJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description or None,
        "state": str(job.state),
        "submitted_at": _iso_time(job.submitted_at),
        "ended_at": _iso_time(job.ended_at),
        "tasks": _tally(job.tasks),
        "work": work_json(job.work),
    }


def _stage_json(stage: Stage) -> dict[str, Any]:
    return {
        "id": stage.id,
        "attempt": stage.attempt,
        "name": stage.name,
        "state": str(stage.state),
        "submitted_at": _iso_time(stage.submitted_at),
        "ended_at": _iso_time(stage.ended_at),
        "tasks": _tally(stage.tasks),
        "work": work_json(stage.work),
        "failure": stage.failure or None,
    }


def _query_json(query: SqlQuery) -> dict[str, Any]:
    return {
        "id": query.id,
        "description": query.description,
        "state": str(query.state),
        "submitted_at": _iso_time(query.submitted_at),
        "duration_ms": query.duration_ms,
        "jobs": list(query.jobs),
        "error": query.error or None,
    }


def _tally(tasks: Tally) -> dict[str, int]:
    return {"all": tasks.all, "done": tasks.done, "active": tasks.active, "failed": tasks.failed}


def work_json(work: WorkDone) -> dict[str, Any]:
    """Return what tasks did as JSON."""
    return {
        "run_ms": work.run_ms,
        "gc_ms": work.gc_ms,
        "input_bytes": work.input_bytes,
        "output_bytes": work.output_bytes,
        "shuffle_read_bytes": work.shuffle_read,
        "shuffle_write_bytes": work.shuffle_write,
        "spilled_memory_bytes": work.spill_memory,
        "spilled_disk_bytes": work.spill_disk,
    }


def _iso_time(moment: float | None) -> str | None:
    return datetime.fromtimestamp(moment, UTC).isoformat() if moment else None
