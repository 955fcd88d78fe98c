"""Applications from the inside: of the driver, else the history server, else the event log."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from functools import partial

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.domain.apps.jobs import Stage, Task
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.clock_jumps import steady_time
from pitui.domain.errors import (
    NodeError,
    NotSparkError,
    PituiError,
    UsageError,
    WebError,
    ungrouped,
)
from pitui.domain.spark_driver import DriverAge, driver_age
from pitui.remote.http.request_queue import polling
from pitui.services.apps.app_history import AppHistory
from pitui.services.apps.event_logs import EventLogs
from pitui.services.clients.app_api import WorkSource
from pitui.services.clients.driver_address import DriverAddresses
from pitui.services.cluster import Cluster

BACKOFF = 15.0
"""Seconds that polls of what does not answer are apart at most."""

_MOST_STAGES = 100
"""Stages whose tasks are asked for one by one where only an API tells, the newest."""

_TELL_EVERY = 1.0
"""Seconds in which whoever looks is told how old that is, while a look takes long."""

NodeOf = Callable[[str, str, str], str | None]
"""Returns the name of the node of an application's executor: application, executor, host."""


def no_node(_app_id: str, _executor: str, _host: str) -> str | None:
    """Return None: no node is known by an address."""
    return None


class AppDetails:
    """What is inside applications, for whoever looks at them."""

    def __init__(
        self,
        cluster: Cluster,
        node_of: NodeOf = no_node,
        event_logs: EventLogs | None = None,
    ) -> None:
        self._cluster = cluster
        self._node_of = node_of
        self._drivers = DriverAddresses(cluster.spark_master)
        self._sources: dict[str, WorkSource] = {}
        self.event_logs = event_logs or EventLogs(cluster)
        self.history = AppHistory(cluster, self.event_logs)

    async def follow(self, location: AppLocation) -> AsyncGenerator[DetailResult, None]:
        """Yield what is at a location, again and again while it may change.

        A look never overlaps with the next. While one takes long, what is known is yielded with
        its age. Close it (`contextlib.aclosing`) when nobody looks any more.
        """
        wait = refresh = self._cluster.config.ui.refresh
        result, at = DetailResult(location), steady_time()
        loop = asyncio.get_running_loop()
        while True:
            # The first look is a person's, those after it come of themselves.
            with polling(result.inside is not None):
                look = loop.create_task(self.look(location))
            try:
                while not (await asyncio.wait({look}, timeout=_TELL_EVERY))[0]:
                    old = steady_time() - at if result.inside is not None else 0.0
                    if (age := self._age(location.app_id, old)) is not None:
                        yield replace(result, age=age)
            finally:
                look.cancel()
            result, at = look.result(), steady_time()
            yield result
            if not result.live:
                return
            wait = min(BACKOFF, wait * 2) if result.error else refresh
            await asyncio.sleep(wait)

    def _age(self, app_id: str, old: float) -> DriverAge | None:
        """Return the age of what is known, and how long the driver takes, where worth a word."""
        address = self._drivers.known(app_id)
        if address is None:
            return None
        answering = self._cluster.web.answering(address, self._cluster.master.name)
        return driver_age(old, answering)

    async def look(self, location: AppLocation) -> DetailResult:
        """Return what is at a location now; an error is part of it."""
        try:
            return await self.find(location)
        except PituiError as error:
            self.forget(location.app_id)
            return DetailResult(location, error=error.message, advice=error.advice)

    async def find(self, location: AppLocation) -> DetailResult:
        """Return what is at a location now.

        Raises:
            PituiError: there is nothing, or it cannot be read.
        """
        source = await self.source(location.app_id)
        if source is None:
            return await self._from_log(location)
        try:
            with ungrouped(WebError, NotSparkError):
                inside = await source.inside(location)
            tasks, left_out = await self._tasks(source, inside, location)
            inside = replace(inside, note=source.note)
        except (WebError, NotSparkError):
            if source.origin is DetailOrigin.HISTORY:
                raise
            # It may have ended this moment: then its past is to be found elsewhere.
            self.forget(location.app_id)
            if await self._drivers.of(location.app_id) is not None:
                raise
            return await self._from_log(location)
        return self._with_nodes(DetailResult(location, inside, tasks, left_out))

    async def tasks_by_stage(self, app_id: str) -> list[tuple[Stage, tuple[Task, ...]]]:
        """Return the stages of an application that began, each with its tasks, the newest first.

        Raises:
            PituiError: nothing is known of it any more, or it cannot be read.
        """
        inside = (await self.find(AppLocation(app_id))).inside
        begun = [s for s in inside.stages if s.submitted_at is not None] if inside else []
        source = await self.source(app_id)
        found: list[tuple[Stage, tuple[Task, ...]]] = []
        if source is not None:
            newest = begun[:_MOST_STAGES]
            found = [(stage, (await source.tasks(stage))[0]) for stage in newest]
        elif (log := await self.event_logs.find(app_id)) is not None:
            read = await self.event_logs.read(log)
            found = [(stage, read.tasks(stage.id, stage.attempt)) for stage in begun]
        return [
            (stage, tuple(self._with_node(app_id, task) for task in tasks))
            for stage, tasks in found
        ]

    async def source(self, app_id: str) -> WorkSource | None:
        """Return the API that knows an application; None where none does.

        Raises:
            WebError: the master does not answer, and neither does a history server.
        """
        known = self._sources.get(app_id)
        if known is not None:
            return known
        problem: WebError | None = None
        try:
            address = await self._drivers.of(app_id)
        except WebError as error:
            address, problem = None, error
        kept = None if address else await self.history.find(app_id)
        via = self._cluster.master.name
        if address is not None:
            source = WorkSource(self._cluster.web, via, address, app_id, DetailOrigin.DRIVER)
        elif kept is not None:
            source = WorkSource(
                self._cluster.web, via, kept.address, app_id, DetailOrigin.HISTORY, over=kept.over
            )
        elif problem is not None and await self.event_logs.find(app_id) is None:
            raise problem
        else:
            return None
        self._sources[app_id] = source
        return source

    async def driver(self, app_id: str) -> str | None:
        """Return the address of a running application's UI; None where there is none.

        Raises:
            WebError: the master does not answer.
        """
        return await self._drivers.of(app_id)

    async def record_of_log(self, app_id: str) -> ApplicationRecord | None:
        """Return the tasks' times in an application's event log; None where there is no log.

        Raises:
            PituiError: the log cannot be read.
        """
        log = await self.event_logs.find(app_id)
        if log is None:
            return None
        read = await self.event_logs.read(log)
        return await asyncio.to_thread(read.record, self.node_of(app_id))

    def node_of(self, app_id: str) -> Callable[[str, str], str | None]:
        """Return what names the node of an executor of an application, by its id and host."""
        return partial(self._node_of, app_id)

    def is_living(self, app_id: str) -> bool:
        """Say whether its driver answered when it was last looked for."""
        source = self._sources.get(app_id)
        return source is not None and source.origin is DetailOrigin.DRIVER

    def forget(self, app_id: str) -> None:
        """Look for an application again next time."""
        self._sources.pop(app_id, None)
        self._drivers.forget(app_id)

    async def _tasks(
        self, source: WorkSource, inside: AppDetail, location: AppLocation
    ) -> tuple[tuple[Task, ...], int]:
        if location.stage is None:
            return (), 0
        return await source.tasks(_stage_at(inside, location))

    async def _from_log(self, location: AppLocation) -> DetailResult:
        log = await self.event_logs.find(location.app_id)
        if log is None:
            raise await self.nothing_left(location.app_id)
        read = await self.event_logs.read(log)
        inside = read.inside()
        if location.stage is not None:
            _stage_at(inside, location)
        wanted = {location.stage} if location.stage else set()
        if location.job is not None:
            wanted = {(stage.id, stage.attempt) for stage in inside.stages_of(location.job)}
        stages = (
            s.with_times(read.tasks(s.id, s.attempt)) if (s.id, s.attempt) in wanted else s
            for s in inside.stages
        )
        tasks = read.tasks(*location.stage) if location.stage else ()
        return self._with_nodes(
            DetailResult(location, replace(inside, stages=tuple(stages)), tasks)
        )

    async def nothing_left(self, app_id: str) -> PituiError:
        """Return the error that says why nothing is known of an application any more."""
        settings = await self.event_logs.settings()
        where = self._cluster.master.name
        if settings.folder is None:
            return NodeError(
                where,
                (
                    f"{app_id}: its driver is not running, no history server answers at "
                    f"{where}:{settings.port}, and event logs are stored in {settings.address}"
                ),
                "Start a history server there: sbin/start-history-server.sh.",
            )
        advice = (
            "It may have run without spark.eventLog.enabled, or its log was cleaned up."
            if settings.enabled
            else (
                "To record applications, set spark.eventLog.enabled=true and "
                "spark.eventLog.dir=FOLDER under spark.defaults in the configuration."
            )
        )
        return NodeError(
            where,
            f"{app_id}: its driver is not running or has no UI, no history server answers at "
            f"{where}:{settings.port}, and {settings.folder} on {where} holds no event log of it",
            advice,
        )

    def _with_nodes(self, result: DetailResult) -> DetailResult:
        named = partial(self._with_node, result.location.app_id)
        inside = result.inside
        if inside is not None:
            stages = (
                replace(stage, slowest=named(stage.slowest)) if stage.slowest else stage
                for stage in inside.stages
            )
            inside = replace(inside, stages=tuple(stages)).named_by_queries()
        return replace(result, inside=inside, tasks=tuple(named(task) for task in result.tasks))

    def _with_node(self, app_id: str, task: Task) -> Task:
        return replace(task, node=self._node_of(app_id, task.executor, task.host))


def _stage_at(inside: AppDetail, location: AppLocation) -> Stage:
    stage = inside.stage(*(location.stage or (-1, 0)))
    if stage is None:
        raise UsageError(
            f"there is no {location}", "Spark keeps the newest 1000 (spark.ui.retainedStages)."
        )
    return stage
