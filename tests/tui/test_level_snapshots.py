"""How the levels inside an application look: full, empty, loading, failed."""

import time
from collections.abc import Awaitable, Callable

import pytest
from support.app_details import StillJobs
from support.looks import LARGE, SMALL, Looks
from support.plain_cluster import NOW, RUNNING, WAITING, Still, ui, until
from textual.pilot import Pilot

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.tui.apps.level_screen import LevelScreen

SPOTS = {
    "jobs": AppLocation(RUNNING.id),
    "queries": AppLocation(RUNNING.id),
    "stages": AppLocation(RUNNING.id, job=5),
    "tasks": AppLocation(RUNNING.id, job=5, stage=(7, 0)),
}


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    monkeypatch.setattr(time, "time", lambda: NOW)


def at(
    services: Still, location: AppLocation, *keys: str
) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Return what opens a level in front of a UI that shows the cluster."""

    async def run(pilot: Pilot[None]) -> None:
        app = pilot.app
        await until(pilot, lambda: app.started)
        await until(pilot, lambda: app.main.snapshot is services.snapshot)
        screen = LevelScreen(location)
        await app.push_screen(screen)
        await until(pilot, lambda: services.jobs.silent or screen.result is not None)
        await pilot.press(*keys)
        await pilot.pause()

    return run


def still(jobs: StillJobs) -> Still:
    services = Still()
    services.jobs = jobs
    return services


def keys_of(name: str) -> list[str]:
    return ["tab"] if name == "queries" else []


@pytest.mark.parametrize("name", SPOTS)
def test_full(looks: Looks, name: str) -> None:
    services = still(StillJobs())
    picture = at(services, SPOTS[name], *keys_of(name))
    looks(ui(services), picture, rows=(SMALL,), picture=LARGE)


@pytest.mark.parametrize("name", SPOTS)
def test_empty(looks: Looks, name: str) -> None:
    services = still(StillJobs(AppDetail(DetailOrigin.DRIVER)))
    services.jobs.answer = DetailResult(SPOTS[name], AppDetail(DetailOrigin.DRIVER))
    picture = at(services, SPOTS[name], *keys_of(name))
    looks(ui(services), picture, rows=(SMALL, LARGE))


@pytest.mark.parametrize("name", SPOTS)
def test_loading(looks: Looks, name: str) -> None:
    services = still(StillJobs())
    services.jobs.silent = True
    picture = at(services, SPOTS[name], *keys_of(name))
    looks(ui(services), picture, rows=(SMALL, LARGE))


@pytest.mark.parametrize("name", SPOTS)
def test_failed(looks: Looks, name: str) -> None:
    services = still(StillJobs())
    error = "app-0003: its driver is not running or has no UI, and there is no event log of it"
    services.jobs.answer = DetailResult(
        SPOTS[name], error=error, advice="spark.eventLog.enabled=true"
    )
    picture = at(services, SPOTS[name], *keys_of(name))
    looks(ui(services), picture, rows=(SMALL, LARGE))


def test_an_application_that_waits(looks: Looks) -> None:
    services = still(StillJobs())
    services.jobs.answer = DetailResult(AppLocation(WAITING.id), AppDetail(DetailOrigin.DRIVER))
    picture = at(services, AppLocation(WAITING.id))
    looks(ui(services), picture, rows=(SMALL, LARGE))
