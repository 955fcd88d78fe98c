"""The real services behind the UI; imported in a thread after the first paint."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from pitui.config.model import Config
from pitui.domain.apps.run import Run, RunState
from pitui.domain.cluster import Snapshot
from pitui.domain.errors import PituiError
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.domain.outcome import Outcome, OutcomeReport
from pitui.remote.prompts import PasswordPrompter
from pitui.services.apps.kill import kill_application
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.daemons import control
from pitui.services.events.timeline import Timeline
from pitui.services.logs import follow
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.runs.runs import Runs
from pitui.tui.base.messages import DaemonTarget, Verb
from pitui.tui.services.inspection_live import LiveInspectionService
from pitui.tui.services.jobs import JobService
from pitui.tui.services.jobs_live import LiveJobService
from pitui.tui.services.logs_live import LiveLogService

if TYPE_CHECKING:
    from pitui.tui.services.provisioning import ProvisionService

RUNS_EVERY = 1.0
"""Seconds between two looks at runs that go on; nothing is asked while there are none."""

AWAY_FOR = 5.0
"""Seconds until runs are looked for again when the master's node could not be asked."""

_ACTS = {Verb.START: control.start, Verb.STOP: control.stop, Verb.RESTART: control.restart}


class LiveBackend:
    """One opened cluster with its watch and its runs."""

    def __init__(self, cluster: Cluster, prompter: PasswordPrompter) -> None:
        self._cluster = cluster
        self._prompter = prompter
        self._monitor = ClusterMonitor(cluster)
        self.inspection = LiveInspectionService(cluster, self._monitor)
        self.jobs: JobService = LiveJobService(cluster, self._monitor)
        self._runs = Runs(cluster)
        self.timeline = Timeline(cluster.audit)
        self._on_runs: Callable[[Sequence[Run]], None] = lambda _runs: None
        self._runs_due = asyncio.Event()
        self._applications: set[str] = set()
        self.log_service = LiveLogService(cluster)

    @cached_property
    def provision_service(self) -> "ProvisionService":
        """What provisions nodes; imported with the first."""
        from pitui.tui.services.provisioning_live import LiveProvisionService

        return LiveProvisionService(self._cluster, self._prompter)

    async def run(
        self, on_snapshot: Callable[[Snapshot], None], on_runs: Callable[[Sequence[Run]], None]
    ) -> None:
        """Watch cluster and runs until cancelled."""
        self._on_runs = on_runs

        def take(snapshot: Snapshot) -> None:
            on_snapshot(snapshot)
            self.timeline.take(snapshot)
            self._look_for_runs(snapshot)

        unsubscribe = self._monitor.subscribe(take)
        take(self._monitor.snapshot)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._monitor.run())
                group.create_task(self._watch_runs())
                group.create_task(self.timeline.run())
        finally:
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
                self._tell_runs()
                runs = await self._runs.refresh()
            except PituiError:
                await asyncio.sleep(AWAY_FOR)  # the node's row, or the next run, says why
                continue
            self._on_runs(runs)
            if not any(run.state is RunState.RUNNING for run in runs):
                await self._runs_due.wait()
            self._runs_due.clear()
            await asyncio.sleep(RUNS_EVERY)

    def _tell_runs(self) -> None:
        self._on_runs(self._runs.history())

    def set_active_apps(self, app_ids: Iterable[str]) -> None:
        """Say whose executors and stages are shown."""
        self._monitor.set_active_apps(app_ids)

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
        return await _ACTS[verb](self._cluster, _targets(targets), report)

    def consequences(self, snapshot: Snapshot, targets: Sequence[DaemonTarget]) -> list[str]:
        """Return what stopping the targets would do to applications."""
        return control.stop_impact(snapshot, _targets(targets))

    async def sources(self, snapshot: Snapshot, words: Sequence[str]) -> list[LogSource]:
        """Return the logs that words stand for."""
        return await follow.find_sources(self._cluster, snapshot, words)

    def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        """Yield the lines of logs."""
        return follow.follow(self._cluster, sources, lines)

    async def start_benchmark(self, name: str, parameters: Mapping[str, str]) -> Run:
        """Start a benchmark."""
        run = await self._runs.start_benchmark(name, parameters)
        self._tell_runs()
        self._runs_due.set()
        return run

    async def cancel_run(self, run_id: str) -> Run:
        """Cancel a run."""
        run = await self._runs.cancel(run_id)
        self._tell_runs()
        self._monitor.poll_now()
        return run

    async def kill_application(self, app_id: str) -> None:
        """Kill an application."""
        await kill_application(self._cluster, app_id)
        self._monitor.poll_now()


def _targets(daemons: Sequence[DaemonTarget]) -> list[control.Target]:
    return [control.Target(daemon.node, daemon.role) for daemon in daemons]


@asynccontextmanager
async def open_backend(config: Config, prompter: PasswordPrompter) -> AsyncIterator[LiveBackend]:
    """Open the cluster of a configuration."""
    async with open_cluster(config, prompter) as cluster:
        yield LiveBackend(cluster, prompter)
