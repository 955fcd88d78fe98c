"""Why applications do not move: what the master's view alone does not say is found out here."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from urllib.parse import quote

from pitui.domain.apps import why_waiting
from pitui.domain.apps.stall_reason import StallReason
from pitui.domain.apps.why_waiting import ExecutorDeaths
from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    MasterState,
    MasterView,
)
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NotSparkError, WebError
from pitui.services.clients.driver_address import DriverAddresses
from pitui.services.cluster import Cluster
from pitui.services.logs import follow
from pitui.services.logs.log_arguments import executor_source
from pitui.services.monitor.executor_losses import read_deaths
from pitui.spark.api.driver_api import parse_executors
from pitui.spark.api.environment import parse_spark_properties
from pitui.spark.logs.log_advice import cause_line

STALLED_AFTER = 3.0
"""Seconds without a task that was done after which an application is looked at."""

IDLE_AFTER = 15.0
"""Seconds without a task after which executors that are there count as idle: a task's start takes
some on a Pi."""

_EVERY = 2.0
_SELDOM = 20.0
"""Seconds between two looks at an application for whose rest there was no reason."""
_LIMIT = 4.0
_TAIL = 200
"""Last lines of a dead executor's log that are read."""
_LOG_LIMIT = 8.0
_KNOWN = 50


@dataclass(slots=True)
class _Rest:
    """Since when an application has not moved."""

    mark: tuple[object, ...]
    since: float
    look_at: float = 0.0
    found: StallReason | None = None


class StallDetector:
    """Watches over active applications, and looks into those that do not move."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._drivers = DriverAddresses(cluster.spark_master)
        self._rests: dict[str, _Rest] = {}
        self._last_lines: dict[tuple[str, str], str] = {}

    def note(self, applications: Iterable[Application]) -> None:
        """Take note of how far active applications are."""
        now = time.monotonic()
        active = {app.id: app for app in applications if app.state.active}
        self._rests = {key: rest for key, rest in self._rests.items() if key in active}
        self._drivers.forget_all_but(active)
        for app_id, app in active.items():
            mark = _mark(app)
            if app_id not in self._rests or self._rests[app_id].mark != mark:
                self._rests[app_id] = _Rest(mark, now)

    def found(self) -> dict[str, StallReason]:
        """Return the reasons that are known, by application."""
        return {key: rest.found for key, rest in self._rests.items() if rest.found is not None}

    async def look(
        self, view: MasterView, applications: Sequence[Application], nodes: Mapping[str, str]
    ) -> bool:
        """Look into what has not moved for a while; say whether another reason was found.

        `nodes` are the names of nodes by the hosts of their workers.
        """
        now = time.monotonic()
        due = [
            app
            for app in applications
            if (rest := self._rests.get(app.id)) is not None
            and now - rest.since >= STALLED_AFTER
            and now >= rest.look_at
        ]
        before = self.found()
        async with TaskGroup() as group:
            for app in due:
                group.create_task(self._look(view, app, nodes))
        return before != self.found()

    async def look_now(
        self, view: MasterView, applications: Sequence[Application], nodes: Mapping[str, str]
    ) -> None:
        """Look into all that have no task right now, without waiting whether that lasts."""
        self.note(applications)
        async with TaskGroup() as group:
            for app in applications:
                idle = app.progress is None or not app.progress.tasks_active
                if idle and app.duration_s >= why_waiting.SHORT_WAIT:
                    group.create_task(self._look(view, app, nodes))

    async def _look(self, view: MasterView, app: Application, nodes: Mapping[str, str]) -> None:
        rest = self._rests[app.id]
        rest.found = await self._reason(view, app, nodes)
        now = time.monotonic()
        fresh = now - rest.since < _SELDOM
        rest.look_at = now + (_EVERY if fresh or rest.found is not None else _SELDOM)

    async def _reason(
        self, view: MasterView, app: Application, nodes: Mapping[str, str]
    ) -> StallReason | None:
        """Return why an active application does not move; None where there is no reason to see."""
        if view.state is MasterState.ALIVE and view.alive:
            try:
                dead = await self._deaths(view, app, nodes)
            except WebError:
                dead = None
            if dead is not None and (reason := why_waiting.dying(dead)) is not None:
                return reason
        if app.state is ApplicationState.WAITING:
            return why_waiting.no_room(app, view) or await self._too_many_cores(view, app)
        progress = app.progress
        if progress is None or progress.tasks_done >= progress.tasks:
            return None
        if not app.cores:  # its driver may count tasks of lost executors as active for minutes
            return why_waiting.no_room(app, view) or await self._too_many_cores(view, app)
        if progress.tasks_active or time.monotonic() - self._rests[app.id].since < IDLE_AFTER:
            return None
        return why_waiting.idle(await self._executors(app.id))

    async def _deaths(
        self, view: MasterView, app: Application, nodes: Mapping[str, str]
    ) -> ExecutorDeaths | None:
        dead = await read_deaths(self._cluster.spark_master, app.id, _LIMIT)
        if len(dead) < why_waiting.LOOP:
            return None
        latest = dead[-1]
        host = next((w.host for w in view.workers if w.id == latest.worker), "")
        node = nodes.get(host)
        line = await self._last_line(app.id, latest.id, node) if node else ""
        return ExecutorDeaths(len(dead), latest.id, node or host, line, app.memory_per_executor_mib)

    async def _last_line(self, app_id: str, executor: str, node: str) -> str:
        key = (app_id, executor)
        if key not in self._last_lines:
            while len(self._last_lines) >= _KNOWN:
                del self._last_lines[next(iter(self._last_lines))]
            self._last_lines[key] = await last_error(self._cluster, app_id, executor, node)
        return self._last_lines[key]

    async def _too_many_cores(self, view: MasterView, app: Application) -> StallReason | None:
        """Ask the driver how many cores an executor is to have."""
        try:
            body = await self._driver(app.id, "environment")
            settings = parse_spark_properties(body) if body else {}
        except (WebError, NotSparkError):
            return None
        wanted = settings.get("spark.executor.cores", "")
        if not wanted.isdecimal() or not view.alive:
            return None
        return why_waiting.too_many_cores(int(wanted), view.alive)

    async def _executors(self, app_id: str) -> tuple[Executor, ...] | None:
        try:
            body = await self._driver(app_id, "executors")
            return parse_executors(body) if body else None
        except (WebError, NotSparkError):
            return None

    async def _driver(self, app_id: str, path: str) -> bytes | None:
        address = await self._drivers.of(app_id)
        if address is None:
            return None
        url = f"{address}/api/v1/applications/{quote(app_id)}/{path}"
        answer = await self._cluster.web.get(url, self._cluster.master.name, _LIMIT)
        return answer.body if answer.ok else None


async def last_error(cluster: Cluster, app_id: str, executor: str, node: str) -> str:
    """Return the line that says most at the end of an executor's log; empty where it has none."""
    files = ("stderr", "stdout")
    sources = [executor_source(node, app_id, executor, file) for file in files]
    lines: dict[str, list[str]] = {source.tag: [] for source in sources}
    try:
        async with (
            asyncio.timeout(_LOG_LIMIT),
            aclosing(follow.follow(cluster, sources, _TAIL, follow=False)) as batches,
        ):
            async for batch in batches:
                for line in batch:
                    if not line.note and line.source in lines:
                        lines[line.source].append(line.text)
    except TimeoutError:
        # What came so far is better than nothing.
        pass
    # A JVM that does not even start says so on standard output.
    return next((said for log in lines.values() if (said := cause_line(log))), "")


def _mark(app: Application) -> tuple[object, ...]:
    """Return what changes as soon as an application gets on."""
    progress = app.progress
    return app.state, progress and (progress.tasks_done, progress.tasks, progress.stages_done)
