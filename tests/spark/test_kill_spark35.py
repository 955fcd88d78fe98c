"""The end of an application's parts on Spark 3.5, whose forms carry no token.

Daemons and applications share a secret, as provisioning has it, and a setting of the application is
one: no process shows either in its arguments.
"""

import asyncio
from pathlib import Path

import pytest
from spark.programs import MANY, write
from spark.test_control_spark35 import SPARK35, configuration, spark_home
from support.looking import until_found
from support.spark_jvm import SMALL_JVMS

from pitui.config.load import load_config
from pitui.demo.folders import link_python
from pitui.domain.apps.app_detail import AppLocation, DetailOrigin
from pitui.domain.apps.jobs import SparkJob
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.cluster import ApplicationState
from pitui.remote.prompts import NonInteractive
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.kill import kill_application
from pitui.services.apps.kill_job import kill_job, kill_stage
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.daemons import daemon_control
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import prepare

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(not SPARK35, reason="PITUI_TEST_SPARK35 names no pyspark 3.5 folder"),
]
LIMIT = 180.0
SECRET = "spark.authenticate.secret"
SHARED, OWN = "MARKED-shared-35", "MARKED-own-35"
SMALL = ["--executor-memory", "512m", "--driver-memory", "512m"]


def seen_in(file: str) -> set[str]:
    """Return what of this machine's processes holds a secret: names of variables, or arguments."""
    found = set()
    for path in Path("/proc").glob(f"[0-9]*/{file}"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue  # it has ended meanwhile
        found |= {w for w in words if SHARED.encode() in w or OWN.encode() in w}
    return {word.partition(b"=")[0].decode() for word in found}


async def running(app_details: AppDetails, app: str, description: str) -> SparkJob:
    """Wait until a job of that description has a task, and return it."""

    async def has_a_task() -> SparkJob | None:
        inside = (await app_details.look(AppLocation(app))).inside
        jobs = (job for job in (inside.jobs if inside else ()) if job.tasks.active)
        return next((job for job in jobs if job.description == description), None)

    return await until_found(has_a_task, f"job {description} has a task", LIMIT)


async def listed(cluster: Cluster) -> str:
    async def first() -> str | None:
        apps = (await cluster.spark_master.read()).applications
        return apps[0].id if apps else None

    return await until_found(first, "an application is listed", LIMIT)


async def test_a_job_a_stage_and_the_whole(tmp_path: Path, own_folders: None) -> None:
    home = tmp_path / "spark"
    home.mkdir()
    spark_home(home)
    link_python(Path(SPARK35), home)
    events = tmp_path / "events"
    events.mkdir()
    defaults = home / "conf" / "spark-defaults.conf"
    defaults.touch(0o600)
    defaults.write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.dir file:{events}\n"
        f"spark.master.rest.enabled false\nspark.authenticate true\n{SECRET} {SHARED}\n"
        f"{SMALL_JVMS}"
    )
    file = tmp_path / "config.yaml"
    file.write_text(configuration(home))
    async with open_cluster(load_config(file), NonInteractive()) as cluster:
        targets = daemon_control.targets_for(cluster, [])
        runs, app_details = Runs(cluster), AppDetails(cluster)
        try:
            started = await daemon_control.start(cluster, targets, lambda _: None)
            assert all(outcome.state.good for outcome in started), started
            words = [*SMALL, "--conf", f"spark.my.password={OWN}"]
            words.append(str(write(tmp_path, "many", MANY)))
            await runs.submit(await prepare(cluster, words), "many")
            app = await listed(cluster)
            job = await running(app_details, app, "job")
            assert seen_in("cmdline") == set()
            # What Spark gives to its executors itself; other accounts cannot read it.
            assert seen_in("environ") == {"_SPARK_AUTH_SECRET"}
            assert (await kill_job(cluster, AppLocation(app, job=job.id))).state is WorkState.FAILED
            job = await running(app_details, app, "stage")
            inside = (await app_details.find(AppLocation(app))).inside
            assert inside is not None
            stage = inside.stages_of(job.id)[0]
            location = AppLocation(app, stage=(stage.id, stage.attempt))
            assert (await kill_stage(cluster, location)).state is WorkState.FAILED
            await running(app_details, app, "last")
            assert (await kill_application(cluster, app)).state is ApplicationState.KILLED
            async with asyncio.timeout(LIMIT):
                while (past := await app_details.look(AppLocation(app))).live:
                    await asyncio.sleep(0.2)
            assert past.inside is not None
            assert past.inside.origin is DetailOrigin.EVENT_LOG
            assert {job.description for job in past.inside.jobs} >= {"fails", "job", "stage"}
            for file in (*events.rglob("*"), *home.glob("logs/*"), *home.glob("work/*/*/std*")):
                text = file.read_bytes() if file.is_file() else b""
                assert SHARED.encode() not in text, file
                assert OWN.encode() not in text, file
        finally:
            for run in await runs.refresh():
                await runs.cancel(run)
            await daemon_control.stop(cluster, targets, lambda _: None)
