"""Applications and runs as rows of one table: a run stands together with its application."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.cluster import Application, ApplicationState, MasterState, Snapshot
from pitui.domain.driver import ClusterDriver
from pitui.domain.run import Run, RunState
from pitui.domain.text import one_line
from pitui.tui.present.cells import BLANK, DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.present.figures import amount, bar, duration, percent
from pitui.tui.present.order import Order
from pitui.tui.present.words import application_cell, driver_cell, run_cell

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
    driver: ClusterDriver | None = None
    """One of cluster mode; its application is a row of its own."""
    past: bool = False
    """Known from the history server or an event log only."""

    @property
    def key(self) -> str:
        """A run keeps its key when its application appears."""
        if self.run is not None:
            return f"run:{self.run.id}"
        if self.driver is not None:
            return f"driver:{self.driver.id}"
        return f"app:{self.application.id}" if self.application else ""

    @property
    def name(self) -> str:
        """What people call it."""
        if self.driver is not None:
            return self.driver.main_class.rpartition(".")[2] or self.driver.id
        return self.run.name if self.run else self.application.name if self.application else ""

    @property
    def active(self) -> bool:
        """Whether it still goes on: the run decides, where there is one."""
        if self.run is not None:
            return self.run.state is RunState.RUNNING
        if self.driver is not None:
            return self.driver.state.active
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
        if self.driver is not None:
            return self.driver.submitted_at
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


def jobs_of(
    snapshot: Snapshot, runs: Sequence[Run], earlier: Sequence[Application] = ()
) -> list[Job]:
    """Return active jobs first, newest first within active and done ones.

    `earlier` are applications of the past; what the master lists as well is not repeated.
    """
    by_app = {run.application: run for run in runs if run.application}
    new = [run for run in runs if run.state is RunState.RUNNING and not run.application]
    seen: set[str] = set()
    jobs: list[Job] = []
    for application in snapshot.applications:
        run = by_app.get(application.id) or _started(application, new)
        if run is not None:
            seen.add(run.id)
        jobs.append(Job(application, run))
    listed = {application.id for application in snapshot.applications}
    for application in earlier:
        if application.id not in listed:
            run = by_app.get(application.id)
            seen.update([run.id] if run else [])
            jobs.append(Job(application, run, past=True))
    jobs += [Job(run=run) for run in runs if run.id not in seen]
    jobs += [Job(driver=driver) for driver in snapshot.drivers]
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
    took = seconds(job, now)
    cores = run.cores if run and run.cores else app.cores if app else 0
    memory = app.memory_per_executor_mib if app else 0
    if job.driver is not None:
        cores, memory = job.driver.cores, job.driver.memory_mib
    return Row(
        key=job.key,
        cells=(
            state_cell(job),
            cell(job.name, Tone.STRONG),
            cell(duration(took)) if took is not None else DASH,
            _what(job),
            cell(str(cores)) if cores else DASH,
            cell(amount(memory), Tone.DIM) if memory else DASH,
            cell(_kind(job), Tone.DIM),
            cell(app.user, Tone.DIM) if app and app.user else DASH,
            cell(identity(job), Tone.DIM),
        ),
        alias=f"app:{app.id}" if app else "",
        search=f"{state_cell(job).text} {job.name} {_kind(job)} {identity(job)} {_what(job).text}",
    )


def identity(job: Job) -> str:
    """Return the id that Spark, or pitui for a run, knows it by."""
    if job.driver is not None:
        return job.driver.id
    return job.app_id or (job.run.id if job.run else "")


def _kind(job: Job) -> str:
    if job.driver is not None:
        return "driver"
    return "benchmark" if job.run and job.run.benchmark else "run" if job.run else "app"


def state_cell(job: Job) -> Cell:
    """Return a job's state: the run's once it ended, else the application's."""
    if job.driver is not None:
        return driver_cell(job.driver.state)
    if job.run is not None and (not job.active or job.application is None):
        return run_cell(job.run.state)
    return application_cell(job.application.state) if job.application else BLANK


def seconds(job: Job, now: float) -> float | None:
    """Return how long it has taken, at Unix time `now`; None where nobody knows."""
    run, app = job.run, job.application
    if job.driver is not None:
        return now - job.driver.submitted_at if job.active else None
    if run is not None and not job.active:
        return run.ended_at - run.started_at if run.ended_at else None
    if app is not None:
        return app.duration_s
    return now - run.started_at if run else None


def _what(job: Job) -> Cell:
    run, app = job.run, job.application
    if job.driver is not None:
        return _driver(job.driver)
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


def _driver(driver: ClusterDriver) -> Cell:
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


def job_summary(job: Job) -> tuple[Cell, Cell]:
    """Return two lines on a job: what it is, and how it goes or went in full."""
    app, run = job.application, job.run
    if job.driver is not None:
        return cell(job.driver.id, Tone.DIM), _why(job.driver.why_waiting, job.driver.fix)
    given = "  ".join(f"{k} {v}" for k, v in run.parameters.items()) if run else ""
    asked = f"asks {amount(app.memory_per_executor_mib)} an executor" if app else ""
    first = "  ".join(part for part in (job.app_id or "", asked, given) if part)
    return cell(first, Tone.DIM), _outlook(job)


def _outlook(job: Job) -> Cell:
    app, run = job.application, job.run
    if run is not None and not job.active:
        if run.state is RunState.DONE:
            return cell(_measured(run))
        if run.state is RunState.CANCELLED:
            return cell("cancelled by somebody; its output is in its log", Tone.DIM)
        return cell(run.error or f"{run.state}, exit status {run.status}", Tone.BAD)
    if app is not None and app.why_waiting:
        return _why(app.why_waiting, app.fix)
    if app is not None and app.state.active and app.progress is not None:
        p = app.progress
        tasks = f"{p.tasks_done:,} of {p.tasks:,} tasks done, {p.tasks_active} active"
        return cell(f"{tasks}, {p.tasks_failed} failed  {p.current}", Tone.DIM)
    return BLANK


def _why(reason: str | None, fix: str) -> Cell:
    if not reason:
        return BLANK
    said = f"{reason}. " if fix else reason
    return cells((one_line(said) + " " * bool(fix), Tone.WARN), (one_line(fix), Tone.NORMAL))


def _measured(run: Run) -> str:
    parts = [
        f"result {run.value}" if run.value else "",
        f"{run.seconds:.2f} s" if run.seconds is not None else "",
        f"{run.cores} cores" if run.cores else "",
        f"{run.executors} executors" if run.executors else "",
    ]
    return "  ".join(part for part in parts if part)


def has_failed(job: Job) -> bool:
    """Whether it failed, or some of its tasks did."""
    app, run = job.application, job.run
    if run is not None and run.state is RunState.FAILED:
        return True
    if app is None:
        return False
    # The master calls an application finished even where its program failed.
    if not app.state.active or (app.progress is not None and app.progress.tasks_failed):
        return True
    return app.state is ApplicationState.RUNNING and app.why_waiting is not None


ORDERS = (
    Order[Job]("start", lambda job: (job.active, job.started)),
    Order[Job]("time", lambda job: seconds(job, job.started) or 0.0),
    Order[Job]("name", lambda job: job.name.lower(), descending=False),
    Order[Job]("state", lambda job: (not job.active, state_cell(job).text), descending=False),
    Order[Job]("cores", lambda job: job.application.cores if job.application else 0),
)
"""How jobs can be sorted; active ones first, then by start, unless somebody wants another order."""
