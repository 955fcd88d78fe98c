"""Applications and runs as table rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from pitui.domain.apps.run_state import RunState
from pitui.domain.cluster import MasterState
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.text.findings import finding_mark
from pitui.tui.text.job_list import Job, JobList, identity, seconds
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import amount, bar, duration, percent
from pitui.tui.text.sorting import Order
from pitui.tui.text.state_cells import application_cell, driver_cell, run_cell

if TYPE_CHECKING:
    from pitui.doctor.finding import Finding
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.snapshot import Snapshot
    from pitui.domain.spark_driver import ClusterDriver

JOB_BAR_WIDTH = 12

COLUMNS = (
    Column("state", "state", least=11),
    Column("name", "name", least=8, most=24),
    Column("time", "time", right=True, least=5),
    Column("what", "progress, result", least=16, most=200, grows=True, wants=46),
    Column("cores", "cores", right=True, rank=2, least=5),
    Column("memory", "mem/ex", right=True, rank=3, least=7),
    Column("kind", "kind", rank=4, least=9),
    Column("user", "user", rank=5, most=12),
    Column("id", "id", rank=6, most=30),
)


def no_jobs(snapshot: Snapshot) -> tuple[Cell, Cell]:
    """Return the two lines shown instead of rows while there are no jobs."""
    state = snapshot.master.state
    if state is MasterState.UNKNOWN:
        return cell("Waiting for the master's first answer.", Tone.DIM), BLANK
    if state in (MasterState.UNREACHABLE, MasterState.STOPPED):
        away = f"The master is {state.lower()}, so applications are unknown."
        return cell(away, Tone.DIM), cell("s on its node starts it.", Tone.DIM)
    return (
        cell("No application has run on this master yet.", Tone.DIM),
        cell("Applications and benchmarks appear here. Press b to run a benchmark.", Tone.DIM),
    )


def job_rows(jobs: JobList, now: float, marks: Mapping[str, Finding]) -> Rows[Job]:
    """Return a row a job; `marks` are the worst findings by application."""
    make = partial(_job_row, now=now, marks=marks)
    return Rows(jobs, make, search=_job_words, aliases=jobs.aliases)


def _job_row(job: Job, now: float, marks: Mapping[str, Finding]) -> Row:
    app, run = job.application, job.run
    took = seconds(job, now)
    cores = run.cores if run and run.cores else app.cores if app else 0
    memory = app.memory_per_executor_mib if app else 0
    if job.driver is not None:
        cores, memory = job.driver.cores, job.driver.memory_mib
    return Row(
        key=job.key,
        cells=(
            cells(*job_state_cell(job).spans, finding_mark(marks.get(job.app_id or ""))),
            cell(job.name, Tone.STRONG),
            cell(duration(took)) if took is not None else DASH,
            _what(job),
            cell(str(cores)) if cores else DASH,
            cell(amount(memory), Tone.DIM) if memory else DASH,
            cell(_kind(job), Tone.DIM),
            cell(app.user, Tone.DIM) if app and app.user else DASH,
            cell(identity(job), Tone.DIM),
        ),
    )


def _job_words(job: Job) -> str:
    return f"{job_state_cell(job).text} {job.name} {_kind(job)} {identity(job)} {_what(job).text}"


def _kind(job: Job) -> str:
    if job.driver is not None:
        return "driver"
    return "benchmark" if job.run and job.run.benchmark else "run" if job.run else "app"


def job_state_cell(job: Job) -> Cell:
    """Return the state cell: the run's state once it has ended, else the application's."""
    if job.driver is not None:
        return driver_cell(job.driver.state)
    if job.run is not None and (not job.active or job.application is None):
        return run_cell(job.run.state)
    return application_cell(job.application.state) if job.application else BLANK


def _what(job: Job) -> Cell:
    run, app = job.run, job.application
    if job.driver is not None:
        return _driver_what(job.driver)
    if run is not None and not job.active:
        return _result(run)
    if app is None:
        return cell("starting spark-submit", Tone.DIM)
    if app.why_waiting:
        return cell(app.why_waiting, Tone.WARN)
    progress = app.progress
    if app.state.active and progress is not None and progress.tasks:
        stages = f"  stage {min(progress.stages, progress.stages_done + 1)}/{progress.stages}"
        failed = f"  {progress.tasks_failed} failed" if progress.tasks_failed else ""
        return cells(
            (f"{percent(progress.fraction):>3} ", Tone.STRONG),
            *bar(progress.fraction, JOB_BAR_WIDTH),
            (stages, Tone.DIM),
            (failed, Tone.BAD),
            (f"  {app.driver_age}" if app.driver_age else "", Tone.WARN),
        )
    return cell("no stages yet", Tone.DIM) if app.state.active else BLANK


def _driver_what(driver: ClusterDriver) -> Cell:
    if driver.why_waiting:
        return cell(driver.why_waiting, Tone.WARN)
    where = driver.node or driver.worker
    return cell(f"driver on {where}", Tone.DIM) if where else BLANK


def _result(run: Run) -> Cell:
    if run.state is RunState.DONE:
        measured = f" in {run.seconds:.1f} s" if run.seconds is not None else ""
        return cells((run.value or "", Tone.STRONG), (measured, Tone.NORMAL))
    if run.state is RunState.CANCELLED:
        return BLANK  # whatever it said of its end, somebody wanted it
    if run.error:
        return cell(run.error, Tone.BAD)
    status = f"exit status {run.status}" if run.status else ""
    return cell(status, Tone.BAD if run.state is RunState.FAILED else Tone.DIM)


ORDERS = (
    Order[Job]("start", lambda job: (job.active, job.started)),
    Order[Job]("time", lambda job: seconds(job, job.started) or 0.0),
    Order[Job]("name", lambda job: job.name.lower(), descending=False),
    Order[Job]("state", lambda job: (not job.active, job_state_cell(job).text), descending=False),
    Order[Job]("cores", lambda job: job.application.cores if job.application else 0),
)
"""How jobs can be sorted; active ones first, then by start, unless somebody wants another order."""
