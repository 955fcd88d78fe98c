"""The real services behind what the UI needs of runs."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pitui.config.state_database import DamagedFileError
from pitui.domain.apps.gantt import TaskBar
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.cluster import Application
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError, first_error
from pitui.domain.node_outcome import OutcomeReport
from pitui.domain.snapshot import Snapshot
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.task_bars import run_tasks
from pitui.services.benchmarks.benchmark_run import BenchmarkRequest, BenchmarkRunner
from pitui.services.cluster import Cluster
from pitui.services.data.pushing import Delivery
from pitui.services.events.run_events import run_events
from pitui.services.events.timeline import Timeline
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.runs.configured_job import configured_jobs, start_job
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.run_output import until_run_ended

LOOK_EVERY = 1.0
"""Seconds between two looks at runs that go on; nothing is asked while there are none."""

AWAY_FOR = 5.0
"""Seconds until runs are looked for again when the master's node could not be asked."""


class LiveRunService:
    """Starts runs, looks after them, and tells how they stand while `watch` goes on.

    `benchmark_ended` is called whenever a benchmark is not recorded and watched any more.
    """

    def __init__(
        self,
        cluster: Cluster,
        monitor: ClusterMonitor,
        runs: Runs,
        timeline: Timeline,
        benchmark_ended: Callable[[], None],
    ) -> None:
        self._cluster = cluster
        self._monitor = monitor
        self._runs = runs
        self._timeline = timeline
        self._benchmark_ended = benchmark_ended
        self._on_runs: Callable[[Sequence[Run]], None] = lambda _runs: None
        self._due = asyncio.Event()
        self._applications: tuple[set[str], Sequence[Application]] = (set(), ())
        self._group: TaskGroup | None = None
        """What benchmarks go on in. None while nothing is watched."""
        self._benchmarks: list[str] = []
        """Names of those that are recorded and watched."""
        self.configured_jobs = partial(configured_jobs, cluster)

    async def watch(self, on_runs: Callable[[Sequence[Run]], None], group: TaskGroup) -> None:
        """Tell of every new list of runs until cancelled; benchmarks go on in `group`."""
        self._on_runs = on_runs
        self._group = group
        try:
            while True:
                await self._look()
        finally:
            self._group = None

    async def _look(self) -> None:
        try:
            await self._tell()
            runs = await self._runs.refresh()
        except DamagedFileError as error:
            self._timeline.complain(error)
            return
        except PituiError:
            await asyncio.sleep(AWAY_FOR)  # the node's row, or the next run, says why
            return
        await self._tell(runs)
        if not any(run.state is RunState.RUNNING for run in runs):
            await self._due.wait()
        self._due.clear()
        await asyncio.sleep(LOOK_EVERY)

    def take(self, snapshot: Snapshot) -> None:
        """Look for runs that were started elsewhere when applications come and go."""
        applications = ({app.id for app in snapshot.active}, snapshot.ended)
        if applications != self._applications:
            self._applications = applications
            self.look_now()

    def look_now(self) -> None:
        """Look at runs, whether or not one goes on."""
        self._due.set()

    async def _tell(self, runs: Sequence[Run] | None = None) -> None:
        """Tell of some runs, or of all that are kept."""
        if runs is None:
            runs = await self._runs.history()
        self._on_runs(runs)
        baselines = await self._runs.baselines()
        self._timeline.add([*run_events(runs, baselines, time.time())])

    async def _tell_if_known(self) -> None:
        """Tell of what was begun or ended here, where it can be read; it is done in any case."""
        with contextlib.suppress(PituiError):  # the watch of runs says why
            await self._tell()

    def watched_benchmarks(self) -> Sequence[str]:
        """Return the names of benchmarks that are recorded and watched."""
        return tuple(self._benchmarks)

    async def start_benchmark(
        self, name: str, parameters: Mapping[str, str], say: Callable[[str], None]
    ) -> Run:
        """Start a benchmark."""
        started: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        if self._group is None:
            raise PituiError(
                "runs are not watched now: pitui has not quite started, or is ending", "Try again."
            )
        task = self._group.create_task(self._run_benchmark(name, parameters, say, started))
        try:
            return await started
        except asyncio.CancelledError:
            task.cancel()
            raise

    async def _run_benchmark(
        self,
        name: str,
        parameters: Mapping[str, str],
        say: Callable[[str], None],
        started: asyncio.Future[Run],
    ) -> None:
        """Run a benchmark to its end; recording and watching go on when its start is known."""

        async def follow(run: Run) -> Run:
            await self._tell_if_known()
            self.look_now()
            if not started.done():
                started.set_result(run)
            return await until_run_ended(self._runs, run)

        request = BenchmarkRequest(name, tuple(parameters.items()))
        runner = BenchmarkRunner(self._cluster, self._runs, say)
        self._benchmarks.append(name)
        try:
            await runner.run(request, follow)
        # The watch's task group would end with it, and all updates.
        except Exception as error:  # noqa: BLE001
            await self._failed(name, _as_pitui_error(error), say, started)
        finally:
            self._benchmarks.remove(name)
            self._benchmark_ended()
        await self._tell_if_known()

    async def _failed(
        self, name: str, error: PituiError, say: Callable[[str], None], started: asyncio.Future[Run]
    ) -> None:
        if not started.done():
            started.set_exception(error)
            return
        say(f"{name}: {error}")
        if started.cancelled():
            return
        with contextlib.suppress(PituiError):  # it was said
            run = await self._runs.get(started.result().id)
            await self._runs.keep(replace(run, error=run.error or error.message))

    async def start_job(self, name: str, report: OutcomeReport, say: Callable[[str], None]) -> Run:
        """Start a job of the configuration."""

        def delivered(one: Delivery) -> None:
            report(replace(one.outcome, role=one.item.target))

        run = await start_job(self._cluster, self._runs, name, delivered, say)
        await self._tell_if_known()
        self.look_now()
        return run

    async def cancel(self, run: Run) -> Run:
        """Cancel a run."""
        ended = await self._runs.cancel(run)
        await self._tell_if_known()
        self._monitor.poll_now()
        return ended


class LiveBenchmarkService:
    """The record of runs."""

    def __init__(self, runs: Runs, details: AppDetails) -> None:
        self._runs = runs
        self._details = details

    async def baselines(self) -> Sequence[Run]:
        """Return the runs that are kept as baselines."""
        return await self._runs.baselines()

    async def keep_baseline(self, run_id: str) -> None:
        """Keep a run as the baseline of its kind."""
        await self._runs.keep_baseline(run_id)

    async def forget_baseline(self, run_id: str) -> None:
        """Keep a run as a baseline no more."""
        await self._runs.forget_baseline(run_id)

    async def samples(self, run_id: str) -> Mapping[str, Sequence[NodeSample]]:
        """Return what each node did during a run."""
        return await self._runs.samples(run_id)

    async def tasks(self, run: Run) -> Sequence[TaskBar]:
        """Return the tasks of a run's application."""
        return await run_tasks(self._details, run)


def _as_pitui_error(error: Exception) -> PituiError:
    """Return an error as one for people."""
    one = first_error(error) if isinstance(error, ExceptionGroup) else error
    if isinstance(one, PituiError):
        return one
    return PituiError(f"a fault in pitui: {type(one).__name__}: {one}", "Please report it.")
