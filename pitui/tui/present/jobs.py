"""Applications and runs as rows of one table: a run stands together with its application."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.cluster import Application, MasterState, Snapshot
from pitui.domain.run import Run, RunState
from pitui.tui.present.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.present.figures import amount, bar, duration, percent
from pitui.tui.present.words import application_cell, run_cell

BAR_WIDTH = 12

COLUMNS = (
    Column("state", "state", least=9),
    Column("name", "name", least=8, most=24),
    Column("time", "time", right=True, least=5),
    Column("what", "progress, result", least=16, most=200, grows=True, wants=46),
    Column("cores", "cores", right=True, rank=2, least=5),
    Column("memory", "mem/ex", right=True, rank=3, least=7),
    Column("kind", "kind", rank=4, least=9),
    Column("user", "user", rank=5, most=12),
    Column("id", "id", rank=6, most=30),
)


@dataclass(frozen=True, slots=True)
class Job:
    """An application, a run, or both where a run's application is known to the master."""

    application: Application | None = None
    run: Run | None = None

    @property
    def key(self) -> str:
        """A run keeps its key when its application appears."""
        if self.run is not None:
            return f"run:{self.run.id}"
        return f"app:{self.application.id}" if self.application else ""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.run.name if self.run else self.application.name if self.application else ""

    @property
    def active(self) -> bool:
        """Whether it still goes on: the run decides, where there is one."""
        if self.run is not None:
            return self.run.state is RunState.RUNNING
        return self.application is not None and self.application.state.active

    @property
    def app_id(self) -> str | None:
        """The id of its application, once known."""
        if self.application is not None:
            return self.application.id
        return self.run.application if self.run else None

    @property
    def started(self) -> float:
        """Unix time of its start."""
        if self.run is not None:
            return self.run.started_at
        return self.application.submitted_at if self.application else 0.0


def no_jobs(snapshot: Snapshot) -> tuple[Cell, Cell]:
    """Return what stands in place of jobs where there are none."""
    state = snapshot.master.state
    if state is MasterState.UNKNOWN:
        return cell("The master is being asked.", Tone.DIM), BLANK
    if state in (MasterState.UNREACHABLE, MasterState.STOPPED):
        away = f"The master is {state.lower()}, so no application is known."
        return cell(away, Tone.DIM), cell("s on its node starts it.", Tone.DIM)
    return (
        cell("No application has run on this master yet.", Tone.DIM),
        cell("Applications and benchmarks stand here; b starts a benchmark.", Tone.DIM),
    )


def jobs_of(snapshot: Snapshot, runs: Sequence[Run]) -> list[Job]:
    """Return active jobs first, newest first within active and done ones."""
    by_app = {run.application: run for run in runs if run.application}
    new = [run for run in runs if run.state is RunState.RUNNING and not run.application]
    seen: set[str] = set()
    jobs: list[Job] = []
    for application in snapshot.applications:
        run = by_app.get(application.id) or _started(application, new)
        if run is not None:
            seen.add(run.id)
        jobs.append(Job(application, run))
    jobs += [Job(run=run) for run in runs if run.id not in seen]
    return sorted(jobs, key=lambda job: (not job.active, -job.started))


def _started(application: Application, new: Sequence[Run]) -> Run | None:
    """Return the run that an application most likely belongs to, before the run's log says so."""
    if not application.state.active:
        return None
    fits = [
        run
        for run in new
        if run.name == application.name and run.started_at <= application.submitted_at
    ]
    return fits[0] if len(fits) == 1 else None


def job_rows(jobs: Sequence[Job], now: float) -> list[Row]:
    """Return a row a job."""
    return [_row(job, now) for job in jobs]


def _row(job: Job, now: float) -> Row:
    app, run = job.application, job.run
    seconds = _seconds(job, now)
    cores = run.cores if run and run.cores else app.cores if app else 0
    return Row(
        key=job.key,
        cells=(
            state_cell(job),
            cell(job.name, Tone.STRONG),
            cell(duration(seconds)) if seconds is not None else DASH,
            _what(job),
            cell(str(cores)) if cores else DASH,
            cell(amount(app.memory_per_executor_mib), Tone.DIM) if app else DASH,
            cell(_kind(job), Tone.DIM),
            cell(app.user, Tone.DIM) if app and app.user else DASH,
            cell(job.app_id or (run.id if run else ""), Tone.DIM),
        ),
        alias=f"app:{app.id}" if app else "",
        search=f"{state_cell(job).text} {job.name} {_kind(job)} {job.app_id} {_what(job).text}",
    )


def _kind(job: Job) -> str:
    return "benchmark" if job.run and job.run.benchmark else "run" if job.run else "app"


def state_cell(job: Job) -> Cell:
    """Return a job's state: the run's once it ended, else the application's."""
    if job.run is not None and (not job.active or job.application is None):
        return run_cell(job.run.state)
    return application_cell(job.application.state) if job.application else BLANK


def _seconds(job: Job, now: float) -> float | None:
    run, app = job.run, job.application
    if run is not None and not job.active:
        return run.ended_at - run.started_at if run.ended_at else None
    if app is not None:
        return app.duration_s
    return now - run.started_at if run else None


def _what(job: Job) -> Cell:
    run, app = job.run, job.application
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
            *bar(progress.fraction, BAR_WIDTH),
            (stages, Tone.DIM),
            (failed, Tone.BAD),
        )
    return cell("no stage yet", Tone.DIM) if app.state.active else BLANK


def _result(run: Run) -> Cell:
    if run.state is RunState.DONE:
        measured = f" in {run.seconds:.1f} s" if run.seconds is not None else ""
        return cells((run.value or "", Tone.STRONG), (measured, Tone.NORMAL))
    if run.error:
        return cell(run.error, Tone.BAD)
    status = f"exit status {run.status}" if run.status else ""
    return cell(status, Tone.BAD if run.state is RunState.FAILED else Tone.DIM)


def job_summary(job: Job) -> tuple[Cell, Cell]:
    """Return two lines on a job: what it is, and how it goes or went in full."""
    app, run = job.application, job.run
    given = "  ".join(f"{k} {v}" for k, v in run.parameters.items()) if run else ""
    asked = f"asks {amount(app.memory_per_executor_mib)} an executor" if app else ""
    first = "  ".join(part for part in (job.app_id or "", asked, given) if part)
    return cell(first, Tone.DIM), _outlook(job)


def _outlook(job: Job) -> Cell:
    app, run = job.application, job.run
    if run is not None and not job.active:
        if run.state is RunState.DONE:
            return cell(_measured(run))
        return cell(run.error or f"{run.state}, exit status {run.status}", Tone.BAD)
    if app is not None and app.why_waiting:
        return cell(f"waiting: {app.why_waiting}", Tone.WARN)
    if app is not None and app.state.active and app.progress is not None:
        p = app.progress
        tasks = f"{p.tasks_done:,} of {p.tasks:,} tasks done, {p.tasks_active} active"
        return cell(f"{tasks}, {p.tasks_failed} failed  {p.current}", Tone.DIM)
    return BLANK


def _measured(run: Run) -> str:
    parts = [
        f"result {run.value}" if run.value else "",
        f"{run.seconds:.2f} s" if run.seconds is not None else "",
        f"{run.cores} cores" if run.cores else "",
        f"{run.executors} executors" if run.executors else "",
    ]
    return "  ".join(part for part in parts if part)
