"""Killing a job or a stage through the UI of its application's driver."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from urllib.parse import quote

from pitui.domain.apps.app_detail import AppLocation
from pitui.domain.apps.jobs import SparkJob, Stage
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.errors import UsageError, WebError
from pitui.remote.http.request import Response
from pitui.services.apps.kill_request import check_answer, kill_form, until_ended
from pitui.services.clients.driver_address import DriverAddresses
from pitui.services.cluster import Cluster
from pitui.spark.api.job_api import parse_jobs, parse_stages

P = TypeVar("P", SparkJob, Stage)
_LIMIT = 5.0


@dataclass(frozen=True, slots=True)
class _Killable(Generic[P]):
    """A part of an application that can be killed, and how its driver names it."""

    location: AppLocation
    kind: str
    number: int
    parse: Callable[[bytes], Iterable[P]]
    is_meant: Callable[[P], bool]


async def kill_job(cluster: Cluster, location: AppLocation) -> SparkJob:
    """Kill a job of a running application and return it as its driver then lists it.

    Raises:
        UsageError: there is no such active job.
        NodeError: the driver refused, or does not agree within a limit.
    """
    number = -1 if location.job is None else location.job
    return await _kill_part(
        cluster, _Killable(location, "job", number, parse_jobs, lambda j: j.id == number)
    )


async def kill_stage(cluster: Cluster, location: AppLocation) -> Stage:
    """Kill a stage of a running application and return it as its driver then lists it.

    Raises:
        UsageError: there is no such active stage.
        NodeError: the driver refused, or does not agree within a limit.
    """
    number, attempt = location.stage or (-1, 0)

    def meant(stage: Stage) -> bool:
        return (stage.id, stage.attempt) == (number, attempt)

    return await _kill_part(cluster, _Killable(location, "stage", number, parse_stages, meant))


async def _kill_part(cluster: Cluster, part: _Killable[P]) -> P:
    location = part.location
    ui = await DriverAddresses(cluster.spark_master).of(location.app_id)
    if ui is None:
        raise UsageError(
            f"{location} cannot be killed: the application has ended, or has no UI "
            "(spark.ui.enabled)"
        )
    found = await _find_killable(cluster, ui, part)
    if not found.state.active:
        raise UsageError(f"{location} is already {found.state}")
    form = kill_form(await _get(cluster, f"{ui}/{part.kind}s/"), id=str(part.number))
    answer = await cluster.web.post(
        f"{ui}/{part.kind}s/{part.kind}/kill/", form, cluster.master.name, _LIMIT
    )
    name = str(location).partition(" of ")[0]
    where = "the application"
    check_answer(
        cluster, answer, form, str(location), where, application=location.app_id, target=name
    )

    async def ended() -> P | None:
        if await _gone(cluster, location):
            return replace(found, state=WorkState.KILLED)
        now = await _find_killable(cluster, ui, part)
        return None if now.state.active else now

    return await until_ended(cluster, str(location), ended)


async def _find_killable(cluster: Cluster, ui: str, part: _Killable[P]) -> P:
    path = f"api/v1/applications/{quote(part.location.app_id)}/{part.kind}s"
    rows = part.parse((await _get(cluster, f"{ui}/{path}")).body)
    found = next((row for row in rows if part.is_meant(row)), None)
    if found is None:
        raise UsageError(f"there is no {part.location}")
    return found


async def _gone(cluster: Cluster, location: AppLocation) -> bool:
    """Say whether the whole application has ended: many do when one of their jobs fails."""
    rows = (await cluster.spark_master.read()).applications
    return not any(app.id == location.app_id and app.state.active for app in rows)


async def _get(cluster: Cluster, url: str) -> Response:
    answer = await cluster.web.get(url, via=cluster.master.name, limit=_LIMIT)
    if not answer.ok:
        raise WebError(url, f"HTTP status {answer.status}")
    return answer
