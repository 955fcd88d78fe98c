"""Applications, runs and drivers as one list: a run stands together with its application."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.apps.run import Run, RunState
from pitui.domain.cluster import Application, ApplicationState, Snapshot
from pitui.domain.driver import ClusterDriver


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


def identity(job: Job) -> str:
    """Return the id that Spark, or pitui for a run, knows it by."""
    if job.driver is not None:
        return job.driver.id
    return job.app_id or (job.run.id if job.run else "")


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


def has_failed(job: Job) -> bool:
    """Whether it is known that it failed, that some of its tasks did, or that it cannot go on.

    The master calls an application finished even where its program failed; what its run came to
    says more, where there is one.
    """
    app, run = job.application, job.run
    if run is not None and run.state is RunState.FAILED:
        return True
    if app is None:
        return False
    if app.state is ApplicationState.FAILED:
        return True
    if app.progress is not None and app.progress.tasks_failed:
        return True
    return app.state is ApplicationState.RUNNING and app.why_waiting is not None
