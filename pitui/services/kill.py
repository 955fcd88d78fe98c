"""Killing an application, a driver, a job or a stage through Spark's web UIs."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import TypeVar
from urllib.parse import quote

from pitui.domain.cluster import Application
from pitui.domain.driver import ClusterDriver
from pitui.domain.errors import NodeError, UsageError, WebError
from pitui.domain.jobs import SparkJob, Spot, Stage, WorkState
from pitui.remote.web import Response
from pitui.services.cluster import Cluster
from pitui.services.driver_address import DriverAddresses
from pitui.spark.app_page import csrf_token
from pitui.spark.work_api import parse_jobs, parse_stages

AGREE_LIMIT = 15.0
"""Seconds until Spark must say that what was killed has ended."""

T = TypeVar("T")
_LIMIT = 5.0
_EVERY = 0.25
_TARGET = re.compile(r"([^/]+)(?:/(job|stage)/(\d{1,9})(?:\.(\d{1,9}))?)?")
_TOKEN = "csrfToken"  # noqa: S105 - the name of a field
_TAKEN = (200, 302)
_SWITCHED_OFF = (404, 405)
"""What the path of a kill answers where spark.ui.killEnabled is false."""


async def kill_application(cluster: Cluster, app_id: str) -> Application:
    """Kill an application and return it as the master then lists it.

    From Spark 4.3 the request needs the token that the index page holds.

    Raises:
        UsageError: the master lists no such active application.
        NodeError: the master refused, or does not agree within a limit.
    """
    application = await _application(cluster, app_id)
    if not application.state.active:
        raise UsageError(f"{app_id} is {str(application.state).lower()} already")
    await _through_master(cluster, "app/kill/", app_id, "application")

    async def ended() -> Application | None:
        found = await _application(cluster, app_id)
        return None if found.state.active else found

    return await _until(cluster, app_id, ended)


async def kill_driver(cluster: Cluster, driver_id: str) -> ClusterDriver:
    """Kill a cluster-mode driver and return it as the master then lists it.

    Raises:
        UsageError: the master lists no such active driver.
        NodeError: the master refused, or does not agree within a limit.
    """
    driver = await _driver(cluster, driver_id)
    if not driver.state.active:
        raise UsageError(f"{driver_id} is {str(driver.state).lower()} already")
    await _through_master(cluster, "driver/kill/", driver_id, "driver")

    async def ended() -> ClusterDriver | None:
        found = await _driver(cluster, driver_id)
        return None if found.state.active else found

    return await _until(cluster, driver_id, ended)


async def kill_job(cluster: Cluster, spot: Spot) -> SparkJob:
    """Kill a job of a running application and return it as its driver then lists it.

    Raises:
        UsageError: there is no such active job.
        NodeError: the driver refused, or does not agree within a limit.
    """
    base = await _ui(cluster, spot)

    async def find() -> SparkJob:
        body = (await _get(cluster, f"{_api(base, spot)}/jobs")).body
        job = next((job for job in parse_jobs(body) if job.id == spot.job), None)
        if job is None:
            raise UsageError(f"there is no {spot}")
        return job

    job = await find()
    if not job.state.active:
        raise UsageError(f"{spot} is {job.state} already")
    await _through_driver(cluster, spot, base, "jobs", f"jobs/job/kill/?id={spot.job}")

    async def ended() -> SparkJob | None:
        if await _gone(cluster, spot):
            return replace(job, state=WorkState.KILLED)
        found = await find()
        return None if found.state.active else found

    return await _until(cluster, str(spot), ended)


async def kill_stage(cluster: Cluster, spot: Spot) -> Stage:
    """Kill a stage of a running application and return it as its driver then lists it.

    Raises:
        UsageError: there is no such active stage.
        NodeError: the driver refused, or does not agree within a limit.
    """
    base = await _ui(cluster, spot)
    number, attempt = spot.stage or (-1, 0)

    async def find() -> Stage:
        body = (await _get(cluster, f"{_api(base, spot)}/stages")).body
        stages = parse_stages(body)
        stage = next((s for s in stages if (s.id, s.attempt) == (number, attempt)), None)
        if stage is None:
            raise UsageError(f"there is no {spot}")
        return stage

    stage = await find()
    if not stage.state.active:
        raise UsageError(f"{spot} is {stage.state} already")
    await _through_driver(cluster, spot, base, "stages", f"stages/stage/kill/?id={number}")

    async def ended() -> Stage | None:
        if await _gone(cluster, spot):
            return replace(stage, state=WorkState.KILLED)
        found = await find()
        return None if found.state.active else found

    return await _until(cluster, str(spot), ended)


def parse_target(text: str) -> Spot | str:
    """Return what `pitui kill` is to end: a place inside an application, or a driver's id.

    Raises:
        UsageError: the text is no such thing.
    """
    if text.startswith("driver-"):
        return text
    match = _TARGET.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} names nothing that can be killed",
            "Write APP, APP/job/3, APP/stage/7 or DRIVER, with ids as `pitui jobs` lists them.",
        )
    app, kind, number, attempt = match.groups()
    if kind == "job":
        return Spot(app, job=int(number))
    if kind == "stage":
        return Spot(app, stage=(int(number), int(attempt or 0)))
    return Spot(app)


async def kill_spot(cluster: Cluster, spot: Spot) -> Application | SparkJob | Stage:
    """Kill what is at a spot: a stage, a job or the whole application.

    Raises:
        UsageError: nothing that runs is there, or it cannot be killed by itself.
        NodeError: Spark refused, or does not agree within a limit.
    """
    if spot.task is not None:
        raise UsageError("Spark cannot kill one task", "Kill its stage or its job.")
    if spot.stage is not None:
        return await kill_stage(cluster, spot)
    if spot.job is not None:
        return await kill_job(cluster, spot)
    if spot.query is not None:
        raise UsageError("Spark's UI cannot kill a query", "Kill the jobs that it runs.")
    return await kill_application(cluster, spot.app_id)


async def _through_master(cluster: Cluster, path: str, target: str, kind: str) -> None:
    page = await cluster.spark_master.page("")
    form = {"id": target, "terminate": "true"} | _token(page)
    answer = await cluster.spark_master.send(path, form)
    _record(cluster, answer, **{kind: target})
    _judge(cluster, target, answer, form, "the master")


async def _through_driver(cluster: Cluster, spot: Spot, base: str, page: str, path: str) -> None:
    node = cluster.master.name
    held = await _get(cluster, f"{base}/{page}/")
    path, _, number = path.partition("?id=")
    form = {"id": number} | _token(held)
    answer = await cluster.web.post(f"{base}/{path}", form, via=node, limit=_LIMIT)
    _record(cluster, answer, application=spot.app_id, target=str(spot).partition(" of ")[0])
    _judge(cluster, str(spot), answer, form, "the application")


def _record(cluster: Cluster, answer: Response, **target: str) -> None:
    result = "ok" if answer.status in _TAKEN else "failed"
    cluster.audit.record("kill", cluster.master.name, result, **target)


def _judge(
    cluster: Cluster, what: str, answer: Response, form: Mapping[str, str], where: str
) -> None:
    if answer.status in _TAKEN:
        return
    # From Spark 4.3 on a page without a form to kill has no token either, and 403 comes first.
    without = answer.status == 403 and _TOKEN not in form
    if answer.status in _SWITCHED_OFF or without:
        reason = "kills are switched off (spark.ui.killEnabled=false)"
        advice = f"Set spark.ui.killEnabled=true for {where} and start it again."
        if where != "the master":
            advice += " pitui kill APP ends the whole application."
    elif answer.status == 403:
        reason = "Spark refused"
        advice = "Its UI lets only some people change things (spark.ui.acls.enable, modify.acls)."
    else:
        reason, advice = f"HTTP status {answer.status} came", ""
    raise NodeError(cluster.master.name, f"{what} was not killed: {reason}", advice)


def _token(page: Response) -> dict[str, str]:
    """Return the form's field that a kill needs from Spark 4.3 on; before, none."""
    token = csrf_token(page.body.decode("utf-8", "replace"))
    return {} if token is None else {_TOKEN: token}


async def _ui(cluster: Cluster, spot: Spot) -> str:
    address = await DriverAddresses(cluster.spark_master).of(spot.app_id)
    if address is None:
        raise UsageError(
            f"{spot} cannot be killed: the application has ended, or has no UI (spark.ui.enabled)"
        )
    return address


async def _gone(cluster: Cluster, spot: Spot) -> bool:
    """Say whether the whole application has ended: many do when one of their jobs fails."""
    return not (await _application(cluster, spot.app_id)).state.active


def _api(base: str, spot: Spot) -> str:
    return f"{base}/api/v1/applications/{quote(spot.app_id)}"


async def _get(cluster: Cluster, url: str) -> Response:
    answer = await cluster.web.get(url, via=cluster.master.name, limit=_LIMIT)
    if not answer.ok:
        raise WebError(url, f"HTTP status {answer.status}")
    return answer


async def _until(cluster: Cluster, what: str, ended: Callable[[], Awaitable[T | None]]) -> T:
    try:
        async with asyncio.timeout(AGREE_LIMIT):
            while True:
                try:
                    if (found := await ended()) is not None:
                        return found
                except WebError:
                    # Just between its end and the master's word of it.
                    pass
                await asyncio.sleep(_EVERY)
    except TimeoutError:
        raise NodeError(
            cluster.master.name,
            f"Spark still lists {what} as active after {AGREE_LIMIT:.0f} s",
            "Its web UI may forbid kills (spark.ui.killEnabled); look at the master's log.",
        ) from None


async def _application(cluster: Cluster, app_id: str) -> Application:
    view = await cluster.spark_master.read()
    for application in view.applications:
        if application.id == app_id:
            return application
    active = [a.id for a in view.applications if a.state.active]
    raise UsageError(f"the master lists no application {app_id!r}", _known(active))


async def _driver(cluster: Cluster, driver_id: str) -> ClusterDriver:
    view = await cluster.spark_master.read()
    for driver in view.drivers:
        if driver.id == driver_id:
            return driver
    active = [driver.id for driver in view.drivers if driver.state.active]
    raise UsageError(f"the master lists no driver {driver_id!r}", _known(active))


def _known(ids: list[str]) -> str:
    return f"There are: {', '.join(ids)}." if ids else "It lists none that runs."
