"""The jobs of an application."""

from dataclasses import replace

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.apps.jobs import SparkJob
from pitui.domain.apps.work_counts import WorkState
from pitui.tui.apps.levels.level import (
    WORK_COLUMNS,
    DetailLevel,
    failed_cell,
    tally_cell,
    tally_words,
    time_cell,
    work_cells,
    work_facts,
    work_state_cell,
)
from pitui.tui.text.cells import DASH, Cell, Column, Row, Tone, cell
from pitui.tui.text.facts import Facts, local_time
from pitui.tui.text.number_format import call_site
from pitui.tui.text.sorting import Order

_COLUMNS = (
    Column("state", "state", least=9),
    Column("id", "job", right=True),
    Column("name", "what", least=12, most=200, grows=True, wants=30),
    Column("stages", "stages", right=True, rank=2),
    Column("tasks", "tasks", rank=0, least=18, most=30),
    Column("failed", "failed", right=True, rank=1),
    Column("time", "time", right=True, rank=1, least=5),
    *WORK_COLUMNS,
)


def key(job: SparkJob) -> str:
    """Return the key of a job's row."""
    return f"job:{job.id}"


def _jobs_of(result: DetailResult) -> tuple[SparkJob, ...]:
    if result.inside is None:
        return ()
    query = next((q for q in result.inside.queries if q.id == result.location.query), None)
    if query is None:
        return result.inside.jobs
    return tuple(job for job in result.inside.jobs if job.id in query.jobs)


def _spark_job_row(job: SparkJob, now: float) -> Row:
    return Row(
        key=key(job),
        cells=(
            work_state_cell(job.state),
            cell(str(job.id)),
            cell(_job_name(job), Tone.STRONG),
            cell(f"{job.stages_done}/{job.stages}") if job.stages else DASH,
            tally_cell(job.tasks, job.state),
            failed_cell(job.tasks.failed),
            time_cell(job.submitted_at, job.ended_at, job.state, now),
            *work_cells(job.work),
        ),
    )


def _job_name(job: SparkJob) -> str:
    return job.description or call_site(job.name)


def _spark_job_words(job: SparkJob) -> str:
    return f"{job.state} {job.id} {_job_name(job)} {job.name}"


def _job_summary(job: SparkJob) -> tuple[Cell, Cell]:
    skipped = f", {job.stages_skipped} skipped" if job.stages_skipped else ""
    failed = f", {job.stages_failed} failed" if job.stages_failed else ""
    stages = f"stages {job.stages_done} of {job.stages} done{failed}{skipped}"
    return cell(job.name, Tone.DIM), cell(f"{stages}; tasks {tally_words(job.tasks)}", Tone.DIM)


def _job_facts(job: SparkJob) -> Facts:
    facts = [
        ("Job", f"job {job.id}"),
        ("State", job.state),
        ("Description", job.description),
        ("Call site", job.name),
        ("Stages", f"{job.stages_done} of {job.stages} done"),
        ("Failed stages", str(job.stages_failed) if job.stages_failed else ""),
        ("Skipped stages", str(job.stages_skipped) if job.stages_skipped else ""),
        ("Tasks", tally_words(job.tasks)),
        ("Submitted", local_time(job.submitted_at) if job.submitted_at else ""),
        ("Ended", local_time(job.ended_at) if job.ended_at else ""),
        *work_facts(job.work),
    ]
    return [(name, value) for name, value in facts if value]


def _job_location(at: AppLocation, job: SparkJob) -> AppLocation:
    return replace(at, query=None, job=job.id)


def _job_time(job: SparkJob) -> float:
    if job.submitted_at is None:
        return 0.0
    return (job.ended_at or float("inf")) - job.submitted_at


JOBS = DetailLevel(
    title="jobs",
    columns=_COLUMNS,
    items=_jobs_of,
    key=key,
    row=_spark_job_row,
    search=_spark_job_words,
    summary=_job_summary,
    facts=_job_facts,
    location=_job_location,
    failed=lambda job: job.state is WorkState.FAILED or bool(job.tasks.failed),
    active=lambda job: job.state.active,
    orders=(
        Order("number", lambda job: job.id),
        Order("time", _job_time),
        Order("failed", lambda job: job.tasks.failed),
        Order("name", lambda job: (job.description or job.name).lower(), descending=False),
        Order("shuffle", lambda job: job.work.shuffle_read + job.work.shuffle_write),
    ),
    empty="No jobs yet: the program has not run anything on the cluster.",
)
