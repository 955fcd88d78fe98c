"""Applications, runs and drivers as one list: a run stands together with its application."""

from bisect import insort
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

from pitui.domain.apps.recorded_run import Run, RunState
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.driver import ClusterDriver
from pitui.domain.snapshot import Snapshot
from pitui.tui.text.sorting import Order, Sorting


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
        """The id of its application; None until it is known, or where it has none."""
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


class JobList(Mapping[str, Job]):
    """Jobs by key, in their order; that of a bare application is made when it is asked for."""

    def __init__(self, entries: Sequence[Job | Application]) -> None:
        self._entries = {
            (f"app:{entry.id}" if isinstance(entry, Application) else entry.key): entry
            for entry in entries
        }

    def __getitem__(self, key: str) -> Job:
        """Return the job of a key."""
        entry = self._entries[key]
        if isinstance(entry, Application):
            entry = self._entries[key] = Job(entry)
        return entry

    def __iter__(self) -> Iterator[str]:
        """Return the keys."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Count the jobs; none is made for it."""
        return len(self._entries)

    @cached_property
    def active(self) -> list[Job]:
        """Those that still go on."""
        return [
            self[key]
            for key, entry in self._entries.items()
            # No call for each of thousands of applications that have ended.
            if (entry.state.active if isinstance(entry, Application) else entry.active)
        ]

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The keys that applications had before their runs were known, and those they have now."""
        return {
            f"app:{job.application.id}": key
            for key, job in self._entries.items()
            if isinstance(job, Job) and job.application is not None
        }

    def key_of(self, app_id: str) -> str | None:
        """Return the key of an application's job; None where none is listed."""
        key = f"app:{app_id}"
        if key in self._entries:
            return key
        jobs = ((key, job) for key, job in self._entries.items() if isinstance(job, Job))
        return next((key for key, job in jobs if job.app_id == app_id), None)

    def sorted(self, sorting: Sorting, orders: Sequence[Order[Job]]) -> "JobList":
        """Return the same jobs in an order that a person chose."""
        if sorting == Sorting():
            return self
        jobs: list[Job] = sorting.apply([*self.values()], orders)
        return JobList(jobs)


_SUBMITTED = attrgetter("submitted_at")


def _active(entry: Job | Application) -> bool:
    return entry.state.active if isinstance(entry, Application) else entry.active


def _rank(entry: Job | Application) -> tuple[bool, float]:
    if isinstance(entry, Application):
        return not entry.state.active, -entry.submitted_at
    return not entry.active, -entry.started


def jobs_of(
    snapshot: Snapshot, runs: Sequence[Run], earlier: Sequence[Application] = ()
) -> JobList:
    """Return active jobs first, newest first within active and done ones.

    `earlier` are applications of the past; what the master lists as well is not repeated.
    """
    by_app = {run.application: run for run in runs if run.application}
    new = [run for run in runs if run.state is RunState.RUNNING and not run.application]
    seen: set[str] = set()
    plain: list[Application] = []
    jobs: list[Job | Application] = []
    for application in snapshot.applications:
        run = by_app.get(application.id) or (_started(application, new) if new else None)
        if run is None:
            plain.append(application)
        else:
            seen.add(run.id)
            jobs.append(Job(application, run))
    listed = {application.id for application in snapshot.applications} if earlier else ()
    for application in earlier:
        if application.id not in listed:
            run = by_app.get(application.id)
            seen.update([run.id] if run else [])
            jobs.append(Job(application, run, past=True))
    jobs += [Job(run=run) for run in runs if run.id not in seen]
    jobs += [Job(driver=driver) for driver in snapshot.drivers]
    # Thousands of applications that have ended are sorted without a call for each.
    plain.sort(key=_SUBMITTED, reverse=True)
    ended: list[Job | Application] = [app for app in plain if not app.state.active]
    jobs += [app for app in plain if app.state.active]
    for job in jobs:
        if not _active(job):
            insort(ended, job, key=_rank)
    return JobList([*sorted(filter(_active, jobs), key=_rank), *ended])


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
