"""How the levels inside an application look: full, empty, loading, failed."""

from collections.abc import Awaitable, Callable

import pytest
from support.app_details import StillJobs
from support.looks import LARGE, SMALL, Looks
from support.plain_cluster import RUNNING, WAITING, Still, ui, until
from textual.pilot import Pilot

from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.domain.bottleneck.explanation import Bound, Explanation, Suspect, SuspectKind, WhatIf
from pitui.tui.apps.level_screen import LevelScreen

pytestmark = pytest.mark.usefixtures("stopped_clock")

SPOTS = {
    "jobs": AppLocation(RUNNING.id),
    "queries": AppLocation(RUNNING.id),
    "stages": AppLocation(RUNNING.id, job=5),
    "tasks": AppLocation(RUNNING.id, job=5, stage=(7, 0)),
}


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


EXPLAINED = Explanation(
    Bound(
        "skew",
        0.52,
        "Bound by skew: 52% of the core-time was cores that waited for the longest tasks of their "
        "stage; CPU 21%. In stage 7, task 3 on pi2 took 41 s, the median 3.2 s.",
        {"skew": 0.52, "cpu": 0.21, "driver": 0.11, "starting": 0.08, "gc": 0.05, "disk": 0.03},
    ),
    WhatIf(
        55.0,
        {"skew": 31.0},
        58.0,
        "pi3",
        (
            "One more node like pi3 would make it 55 s instead of 58 s.",
            "Without skew (equal tasks in each stage) at most 47% less: 31 s.",
        ),
    ),
    (
        Suspect(
            SuspectKind.SKEW,
            7,
            "Task 3 on pi2 took 41 s, the median 3.2 s, and it had 90 MiB of data where the median "
            "had 1.0 MiB: some keys have most of the rows.",
            27.0,
        ),
        Suspect(SuspectKind.GC, 7, "12% of its tasks' run time is garbage collection.", 2.1),
    ),
)


def test_what_bound_it(looks: Looks) -> None:
    services = still(StillJobs())
    services.jobs.explained = [EXPLAINED]
    looks(ui(services), at(services, SPOTS["jobs"]), rows=(SMALL, LARGE))
