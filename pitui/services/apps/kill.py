"""Killing what runs: an application or a driver through the master, a job or a stage inside."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.apps.jobs import SparkJob, Stage
from pitui.domain.cluster import Application, MasterView
from pitui.domain.errors import UsageError
from pitui.domain.spark_driver import ClusterDriver
from pitui.services.apps.kill_job import kill_job, kill_stage
from pitui.services.apps.kill_request import check_answer, kill_form, until_ended
from pitui.services.cluster import Cluster

L = TypeVar("L", Application, ClusterDriver)
_TARGET = re.compile(r"([^/]+)(?:/(job|stage)/(\d{1,9})(?:\.(\d{1,9}))?)?")


@dataclass(frozen=True, slots=True)
class _Kind(Generic[L]):
    """What the master lists and can kill."""

    word: str
    path: str
    rows: Callable[[MasterView], Iterable[L]]


_APPLICATION = _Kind("application", "app/kill/", lambda view: view.applications)
_DRIVER = _Kind("driver", "driver/kill/", lambda view: view.drivers)


def parse_target(text: str) -> AppLocation | str:
    """Return what `pitui kill` is to end: a place inside an application, or a driver's id.

    Raises:
        UsageError: the text is no such thing.
    """
    if text.startswith("driver-"):
        return text
    match = _TARGET.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} is not something that can be killed",
            "Write APP, APP/job/3, APP/stage/7 or DRIVER, with ids as `pitui jobs` lists them.",
        )
    app, kind, number, attempt = match.groups()
    if kind == "job":
        return AppLocation(app, job=int(number))
    if kind == "stage":
        return AppLocation(app, stage=(int(number), int(attempt or 0)))
    return AppLocation(app)


async def kill_location(cluster: Cluster, location: AppLocation) -> Application | SparkJob | Stage:
    """Kill what is at a location: a stage, a job or the whole application.

    Raises:
        UsageError: nothing that runs is there, or it cannot be killed by itself.
        NodeError: Spark refused, or does not agree within a limit.
    """
    if location.task is not None:
        raise UsageError("Spark cannot kill a single task", "Kill its stage or its job.")
    if location.stage is not None:
        return await kill_stage(cluster, location)
    if location.job is not None:
        return await kill_job(cluster, location)
    if location.query is not None:
        raise UsageError("Spark's UI cannot kill a query", "Kill the jobs that it runs.")
    return await kill_application(cluster, location.app_id)


async def kill_application(cluster: Cluster, app_id: str) -> Application:
    """Kill an application and return it as the master then lists it.

    Raises:
        UsageError: the master lists no such active application.
        NodeError: the master refused, or does not agree within a limit.
    """
    return await _kill_listed(cluster, _APPLICATION, app_id)


async def kill_driver(cluster: Cluster, driver_id: str) -> ClusterDriver:
    """Kill a cluster-mode driver and return it as the master then lists it.

    Raises:
        UsageError: the master lists no such active driver.
        NodeError: the master refused, or does not agree within a limit.
    """
    return await _kill_listed(cluster, _DRIVER, driver_id)


async def _kill_listed(cluster: Cluster, kind: _Kind[L], target: str) -> L:
    found = await _find_listed(cluster, kind, target)
    if not found.state.active:
        raise UsageError(f"{target} is already {str(found.state).lower()}")
    page = await cluster.spark_master.page("")
    form = kill_form(page, id=target, terminate="true")
    answer = await cluster.spark_master.send(kind.path, form)
    check_answer(cluster, answer, form, target, "the master", **{kind.word: target})

    async def ended() -> L | None:
        now = await _find_listed(cluster, kind, target)
        return None if now.state.active else now

    return await until_ended(cluster, target, ended)


async def _find_listed(cluster: Cluster, kind: _Kind[L], target: str) -> L:
    rows = list(kind.rows(await cluster.spark_master.read()))
    for row in rows:
        if row.id == target:
            return row
    active = ", ".join(row.id for row in rows if row.state.active)
    raise UsageError(
        f"the master lists no {kind.word} {target!r}",
        f"There are: {active}." if active else "None is running.",
    )
