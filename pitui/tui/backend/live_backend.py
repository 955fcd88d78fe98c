"""The real services behind the UI; imported in a thread after the first paint."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from pitui.config.model import Config
from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.apps.recorded_run import Run
from pitui.domain.cluster import Role
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.logs.log_line import LogSource
from pitui.domain.node_outcome import Outcome, OutcomeReport
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.number_words import unreadable_words
from pitui.remote.prompts import PasswordPrompter
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.executor_node import node_of_executor
from pitui.services.apps.explanations import Explanations
from pitui.services.apps.failure_analysis import analyze_failure
from pitui.services.apps.kill import kill_application, kill_driver, kill_location
from pitui.services.apps.spark_ui_links import page_of
from pitui.services.apps.thread_dump import thread_dump
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.daemons import daemon_control
from pitui.services.daemons.decommission import decommission_refusal
from pitui.services.events.timeline import Timeline
from pitui.services.logs import follow
from pitui.services.logs.log_save import save_name, save_targets, save_whole_log
from pitui.services.logs.log_tree import log_tree
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.nodes.disk_use import clean, disk_use
from pitui.services.nodes.inspect_node import look_at_node
from pitui.services.runs.detached_runs import Runs
from pitui.tui.backend.backend_interface import JobService
from pitui.tui.backend.live_data import LiveDataService
from pitui.tui.backend.live_doctor import LiveDoctorService
from pitui.tui.backend.live_provision import LiveProvisionService
from pitui.tui.backend.live_runs import LiveBenchmarkService, LiveRunService
from pitui.tui.backend.requests import Verb

_ACTS = {
    Verb.START: daemon_control.start,
    Verb.STOP: daemon_control.stop,
    Verb.RESTART: daemon_control.restart,
}


class LiveBackend:
    """One opened cluster with its watch and its runs.

    What a service does already, here and in the classes below, is its own method or function with
    the cluster filled in.
    """

    def __init__(self, cluster: Cluster, prompter: PasswordPrompter) -> None:
        self._cluster = cluster
        self._monitor = monitor = ClusterMonitor(cluster)
        runs = Runs(cluster)
        jobs = LiveJobService(cluster, monitor, runs)
        self.jobs: JobService = jobs
        self.inspection = LiveInspectionService(cluster, monitor)
        self.timeline = Timeline(cluster.audit)
        self.runs = LiveRunService(cluster, monitor, runs, self.timeline, self._guard)
        self.benchmarks = LiveBenchmarkService(runs, jobs.app_details)
        self.doctor = LiveDoctorService(cluster, self.timeline)
        self.logs = LiveLogService(cluster, self.doctor)
        self.provisioning = LiveProvisionService(cluster, prompter)
        self.data = LiveDataService(cluster)
        self._wants_read_only = False
        self.set_active_apps = monitor.set_active_apps
        self.consequences = daemon_control.stop_impact

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
        self._cluster.guard.read_only = self._wants_read_only and not self.runs.watched_benchmarks()

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch cluster and runs until cancelled."""

        def take(snapshot: Snapshot) -> None:
            on_snapshot(snapshot)
            self.timeline.take(snapshot)
            self.doctor.take(snapshot)
            self.runs.take(snapshot)

        unsubscribe = self._monitor.subscribe(take)
        take(self._monitor.snapshot)
        try:
            async with TaskGroup() as group:
                group.create_task(self._monitor.run())
                group.create_task(self.runs.watch(on_runs, group))
                group.create_task(self.timeline.run())
                group.create_task(self.doctor.watch())
        finally:
            unsubscribe()

    def poll_now(self) -> None:
        """Ask now."""
        self._monitor.poll_now()
        self.runs.look_now()

    def retry(self, node: str) -> None:
        """Try to reach a node now."""
        self._cluster.connections.retry(node)
        self._monitor.poll_now()

    async def act(
        self, verb: Verb, targets: Sequence[DaemonTarget], report: OutcomeReport
    ) -> list[Outcome]:
        """Start, stop or restart daemons."""
        return await _ACTS[verb](self._cluster, targets, report)


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

    async def kill_application(self, app_id: str) -> None:
        """Kill an application."""
        await kill_application(self._cluster, app_id)
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
        return await daemon_control.drain(self._cluster, targets, report)


class LiveLogService:
    """The logs of one cluster."""

    def __init__(self, cluster: Cluster, doctor: LiveDoctorService) -> None:
        self._cluster = cluster
        self.sources = partial(follow.find_sources, cluster)
        self.follow = doctor.follow
        self.tree = partial(log_tree, cluster)
        self.name = save_name

    async def save(
        self, source: LogSource, target: Path, progress: Callable[[int, int | None], None]
    ) -> int:
        """Save a whole log; into a folder under its own name, over nothing that is there."""
        (path,) = await asyncio.to_thread(save_targets, [source], target)
        return (await save_whole_log(self._cluster, source, path, progress)).size


@asynccontextmanager
async def open_backend(config: Config, prompter: PasswordPrompter) -> AsyncIterator[LiveBackend]:
    """Open the cluster of a configuration."""
    async with open_cluster(config, prompter) as cluster:
        yield LiveBackend(cluster, prompter)
