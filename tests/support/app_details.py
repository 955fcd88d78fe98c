"""An application's inside from captures of a real driver, for a UI that stands still."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.domain.apps.jobs import Stage, Task
from pitui.domain.apps.work_counts import Quartiles, Tally, WorkDone, WorkState
from pitui.domain.cluster import Application
from pitui.domain.errors import PituiError
from pitui.services.apps.failure_analysis import FailureCause
from pitui.services.apps.spark_ui_links import WebPage
from pitui.spark.api.job_api import parse_jobs, parse_stages
from pitui.spark.api.sql_api import parse_queries
from pitui.spark.api.task_api import parse_tasks
from support.fake_services import FakeJobs
from support.plain_cluster import NOW

CAPTURES = Path(__file__).parents[1] / "captures" / "app"
MIB = 1024 * 1024


def read(name: str) -> bytes:
    return (CAPTURES / name).read_bytes()


def moved(value, by: float):
    """Return a value with its moments later by some seconds."""
    names = ("submitted_at", "ended_at", "launched_at")
    known = {n: getattr(value, n, None) for n in names if n in value.__dataclass_fields__}
    return replace(value, **{n: at + by for n, at in known.items() if at is not None})


def captured() -> AppDetail:
    """Return a running application of six jobs, its last one 20 seconds before NOW."""
    jobs, stages = parse_jobs(read("jobs.json")), parse_stages(read("stages.json"))
    by = NOW - 20 - (jobs[0].submitted_at or 0)
    work = WorkDone(90_000, 12_000, 700 * MIB, 0, 31 * MIB, 5 * MIB, 64 * MIB, 9 * MIB)
    slow = Task(31, 7, 0, WorkState.DONE, "1", "pi2", NOW, 9_400, node="pi2")
    times = Quartiles(200, 800, 1100, 1400, 9400)
    last = replace(stages[0], times=times, slowest=slow, work=work, tasks=Tally(24, 9, 12, 1))
    return AppDetail(
        DetailOrigin.DRIVER,
        tuple(moved(job, by) for job in jobs),
        tuple(moved(stage, by) for stage in (last, *stages[1:])),
        tuple(moved(query, by) for query in parse_queries(read("sql.json"))),
    ).with_sums()


def tasks() -> tuple[Task, ...]:
    """Return the tasks of stage 7: those captured, and one that failed."""
    found = parse_tasks(read("stages_7_0_taskList.json"))
    by = NOW - 18 - (found[0].launched_at or 0)
    error = (
        "org.apache.spark.api.python.PythonException: Traceback (most recent call last):\n"
        '  File "/home/spark/jobs/app.py", line 12, in bad\n'
        '    if x == 3: raise ValueError("deliberate")\nValueError: deliberate\n'
        "\tat org.apache.spark.api.python.PythonRunner.read(PythonRunner.scala:1642)"
    )
    nodes = {"127.0.0.11": "pi1", "127.0.0.12": "pi2", "127.0.0.13": "pi6"}
    named = [moved(replace(t, node=nodes.get(t.host)), by) for t in found]
    failed = replace(
        named[3], state=WorkState.FAILED, error=error, duration_ms=780,
        work=WorkDone(700, 20, 4 * MIB, 0, MIB, 0, 0, 0),
    )  # fmt: skip
    done = replace(
        named[5], state=WorkState.DONE, duration_ms=9_400,
        work=WorkDone(9_000, 1_200, 40 * MIB, 0, 3 * MIB, 5 * MIB, 64 * MIB, 9 * MIB),
    )  # fmt: skip
    return (*named[:3], failed, named[4], done, *named[6:])


class StillJobs(FakeJobs):
    """Answers with one inside, or with what a test says, and keeps what it was asked for."""

    def __init__(self, inside: AppDetail | None = None) -> None:
        self.inside_of = captured() if inside is None else inside
        self.answer: DetailResult | None = None
        """Instead of the inside, where a test wants another answer."""
        self.silent = False
        self.asked: list[tuple[str, object]] = []
        self.past: list[Application] = []
        self.failure: FailureCause | PituiError = PituiError("no task of it failed")

    async def inside(self, location: AppLocation) -> AsyncIterator[DetailResult]:
        self.asked.append(("inside", location))
        if not self.silent:
            yield self.answer or DetailResult(
                location, self.inside_of, tasks() if location.stage else ()
            )
        await asyncio.Event().wait()

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        return [app for app in self.past if app.id not in but]

    async def kill(self, location: AppLocation) -> str:
        self.asked.append(("kill", location))
        return "failed"

    async def kill_driver(self, driver_id: str) -> None:
        self.asked.append(("kill", driver_id))

    async def cause(self, location: AppLocation) -> FailureCause:
        self.asked.append(("cause", location))
        if isinstance(self.failure, PituiError):
            raise self.failure
        return self.failure

    async def page(self, location: AppLocation | None) -> WebPage:
        self.asked.append(("page", location))
        own = "http://10.0.0.5:4040/jobs/"
        return WebPage("http://127.0.0.1:40123/jobs/", own)


__all__ = ["Stage", "StillJobs", "captured", "tasks"]
