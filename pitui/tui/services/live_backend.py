"""The real services behind the UI; imported in a thread after the first paint."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from pitui.config.damaged_file import DamagedFileError
from pitui.config.model import Config
from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.apps.recorded_run import Run, RunState
from pitui.domain.cluster import Role
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError, first_error
from pitui.domain.logs.log_line import LogSource
from pitui.domain.node_outcome import Outcome, OutcomeReport
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import unreadable_words
from pitui.remote.prompts import PasswordPrompter
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.executor_node import node_of_executor
from pitui.services.apps.explanations import Explanations
from pitui.services.apps.failure_analysis import analyze_failure
from pitui.services.apps.kill import kill_application, kill_driver, kill_location
from pitui.services.apps.spark_ui_links import page_of
from pitui.services.apps.thread_dump import thread_dump
from pitui.services.benchmarks.benchmark_run import BenchmarkRequest, BenchmarkRunner
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.daemons import control
from pitui.services.daemons.decommission import decommission_refusal
from pitui.services.data.pushing import Delivery
from pitui.services.events.run_events import run_events
from pitui.services.events.timeline import Timeline
from pitui.services.logs import follow
from pitui.services.logs.log_save import save_name, save_targets, save_whole_log
from pitui.services.logs.log_tree import log_tree
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.nodes.disk_use import clean, disk_use
from pitui.services.nodes.inspect_node import look_at_node
from pitui.services.runs.configured_job import configured_jobs, start_job
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.run_output import until_run_ended
from pitui.tui.services.backend_interface import JobService, Verb
from pitui.tui.services.live_benchmarks import LiveBenchmarkService
from pitui.tui.services.live_data import LiveDataService
from pitui.tui.services.live_doctor import LiveDoctorService
from pitui.tui.services.live_provision import LiveProvisionService

RUNS_EVERY = 1.0
"""Seconds between two looks at runs that go on; nothing is asked while there are none."""

AWAY_FOR = 5.0
"""Seconds until runs are looked for again when the master's node could not be asked."""

_ACTS = {Verb.START: control.start, Verb.STOP: control.stop, Verb.RESTART: control.restart}


class LiveBackend:
    """One opened cluster with its watch and its runs.

    What a service does already, here and in the classes below, is its own method or function with
    the cluster filled in.
    """

    def __init__(self, cluster: Cluster, prompter: PasswordPrompter) -> None:
        self._cluster = cluster
        self._monitor = ClusterMonitor(cluster)
        self.inspection = LiveInspectionService(cluster, self._monitor)
        self._runs = Runs(cluster)
        jobs = LiveJobService(cluster, self._monitor, self._runs)
        self.jobs: JobService = jobs
        self.benchmarks = LiveBenchmarkService(self._runs, jobs.app_details)
        self.timeline = Timeline(cluster.audit)
        self.doctor = LiveDoctorService(cluster, self.timeline)
        self._on_runs: Callable[[Sequence[Run]], None] = lambda _runs: None
        self._runs_due = asyncio.Event()
        self._applications: set[str] = set()
        self._group: TaskGroup | None = None
        """What goes on besides watching: benchmarks. None while nothing is watched."""
        self._watched: list[str] = []
        """Names of benchmarks that are recorded and watched."""
        self._wants_read_only = False
        self.configured_jobs = partial(configured_jobs, cluster)
        self.set_active_apps = self._monitor.set_active_apps
        self.consequences = control.stop_impact
        self.sources = partial(follow.find_sources, cluster)
        self.follow = self.doctor.follow
        self.log_service = LiveLogService(cluster)
        self.provision_service = LiveProvisionService(cluster, prompter)
        self.data = LiveDataService(cluster)

    @property
    def read_only(self) -> bool:
        """Whether every change is refused right before it goes to a node."""
        return self._cluster.guard.read_only

    @read_only.setter
    def read_only(self, read_only: bool) -> None:
        self._wants_read_only = read_only
        self._guard()

    def _guard(self) -> None:
        # A benchmark that goes on must be stopped before a node runs dry, and tidied up after.
        self._cluster.guard.read_only = self._wants_read_only and not self._watched

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch cluster and runs until cancelled."""
        self._on_runs = on_runs

        def take(snapshot: Snapshot) -> None:
            on_snapshot(snapshot)
            self.timeline.take(snapshot)
            self.doctor.take(snapshot)
            self._look_for_runs(snapshot)

        unsubscribe = self._monitor.subscribe(take)
        take(self._monitor.snapshot)
        try:
            async with TaskGroup() as group:
                self._group = group
                group.create_task(self._monitor.run())
                group.create_task(self._watch_runs())
                group.create_task(self.timeline.run())
                group.create_task(self.doctor.watch())
        finally:
            self._group = None
            unsubscribe()

    def _look_for_runs(self, snapshot: Snapshot) -> None:
        """Look for runs started elsewhere when applications come and go."""
        applications = {application.id for application in snapshot.applications}
        if applications != self._applications:
            self._applications = applications
            self._runs_due.set()

    async def _watch_runs(self) -> None:
        while True:
            try:
                await self._tell_runs()
                runs = await self._runs.refresh()
            except DamagedFileError as error:
                self.timeline.complain(error)
                continue
            except PituiError:
                await asyncio.sleep(AWAY_FOR)  # the node's row, or the next run, says why
                continue
            await self._tell_runs(runs)
            if not any(run.state is RunState.RUNNING for run in runs):
                await self._runs_due.wait()
            self._runs_due.clear()
            await asyncio.sleep(RUNS_EVERY)

    async def _tell_runs(self, runs: Sequence[Run] | None = None) -> None:
        """Tell of some runs, or of all that are kept."""
        if runs is None:
            runs = await asyncio.to_thread(self._runs.history)
        self._on_runs(runs)
        baselines = await asyncio.to_thread(self._runs.baselines)
        self.timeline.add([*run_events(runs, baselines, time.time())])

    def poll_now(self) -> None:
        """Ask now."""
        self._monitor.poll_now()
        self._runs_due.set()

    def retry(self, node: str) -> None:
        """Try to reach a node now."""
        self._cluster.connections.retry(node)
        self._monitor.poll_now()

    async def act(
        self, verb: Verb, targets: Sequence[DaemonTarget], report: OutcomeReport
    ) -> list[Outcome]:
        """Start, stop or restart daemons."""
        return await _ACTS[verb](self._cluster, targets, report)

    def watched_benchmarks(self) -> Sequence[str]:
        """Return the names of benchmarks that are recorded and watched."""
        return tuple(self._watched)

    async def start_benchmark(
        self, name: str, parameters: Mapping[str, str], say: Callable[[str], None]
    ) -> Run:
        """Start a benchmark."""
        started: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
        if self._group is None:
            raise PituiError("pitui is ending")
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
            await self._tell_runs()
            self._runs_due.set()
            if not started.done():
                started.set_result(run)
            return await until_run_ended(self._runs, run)

        request = BenchmarkRequest(name, tuple(parameters.items()))
        runner = BenchmarkRunner(self._cluster, self._runs, say)
        self._watched.append(name)
        try:
            await runner.run(request, follow)
        # The watch's task group would end with it, and all updates.
        except Exception as error:  # noqa: BLE001
            self._benchmark_failed(name, _as_pitui_error(error), say, started)
        finally:
            self._watched.remove(name)
            self._guard()
        with contextlib.suppress(PituiError):  # the watch of runs says why
            await self._tell_runs()

    def _benchmark_failed(
        self, name: str, error: PituiError, say: Callable[[str], None], started: asyncio.Future[Run]
    ) -> None:
        if not started.done():
            started.set_exception(error)
            return
        say(f"{name}: {error}")
        if started.cancelled():
            return
        with contextlib.suppress(PituiError):  # it was said
            run = self._runs.get(started.result().id)
            self._runs.keep(replace(run, error=run.error or error.message))

    async def start_job(self, name: str, report: OutcomeReport, say: Callable[[str], None]) -> Run:
        """Start a job of the configuration."""

        def delivered(one: Delivery) -> None:
            report(replace(one.outcome, role=one.item.target))

        run = await start_job(self._cluster, self._runs, name, delivered, say)
        await self._tell_runs()
        self._runs_due.set()
        return run

    async def cancel_run(self, run_id: str) -> Run:
        """Cancel a run."""
        run = await self._runs.cancel(run_id)
        await self._tell_runs()
        self._monitor.poll_now()
        return run

    async def kill_application(self, app_id: str) -> None:
        """Kill an application."""
        await kill_application(self._cluster, app_id)
        self._monitor.poll_now()


class LiveJobService:
    """Asks drivers, the history server, event logs."""

    def __init__(self, cluster: Cluster, monitor: ClusterMonitor, runs: Runs) -> None:
        self._cluster = cluster
        self._monitor = monitor
        self.app_details = details = AppDetails(cluster, self._node_of)
        self.inside = details.follow
        self.earlier = details.history.applications
        self.cause = partial(analyze_failure, cluster, details)
        self.page = partial(page_of, cluster, details)
        self.explanations = Explanations(details, runs.recorded).follow

    def unreadable(self) -> str:
        """Return what of the history server's list could not be read."""
        lost = self.app_details.history.unreadable
        words = unreadable_words(lost, "entry", "entries")
        return f"{words} in the history server's list" if lost else ""

    async def kill(self, location: AppLocation) -> str:
        """Kill what is at a location."""
        ended = await kill_location(self._cluster, location)
        self._monitor.poll_now()
        return str(ended.state).lower()

    async def kill_driver(self, driver_id: str) -> None:
        """Kill a cluster-mode driver."""
        await kill_driver(self._cluster, driver_id)
        self._monitor.poll_now()

    def _node_of(self, app_id: str, executor: str, host: str) -> str | None:
        return node_of_executor(self._monitor.snapshot, app_id, executor, host)


class LiveInspectionService:
    """Asks the nodes, the master and the drivers of one cluster."""

    def __init__(self, cluster: Cluster, monitor: ClusterMonitor) -> None:
        self._cluster = cluster
        self.thread_dump = partial(thread_dump, cluster)
        self.history = monitor.history
        self.look_at_node = partial(look_at_node, cluster, monitor)
        self.disk_use = partial(disk_use, cluster)
        self.clean = partial(clean, cluster)
        self.decommission_refusal = partial(decommission_refusal, cluster)

    async def drain(self, nodes: Sequence[str], report: OutcomeReport) -> list[Outcome]:
        """Decommission, wait, stop."""
        targets = [DaemonTarget(name, Role.WORKER) for name in nodes]
        return await control.drain(self._cluster, targets, report)


class LiveLogService:
    """The logs of one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.tree = partial(log_tree, cluster)
        self.name = save_name

    async def save(
        self, source: LogSource, target: Path, progress: Callable[[int, int | None], None]
    ) -> int:
        """Save a whole log; into a folder under its own name, over nothing that is there."""
        (path,) = await asyncio.to_thread(save_targets, [source], target)
        return (await save_whole_log(self._cluster, source, path, progress)).size


def _as_pitui_error(error: Exception) -> PituiError:
    """Return an error as one for people."""
    one = first_error(error) if isinstance(error, ExceptionGroup) else error
    if isinstance(one, PituiError):
        return one
    return PituiError(f"a fault in pitui: {type(one).__name__}: {one}", "Please report it.")


@asynccontextmanager
async def open_backend(config: Config, prompter: PasswordPrompter) -> AsyncIterator[LiveBackend]:
    """Open the cluster of a configuration."""
    async with open_cluster(config, prompter) as cluster:
        yield LiveBackend(cluster, prompter)
