"""The `/api/v1` of one application, at its driver or at the history server."""

from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, tasks_when_over
from pitui.domain.apps.jobs import SparkJob, SqlQuery, Stage, Task
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NotSparkError, WebError
from pitui.domain.text.number_words import unreadable_words
from pitui.remote.http.request import Response
from pitui.remote.http.web_client import Web
from pitui.spark.api.job_api import parse_jobs, parse_stages
from pitui.spark.api.sql_api import parse_queries
from pitui.spark.api.task_api import QUANTILES, parse_quartiles, parse_tasks
from pitui.spark.json_reader import JsonRows

T = TypeVar("T")

LIMIT = 60.0
"""Seconds for one answer: a Pi's driver takes its time over a long list."""

MOST_TASKS = 1000
"""Tasks of a stage that are asked for, the slowest; those that failed or run come besides."""

_MOST_FAILED = 200
_SLOWEST_OF = 20
_MOST_STAGES = 24
"""Stages of a job of which the times are asked for, the newest."""


class WorkSource:
    """Asks one application's API; remembers the times of stages that have ended."""

    def __init__(
        self,
        web: Web,
        via: str,
        address: str,
        app_id: str,
        origin: DetailOrigin,
        *,
        over: bool = False,
    ) -> None:
        self.origin = origin
        self.over = over
        self.address = address
        self._web = web
        self._via = via
        self._base = f"{address}/api/v1/applications/{quote(app_id)}/"
        self._timed: dict[str, Stage] = {}
        self._unreadable = 0

    async def inside(self, location: AppLocation) -> AppDetail:
        """Return jobs, stages and queries, with the times of the stages at the location.

        Raises:
            WebError: there was no answer.
            NotSparkError: something else than this API answered.
        """
        self._unreadable = 0
        async with TaskGroup() as group:
            jobs = group.create_task(self._jobs())
            stages = group.create_task(self._stages())
            queries = group.create_task(self._queries(location))
        inside = AppDetail(self.origin, jobs.result(), stages.result(), queries.result())
        if self.over:
            inside = inside.when_over()
        return (await self._with_times(inside, location)).with_sums()

    async def application(self) -> bytes:
        """Return the answer of `/applications/ID`.

        Raises:
            WebError, NotSparkError: see `inside`.
        """
        url = self._base.rstrip("/")
        return _good(await self._web.get(url, via=self._via, limit=LIMIT), url).body

    async def environment(self) -> bytes:
        """Return the answer of `/applications/ID/environment`.

        Raises:
            WebError, NotSparkError: see `inside`.
        """
        return (await self.ask("environment")).body

    @property
    def note(self) -> str:
        """What of the answers since `inside` was asked could not be read; empty where all was."""
        lost = self._unreadable
        words = unreadable_words(lost, "entry", "entries")
        return f"{words} in the answers of {self.origin}" if lost else ""

    async def tasks(self, stage: Stage) -> tuple[tuple[Task, ...], int]:
        """Return the tasks of a stage, and how many were left out.

        Raises:
            WebError: there was no answer.
            NotSparkError: something else than this API answered.
        """
        path = f"stages/{stage.id}/{stage.attempt}/taskList"
        slow = await self.ask(f"{path}?offset=0&length={MOST_TASKS}&sortBy=-runtime")
        found = {task.id: task for task in self._count(parse_tasks(slow.body))}
        if len(found) == MOST_TASKS:
            for state in ("failed", "running"):
                more = await self.ask(f"{path}?offset=0&length={_MOST_FAILED}&status={state}")
                found |= {task.id: task for task in self._count(parse_tasks(more.body))}
        every = stage.tasks.done + stage.tasks.active + stage.tasks.failed
        left_out = max(0, every - len(found)) if len(found) >= MOST_TASKS else 0
        tasks = tuple(task for _, task in sorted(found.items()))
        return tasks_when_over(tasks) if self.over else tasks, left_out

    async def _jobs(self) -> tuple[SparkJob, ...]:
        return self._count(parse_jobs((await self.ask("jobs")).body))

    async def _stages(self) -> tuple[Stage, ...]:
        return self._count(parse_stages((await self.ask("stages")).body))

    async def _queries(self, location: AppLocation) -> tuple[SqlQuery, ...]:
        answer = await self._get("sql?details=false&planDescription=false&offset=0&length=500")
        if answer.status == 404:  # before Spark 3.0, or without the SQL module
            return ()
        queries = self._count(parse_queries(_good(answer, self._base).body))
        if location.query is None:
            return queries
        whole = await self.ask(f"sql/{location.query}?details=false")
        told = {one.id: one for one in self._count(parse_queries(b"[" + whole.body + b"]"))}
        return tuple(told.get(query.id, query) for query in queries)

    async def _with_times(self, inside: AppDetail, location: AppLocation) -> AppDetail:
        if location.stage is not None:
            stage = inside.stage(*location.stage)
            wanted = [stage] if stage else []
        elif location.job is not None:
            wanted = list(inside.stages_of(location.job))[:_MOST_STAGES]
        else:
            return inside
        timed: dict[str, Stage] = {}
        for stage in wanted:
            if stage.tasks.done:
                timed[stage.key] = self._timed.get(stage.key) or await self._with_its_times(stage)
            if stage.key in timed and not stage.state.active:
                self._timed[stage.key] = timed[stage.key]
        return replace(inside, stages=tuple(timed.get(s.key, s) for s in inside.stages))

    async def _with_its_times(self, stage: Stage) -> Stage:
        path = f"stages/{stage.id}/{stage.attempt}"
        # The history server mixes failed tasks into the quartiles: there the tasks tell.
        mixed = self.origin is DetailOrigin.HISTORY and stage.tasks.failed
        most = MOST_TASKS if mixed else _SLOWEST_OF
        slow = await self.ask(
            f"{path}/taskList?offset=0&length={most}&sortBy=-runtime&status=success"
        )
        tasks = self._count(parse_tasks(slow.body))
        # Spark ranks by the executor's run time, which leaves out what else makes a task long.
        stage = stage.with_times(tasks)
        if len(tasks) < most:
            return stage
        summary = await self._get(f"{path}/taskSummary?quantiles={QUANTILES}")
        if summary.status == 404:  # the tasks have not been summed up yet
            return stage
        return replace(stage, times=parse_quartiles(_good(summary, self._base).body))

    def _count(self, rows: JsonRows[T]) -> JsonRows[T]:
        self._unreadable += rows.unreadable
        return rows

    async def ask(self, path: str) -> Response:
        """Return what a path below the application answers; an empty one is the application's own.

        Raises:
            WebError: there was no answer.
            NotSparkError: something else than this API answered.
        """
        return _good(await self._get(path), self._base + path)

    async def _get(self, path: str) -> Response:
        url = (self._base + path).rstrip("/")
        return await self._web.get(url, via=self._via, limit=LIMIT)


def _good(answer: Response, url: str) -> Response:
    if not answer.ok:
        raise WebError(url, f"HTTP status {answer.status}")
    if "json" not in answer.content_type:
        raise NotSparkError(f"{url}: expected JSON, got a page of type {answer.content_type}")
    return answer
