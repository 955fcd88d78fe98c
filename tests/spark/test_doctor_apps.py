"""Applications that wait, or whose executors die, as `pitui doctor` finds them, while they do."""

import asyncio

import pytest
from spark.planted_apps import LIMIT, PAUSED, PlantedApps, of, places
from support.looking import until_found

from pitui.doctor.finding import Finding
from pitui.doctor.severity import FindingSeverity
from pitui.services.apps.kill import kill_application

pytestmark = [pytest.mark.spark, pytest.mark.ssh]
ERROR, WARNING, _ = FindingSeverity
FITS = "memory.executor-does-not-fit"
LONG_WAIT = 31.0
"""Seconds after which an application has waited for long."""
ONE_JOB = PAUSED + "sc.parallelize(range(4), 2).count()\ntime.sleep(300)\n"


@pytest.mark.timeout(400)
async def test_what_waits_in_vain_and_what_dies_in_a_loop(planted: PlantedApps) -> None:
    checks = ("app.waiting", "app.crash-loop", "app.driver-unreachable", FITS)
    greedy, wide, loop = await asyncio.gather(
        planted.submit("greedy", PAUSED + "time.sleep(300)\n", "--executor-memory", "2g"),
        planted.submit("wide", PAUSED + "time.sleep(300)\n", "--executor-cores", "8"),
        planted.submit(
            "no JVM", ONE_JOB, "--conf", "spark.executor.extraJavaOptions=-agentlib:nosuchthing"
        ),
    )
    found = await planted.found(lambda seen: bool(of(seen, "app.crash-loop")), *checks)
    (dies,) = of(found, "app.crash-loop")
    assert (dies.severity, dies.application) == (ERROR, loop)
    assert "nosuchthing" in dies.title
    assert dies.log is not None
    assert dies.log.logs
    assert all(log.startswith(f"{loop}/") for log in dies.log.logs)
    assert await planted.explains(dies)
    (asks,) = of(found, FITS)
    assert (asks.severity, asks.application) == (ERROR, greedy)
    assert asks.title == "greedy wants 2048 MiB per executor, the largest worker offers 768"
    assert not of(found, "app.driver-unreachable")

    for app in (greedy, loop):
        await kill_application(planted.cluster, app)

    async def waits_for_cores() -> Finding | None:
        evidence = (await planted.checked(*checks)).evidence
        assert evidence is not None
        waits = of(planted.later(evidence, LONG_WAIT, *checks), "app.waiting")
        # Until what was killed is gone it is memory that is missing.
        return next((one for one in waits if "cores per executor" in one.title), None)

    waits = await until_found(waits_for_cores, "cores are all that is missing", LIMIT)
    assert (waits.severity, waits.application) == (WARNING, wide)
    assert waits.fix
    await kill_application(planted.cluster, wide)
    assert await planted.found(lambda seen: not seen, *checks) == []


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_a_driver_that_executors_cannot_reach(planted: PlantedApps) -> None:
    nowhere = ["--conf", "spark.driver.host=127.0.0.77"]
    nowhere += ["--conf", "spark.driver.bindAddress=127.0.0.1"]
    app = await planted.submit("no way back", ONE_JOB, *nowhere)
    found = await planted.found(bool, "app.driver-unreachable", "app.crash-loop")
    assert places(found, "app.driver-unreachable") == {(None, app)}
    assert len(found) == 1, found
    assert "127.0.0.77" in found[0].title
    assert await planted.explains(found[0])
    await kill_application(planted.cluster, app)
    assert await planted.found(lambda seen: not seen, "app.driver-unreachable") == []
