"""Applications, runs and drivers as one list: a run stands together with its application."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any

from pitui.domain.apps.run_state import RunState
from pitui.domain.cluster import Application, ApplicationState
from pitui.tui.text.sorting import Order, Sorting

if TYPE_CHECKING:
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.snapshot import Snapshot
    from pitui.domain.spark_driver import ClusterDriver


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


Entry = Job | Application
"""A job; a bare application becomes one when it is asked for."""


class JobBlock:
    """Some jobs by key, in their order."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = {_job_key(entry): entry for entry in entries}
        self._sorted: tuple[Sorting, list[Any], list[str]] = (Sorting(), [], [])

    @cached_property
    def keys(self) -> list[str]:
        """The keys, in the jobs' order."""
        return [*self._entries]

    def __contains__(self, key: object) -> bool:
        """Whether a job has this key."""
        return key in self._entries

    def job(self, key: str) -> Job:
        """Return the job of a key."""
        entry = self._entries[key]
        if isinstance(entry, Application):
            entry = self._entries[key] = Job(entry)
        return entry

    @cached_property
    def of_runs(self) -> list[Job]:
        """Those that are, or belong to, a run."""
        return [e for e in self._entries.values() if isinstance(e, Job) and e.run is not None]

    def sorted(self, sorting: Sorting, order: Order[Job]) -> tuple[list[Any], list[str]]:
        """Return the keys in an order, and before them what decides it, which is kept."""
        if self._sorted[0] != sorting:
            ranked = [(order.key(self.job(key)), key) for key in self.keys]
            ranked.sort(key=itemgetter(0), reverse=sorting.descending(order))
            self._sorted = sorting, [rank for rank, _ in ranked], [key for _, key in ranked]
        return self._sorted[1], self._sorted[2]


class JobList(Mapping[str, Job]):
    """Jobs by key, in their order: active ones first, unless a person chose another."""

    def __init__(
        self,
        active: JobBlock | None = None,
        ended: JobBlock | None = None,
        order: Sequence[str] | None = None,
    ) -> None:
        self._active = active or JobBlock()
        self._ended = ended or JobBlock()
        self._order = [*self._active.keys, *self._ended.keys] if order is None else order

    def __getitem__(self, key: str) -> Job:
        """Return the job of a key."""
        return (self._active if key in self._active else self._ended).job(key)

    def __iter__(self) -> Iterator[str]:
        """Return the keys."""
        return iter(self._order)

    def __len__(self) -> int:
        """Count the jobs; none is made for it."""
        return len(self._order)

    @cached_property
    def active(self) -> list[Job]:
        """Those that still go on."""
        return [self._active.job(key) for key in self._active.keys]

    @property
    def _of_runs(self) -> Iterator[Job]:
        return chain(self._active.of_runs, self._ended.of_runs)

    @cached_property
    def aliases(self) -> dict[str, str]:
        """The keys that applications had before their runs were known, and those they have now."""
        return {f"app:{job.application.id}": job.key for job in self._of_runs if job.application}

    def key_of(self, app_id: str) -> str | None:
        """Return the key of an application's job; None where none is listed."""
        key = f"app:{app_id}"
        if key in self._active or key in self._ended:
            return key
        return next((job.key for job in self._of_runs if job.app_id == app_id), None)

    def sorted(self, sorting: Sorting, orders: Sequence[Order[Job]]) -> JobList:
        """Return the same jobs in an order that a person chose."""
        if sorting == Sorting():
            return self
        order = orders[sorting.index]
        ranks, keys = map(list, self._ended.sorted(sorting, order))
        # Each before those that are equal, so that these stay in their order: from the last on.
        for job in reversed(self.active):
            rank = order.key(job)
            place = _rank_place(ranks, rank, descending=sorting.descending(order))
            ranks.insert(place, rank)
            keys.insert(place, job.key)
        return JobList(self._active, self._ended, keys)


def _rank_place(ranks: Sequence[Any], rank: Any, *, descending: bool) -> int:  # noqa: ANN401
    """Return where something stands among ranks that are in order, before its equals."""
    if descending:
        return bisect_left(ranks, 1, key=lambda other: int(other <= rank))
    return bisect_left(ranks, rank)


def _job_key(entry: Entry) -> str:
    return f"app:{entry.id}" if isinstance(entry, Application) else entry.key


def _is_active(entry: Entry) -> bool:
    return entry.state.active if isinstance(entry, Application) else entry.active


def _newest_first(entry: Entry) -> float:
    return -(entry.submitted_at if isinstance(entry, Application) else entry.started)


@dataclass(frozen=True, slots=True)
class _EndedParts:
    """What the jobs that have ended are made of."""

    applications: Sequence[Application] = ()
    earlier: Sequence[Application] = ()
    runs: Sequence[Run] = ()
    others: Sequence[Entry] = ()
    """Jobs that are known already."""
    seen: frozenset[str] = frozenset()
    """The runs that belong to other jobs."""


class JobLister:
    """Lists the jobs of one snapshot after the other.

    Those that have ended are thousands, and mostly the same as before: they are put in order when
    one of them is different.
    """

    def __init__(self) -> None:
        self._parts = _EndedParts()
        self._ended = JobBlock()

    def jobs(
        self, snapshot: Snapshot, runs: Sequence[Run], earlier: Sequence[Application] = ()
    ) -> JobList:
        """Return active jobs first, newest first within active and ended ones.

        `earlier` are applications of the past; what the master lists as well is not repeated.
        """
        jobs = _jobs_at_work(snapshot, runs, earlier)
        listed = {application.id for application in snapshot.active}
        parts = _EndedParts(
            snapshot.ended,
            tuple(application for application in earlier if application.id not in listed),
            tuple(runs),
            tuple(job for job in jobs if not _is_active(job)),
            frozenset(job.run.id for job in jobs if isinstance(job, Job) and job.run is not None),
        )
        if parts != self._parts:
            self._parts, self._ended = parts, JobBlock(_ended_jobs(parts))
        active = sorted(filter(_is_active, jobs), key=_newest_first)
        return JobList(JobBlock(active), self._ended)


def _jobs_at_work(
    snapshot: Snapshot, runs: Sequence[Run], earlier: Sequence[Application]
) -> list[Entry]:
    """Return the jobs of active applications, of runs that go on, and of drivers."""
    by_app = {run.application: run for run in runs if run.application}
    running = [run for run in runs if run.state is RunState.RUNNING]
    unknown = [run for run in running if not run.application]
    jobs: list[Entry] = []
    for application in reversed(snapshot.active):  # the first after a run's start is the run's
        run = by_app.get(application.id) or _started(application, unknown)
        jobs.append(application if run is None else Job(application, run))
        unknown = [other for other in unknown if other is not run]
    jobs.reverse()
    seen = {job.run.id for job in jobs if isinstance(job, Job) and job.run is not None}
    for run in running:
        if run.id not in seen:
            own = by_app.get(run.application or "") is run
            jobs.append(_running_job(run, snapshot, earlier) if own else Job(run=run))
    return [*jobs, *(Job(driver=driver) for driver in snapshot.drivers)]


def _running_job(run: Run, snapshot: Snapshot, earlier: Sequence[Application]) -> Job:
    """Return the job of a run that goes on although its application has ended."""
    for applications, past in ((snapshot.ended, False), (earlier, True)):
        found = next((one for one in applications if one.id == run.application), None)
        if found is not None:
            return Job(found, run, past=past)
    return Job(run=run)


def _ended_jobs(parts: _EndedParts) -> list[Entry]:
    by_app = {run.application: run for run in parts.runs if run.application}
    seen = set(parts.seen)
    jobs = list(parts.others)
    plain: list[Entry] = []
    for application in parts.applications:
        run = by_app.get(application.id)
        if run is None:
            plain.append(application)
        elif run.id not in parts.seen:
            seen.add(run.id)
            jobs.append(Job(application, run))
    listed = {application.id for application in parts.applications} if parts.earlier else set()
    for application in parts.earlier:
        run = by_app.get(application.id)
        if application.id not in listed and (run is None or run.id not in parts.seen):
            seen.update([run.id] if run else [])
            jobs.append(Job(application, run, past=True))
    jobs += [Job(run=run) for run in parts.runs if run.id not in seen]
    # Thousands of applications are sorted without a call for each.
    plain.sort(key=_SUBMITTED, reverse=True)
    for job in jobs:
        insort(plain, job, key=_newest_first)
    return plain


_SUBMITTED = attrgetter("submitted_at")


def _started(application: Application, unknown: Sequence[Run]) -> Run | None:
    """Return the run that an application most likely belongs to, before the run's log says so."""
    fits = [
        run
        for run in unknown
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
