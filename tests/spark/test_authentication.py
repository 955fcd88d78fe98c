"""All of pitui on a cluster whose daemons and applications share a secret (`spark.authenticate`).

The ends of jobs, stages and drivers on Spark 3.5 are in test_kill_spark35.py.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from spark.programs import write
from spark.test_control_spark35 import configuration
from spark.test_kill_spark35 import SECRET, SHARED, seen_in
from support.history import history_server
from support.looking import until_found
from support.spark_jvm import SMALL_JVMS, spark_homes

from pitui.config.load import load_config
from pitui.demo.folders import link_python
from pitui.doctor.registry import chosen_checks
from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.cluster import ApplicationState, Executor
from pitui.remote.prompts import NonInteractive
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.kill import kill_application
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.daemons import daemon_control
from pitui.services.doctor.run_checks import run_checks
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import prepare

pytestmark = [pytest.mark.spark, pytest.mark.timeout(400)]
LIMIT = 90.0
BUSY = (
    "import time\nfrom pyspark import SparkContext\nsc = SparkContext()\n"
    "sc.parallelize(range(600), 600).map(lambda n: time.sleep(0.5)).count()\n"
)
SMALL = ["--executor-memory", "512m", "--driver-memory", "512m"]
DEFAULTS = f"""\
spark.eventLog.enabled true
spark.eventLog.dir file:{{events}}
spark.master.rest.enabled false
spark.driver.memory 512m
spark.authenticate true
{SECRET} {SHARED}
{SMALL_JVMS}"""
SPARKS = [
    pytest.param(
        home,
        marks=[pytest.mark.long] if number else [],
        id="spark of this environment" if not number else "3.5",
    )
    for number, home in enumerate(spark_homes())
]


@dataclass
class Secured:
    """A master and a worker that know a secret, started by pitui."""

    cluster: Cluster
    config: Path
    home: Path
    events: Path

    def pitui(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pitui", "--config", str(self.config), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=170)

    def logs(self) -> list[bytes]:
        """Return what daemons and executors wrote."""
        return [
            path.read_bytes()
            for pattern in ("logs/*.out", "work/*/*/stderr")
            for path in self.home.glob(pattern)
        ]


@pytest.fixture(params=SPARKS)
async def secured(
    request: pytest.FixtureRequest, tmp_path: Path, own_folders: None
) -> AsyncIterator[Secured]:
    home, events = tmp_path / "spark", tmp_path / "events"
    for folder in (home, home / "conf", events):
        folder.mkdir()
    for name in ("bin", "sbin", "jars"):
        (home / name).symlink_to(request.param / name)
    link_python(request.param, home)
    defaults = home / "conf" / "spark-defaults.conf"
    defaults.touch(0o600)
    defaults.write_text(DEFAULTS.format(events=events))
    config = tmp_path / "config.yaml"
    config.write_text(configuration(home))
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        targets = daemon_control.targets_for(cluster, [])
        try:
            started = await daemon_control.start(cluster, targets, lambda _: None)
            assert all(outcome.state.good for outcome in started), started
            yield Secured(cluster, config, home, events)
        finally:
            await daemon_control.stop(cluster, targets, lambda _: None)


async def test_everything_works_with_a_secret(secured: Secured, tmp_path: Path) -> None:
    source, target = tmp_path / "data.csv", tmp_path / "there" / "data.csv"
    source.write_text("1,2\n")
    pushed = secured.pitui("push", str(source), str(target), "nuc")
    assert pushed.returncode == 0, pushed.stderr
    assert target.read_text() == "1,2\n"

    words = ("bench", "run", "pi", "samples=20000", "partitions=2", "--json")
    done = await asyncio.to_thread(secured.pitui, *words)
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert run["value"], run
    await a_driver_is_asked_and_its_application_killed(secured, tmp_path)
    await the_history_server_tells(secured, run["application"])

    found = await run_checks(secured.cluster, chosen_checks(["security"]), say=lambda _text: None)
    said = {one.finding.check for one in found.found}
    assert not said & {"security.no-authentication", "security.secret-differs"}, said
    logs = secured.logs()
    on = [b"authentication enabled" in text for text in logs]
    assert len(logs) >= 4
    assert all(on), on
    assert not any(SHARED.encode() in text for text in logs)


async def a_driver_is_asked_and_its_application_killed(secured: Secured, folder: Path) -> None:
    cluster, runs = secured.cluster, Runs(secured.cluster)
    submission = await prepare(cluster, [*SMALL, str(write(folder, "busy", BUSY))])
    await runs.submit(submission, "busy")
    watch = ClusterMonitor(cluster)

    async def working() -> Executor | None:
        snapshot = await watch.once()
        active = [app.id for app in snapshot.applications if app.state.active]
        watch.set_active_apps(active)
        executors = [e for app in active for e in snapshot.executors.get(app, ())]
        return next((e for e in executors if e.tasks_done), None)

    try:
        executor = await until_found(working, "its driver tells of tasks that are done", LIMIT)
        assert executor.node == "nuc"
        assert seen_in("cmdline") == set()
        app = next(a for a in watch.snapshot.applications if a.state.active)
        assert (await kill_application(cluster, app.id)).state is ApplicationState.KILLED
    finally:
        for one in await runs.refresh():
            await runs.cancel(one)


async def the_history_server_tells(secured: Secured, app: str) -> None:
    with history_server(str(secured.home), secured.events):

        async def served() -> AppDetail | None:
            inside = (await AppDetails(secured.cluster).look(AppLocation(app))).inside
            return inside if inside and inside.origin is DetailOrigin.HISTORY else None

        inside = await until_found(served, "the history server tells of it", LIMIT)
        assert {job.state for job in inside.jobs} == {WorkState.DONE}
