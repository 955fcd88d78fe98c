"""Down into real applications: what is inside, why they wait, what failed, and their end."""

import asyncio
import re
import time
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
from spark.programs import MANY, write
from spark.submitted import submitted
from support.history import history_server
from support.looking import until_found

from pitui.config.load import load_config
from pitui.domain.apps.app_detail import AppDetail, AppLocation, DetailOrigin, DetailResult
from pitui.domain.apps.compare_apps import compare_apps
from pitui.domain.apps.recorded_run import RunState
from pitui.domain.apps.work_counts import WorkState
from pitui.domain.cluster import Application, ApplicationState
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError
from pitui.domain.events.event import Event
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.events.snapshot_diff import diff_snapshots
from pitui.domain.snapshot import Snapshot
from pitui.domain.spark_driver import ClusterDriver, DriverState
from pitui.remote.quoting import quote
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.collect_app_record import app_record
from pitui.services.apps.failure_analysis import analyze_failure
from pitui.services.apps.kill import kill_application, kill_driver
from pitui.services.apps.kill_job import kill_job, kill_stage
from pitui.services.apps.spark_ui_links import page_of
from pitui.services.cluster import Cluster
from pitui.services.logs import follow
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.runs.detached_runs import Runs
from pitui.tui.app import PituiApp

pytestmark = [pytest.mark.spark, pytest.mark.ssh]
LIMIT = 60.0
IDLE = "import time\nfrom pyspark import SparkContext\nsc = SparkContext()\n"
"""The begin of programs that then do one thing."""
ONE_JOB = IDLE + "print(sc.parallelize(range(4), 2).count())\n"


TWO_WAYS = """
from pyspark import SparkConf, SparkContext

def work(conf):
    with SparkContext(conf=conf) as sc:
        sc.parallelize(range(40_000), 4).map(lambda x: (x % 7, x)).groupByKey(2).count()
        if conf.get("spark.locality.wait") == "1s":
            sc.parallelize(range(8), 2).count()

work(SparkConf())
work(SparkConf().setAppName("other way").set("spark.locality.wait", "1s"))
"""
"""Two applications after each other: one driver costs less than two."""


@dataclass
class Lab:
    cluster: Cluster
    app_details: AppDetails
    folder: Path

    async def submit(self, name: str, text: str, *options: str) -> str:
        """Start a program and return its application's id, once the master lists it."""
        return await submitted(self.cluster, self.folder, name, text, *options)

    async def job(self, app: str, description: str, state: WorkState) -> DetailResult | None:
        looked = await self.app_details.look(AppLocation(app))
        jobs = looked.inside.jobs if looked.inside else ()
        found = any((j.description, j.state) == (description, state) and
                    (j.tasks.active or not state.active) for j in jobs)  # fmt: skip
        return looked if found else None


@pytest.fixture
def lab(tidied_demo: Cluster, tmp_path: Path) -> Lab:
    """The demonstration, and what is inside its applications."""
    return Lab(tidied_demo, AppDetails(tidied_demo), tmp_path)


async def log_lines(cluster: Cluster, words: tuple[str, ...]) -> list[str]:
    sources = await follow.find_sources(cluster, None, words)
    lines: list[str] = []
    async with aclosing(follow.follow(cluster, sources, 5000, follow=False)) as batches:
        async for batch in batches:
            lines += [line.text for line in batch]
    return lines


async def test_inside_an_application_its_failures_in_the_ui_and_the_end_of_its_parts(
    lab: Lab, demo_cluster: Path
) -> None:
    app = await lab.submit("many things", MANY)
    looked = await until_found(
        lambda: lab.job(app, "job", WorkState.RUNNING), "its job runs", LIMIT
    )
    await a_failed_task_leads_to_its_traceback_in_two_keys(app, demo_cluster)
    inside = looked.inside
    assert inside is not None
    assert inside.origin is DetailOrigin.DRIVER
    live = await app_record(lab.app_details, app)
    assert (live.app.name, live.app.state) == ("many things", ApplicationState.RUNNING)
    assert live.app.duration_s > 0
    assert live.settings["spark.app.name"] == "many things"
    by_name = {job.description: job for job in inside.jobs}
    assert by_name["by remainder"].tasks.done == 6
    assert by_name["by remainder"].work.shuffle_write > 0
    assert by_name["fails"].state is WorkState.FAILED
    assert by_name["fails"].tasks.failed >= 1
    assert inside.queries[0].state is WorkState.DONE

    # A stage, with the shape of its times, and its tasks.
    stages = (await lab.app_details.find(AppLocation(app, job=by_name["by remainder"].id))).inside
    assert stages is not None
    stage = stages.stages_of(by_name["by remainder"].id)[-1]
    assert stage.times is not None
    assert stage.slowest is not None
    assert stage.slowest.duration_ms == stage.times.most
    tasks = await lab.app_details.find(AppLocation(app, stage=(stage.id, stage.attempt)))
    assert len(tasks.tasks) == stage.tasks.all == 4

    # What failed: the line of the executor's log, with the traceback after it.
    cause = await analyze_failure(
        lab.cluster, lab.app_details, AppLocation(app, job=by_name["fails"].id)
    )
    assert "ValueError: deliberate failure" in cause.text
    lines = await log_lines(lab.cluster, cause.words)
    at = next(i for i, line in enumerate(lines) if re.search(cause.find[0], line))
    assert any("ValueError: deliberate failure" in line for line in lines[at : at + 30])

    # Its page in Spark's own UI.
    page = await page_of(lab.cluster, lab.app_details, AppLocation(app, job=by_name["job"].id))
    assert not page.forwarded
    answer = await lab.cluster.web.get(page.address, lab.cluster.master.name)
    assert b"Details for Job" in answer.body

    # The end of a job, of a stage, of the whole; each time Spark agrees.
    job = await kill_job(lab.cluster, AppLocation(app, job=by_name["job"].id))
    assert job.state is WorkState.FAILED
    looked = await until_found(
        lambda: lab.job(app, "stage", WorkState.RUNNING), "the next one runs", LIMIT
    )
    assert looked.inside is not None
    running = next(s for s in looked.inside.stages if s.state is WorkState.RUNNING)
    killed = await kill_stage(lab.cluster, AppLocation(app, stage=(running.id, running.attempt)))
    assert killed.state is WorkState.FAILED
    await until_found(lambda: lab.job(app, "last", WorkState.RUNNING), "the last one runs", LIMIT)
    assert (await kill_application(lab.cluster, app)).state is ApplicationState.KILLED

    async def written() -> DetailResult | None:
        found = await lab.app_details.look(AppLocation(app))
        return found if found.inside and found.inside.origin is DetailOrigin.EVENT_LOG else None

    past = (await until_found(written, "its event log is read", LIMIT)).inside
    assert past is not None
    assert {job.description for job in past.jobs} >= {"by remainder", "fails", "job", "stage"}
    cause = await analyze_failure(
        lab.cluster, AppDetails(lab.cluster), AppLocation(app, job=by_name["fails"].id)
    )
    assert "ValueError: deliberate failure" in cause.text
    await as_the_history_server_has_it(lab, app, past)


async def as_the_history_server_has_it(lab: Lab, app: str, past: AppDetail) -> None:
    """A history server says of an application that ended what its event log says."""
    with history_server(lab.cluster.master.spark_home):

        async def served() -> DetailResult | None:
            app_details = AppDetails(lab.cluster)
            found = await app_details.look(AppLocation(app))
            return found if found.inside and found.inside.origin is DetailOrigin.HISTORY else None

        inside = (await until_found(served, "the history server answers", LIMIT)).inside
        assert inside is not None

        def outline(of: AppDetail) -> list[tuple[object, ...]]:
            return [(j.id, j.name, j.description, j.state, j.tasks, j.stage_ids) for j in of.jobs]

        assert outline(inside) == outline(past)
        served_record = await app_record(AppDetails(lab.cluster), app)
        written_record = await app_record(lab.app_details, app)
        assert served_record.spark == written_record.spark != ""
        assert served_record.java.split()[0] == written_record.java.split()[0] != ""
        assert served_record.tasks == written_record.tasks > 0
        found = compare_apps(served_record, written_record)
        assert not found.settings
        assert all(pair.first and pair.second for pair in found.stages)
        assert not any(part.state.active for part in (*inside.stages, *inside.queries))
        app_details = AppDetails(lab.cluster)
        failed = next(job for job in inside.jobs if job.description == "fails")
        looked = await app_details.find(AppLocation(app, job=failed.id))
        assert looked.inside is not None
        (stage,) = looked.inside.stages_of(failed.id)
        assert stage.times is not None
        assert stage.slowest is not None
        assert stage.times.most == stage.slowest.duration_ms
        tasks = (await app_details.find(AppLocation(app, stage=(stage.id, stage.attempt)))).tasks
        assert not any(task.state.active for task in tasks)
        cause = await analyze_failure(lab.cluster, app_details, AppLocation(app, job=failed.id))
        assert "ValueError: deliberate failure" in cause.text
        page = await page_of(lab.cluster, app_details, AppLocation(app, job=failed.id))
        answer = await lab.cluster.web.get(page.address, lab.cluster.master.name)
        assert b"Details for Job" in answer.body
        earlier = await app_details.history.applications(frozenset())
        assert app in [application.id for application in earlier]


async def test_two_applications_side_by_side(lab: Lab) -> None:
    first = await lab.submit("one way", TWO_WAYS, "--total-executor-cores", "1")

    async def ended(app: str) -> bool | None:
        log = await lab.app_details.event_logs.find(app)
        return True if log is not None and not log.running else None

    async def other() -> str | None:
        view = await lab.cluster.spark_master.read()
        return next((app.id for app in view.applications if app.name == "other way"), None)

    second = await until_found(other, "the other application is listed", LIMIT)
    for app in (first, second):
        await until_found(lambda app=app: ended(app), f"{app} has ended", LIMIT)
    found = compare_apps(*[await app_record(lab.app_details, app) for app in (first, second)])
    # pitui's own: the name, and where the program lies in the run's folder.
    differ = {name for name in found.settings if not name.startswith(("spark.submit", "spark.app"))}
    assert "spark.locality.wait" in differ
    assert not differ & {"spark.driver.port", "spark.app.id", "spark.executor.memory"}
    assert found.first.app.duration_s > 0
    assert found.second.tasks == found.first.tasks + 2
    alone = [pair for pair in found.stages if pair.first is None]
    assert [pair.second.tasks for pair in alone if pair.second] == [2]
    paired = [(pair.first, pair.second) for pair in found.stages if pair.first and pair.second]
    assert len(paired) == 2
    for one, other in paired:
        assert one.tasks == other.tasks
        assert one.seconds > 0
        assert one.work.shuffle_read + one.work.shuffle_write > 0


async def test_an_application_that_asks_too_much_is_explained_as_soon_as_it_is_seen(
    lab: Lab,
) -> None:
    watch = ClusterMonitor(lab.cluster)
    explained = asyncio.Event()
    answers: dict[float | None, str | None] = {}
    found: list[Application] = []

    def look(snapshot: Snapshot) -> None:
        for app in snapshot.applications:
            if app.name == "much memory" and not explained.is_set():
                answers[snapshot.master_at] = app.why_waiting
                if app.why_waiting and "2048 MiB" in app.why_waiting:
                    found.append(app)
                    explained.set()

    watch.subscribe(look)
    async with TaskGroup() as group:
        watching = group.create_task(watch.run())
        await lab.submit("much memory", IDLE + "time.sleep(120)\n", "--executor-memory", "2g")
        async with asyncio.timeout(LIMIT):
            await explained.wait()
        watching.cancel()
    # At two answers a second apart, within five seconds even where one of them is late.
    assert len(answers) <= 2, answers
    assert found[0].why_waiting == "wants 2048 MiB per executor, the largest worker has 768 MiB"
    assert "--executor-memory 768m" in found[0].fix
    runs = Runs(lab.cluster)
    run = next(one for one in await runs.refresh() if one.name == "much memory")
    assert (await runs.cancel(run)).state is RunState.CANCELLED


@pytest.mark.parametrize(
    ("name", "options", "reason", "fix"),
    [
        (
            "no JVM",
            ["--conf", "spark.executor.extraJavaOptions=-agentlib:nosuchthing",
             "--conf", "spark.ui.killEnabled=false"],
            r"executors died, the latest \(\d+\) on pi\d: .*nosuchthing",
            "Its log says what came before",
        ),
        (
            "no way back",
            ["--conf", "spark.driver.host=127.0.0.77", "--conf",
             "spark.driver.bindAddress=127.0.0.1"],
            r"its executors cannot reach the driver at \S*127\.0\.0\.77:\d+",
            "spark.driver.host",
        ),
    ],
)  # fmt: skip
async def test_executors_that_die_in_a_loop_are_explained(
    lab: Lab, name: str, options: list[str], reason: str, fix: str
) -> None:
    watch = ClusterMonitor(lab.cluster)

    async def told() -> Application | None:
        found = watch.snapshot.application(app)
        return found if found and found.why_waiting and "executor" in found.why_waiting else None

    async with TaskGroup() as group:
        watching = group.create_task(watch.run())
        app = await lab.submit(name, ONE_JOB, *options)
        explained = await until_found(told, "it is explained", 90)

        async def lost() -> Event | None:
            events, _ = diff_snapshots(LastKnownState(), watch.snapshot, time.time())
            return next((e for e in events if (e.what, e.application) == ("lost", app)), None)

        event = await until_found(lost, "the master's page tells of an executor that died", LIMIT)
        assert event.node in ("pi1", "pi2")
        watching.cancel()
    assert re.search(reason, explained.why_waiting or ""), explained.why_waiting
    assert fix in explained.fix
    cause = await analyze_failure(lab.cluster, lab.app_details, AppLocation(app))
    lines = await log_lines(lab.cluster, cause.words)
    assert any(re.search(found, line) for found in cause.find for line in lines)
    if "spark.ui.killEnabled=false" in options:
        with pytest.raises(NodeError, match="switched off"):
            await kill_job(lab.cluster, AppLocation(app, job=0))


async def test_a_cluster_mode_driver_is_listed_and_killed(lab: Lab) -> None:
    cluster = lab.cluster
    view = await cluster.spark_master.read()
    jar = "$(ls jars/spark-core_*.jar)"
    program = write(lab.folder, "driven", IDLE + "time.sleep(120)\n")
    words = quote("--master", view.url, "--deploy-mode", "cluster", "--driver-memory", "512m",
                  "--class", "org.apache.spark.deploy.SparkSubmit")  # fmt: skip
    rest = quote("--master", view.url, "--executor-memory", "450m", program)
    home = quote(cluster.master.spark_home)
    script = f"cd {home} && unset SPARK_ENV_LOADED && bin/spark-submit {words} {jar} {rest}"
    result = await cluster.runner(cluster.master.name).run(script, limit=LIMIT)
    assert result.ok, result.stderr[-2000:]
    watch = ClusterMonitor(cluster)

    async def running() -> ClusterDriver | None:
        drivers = (await watch.once()).drivers
        return next((d for d in drivers if d.state is DriverState.RUNNING), None)

    driver = await until_found(running, "the driver runs", LIMIT)
    assert driver.node in ("pi1", "pi2")
    assert driver.memory_mib == 512
    killed = await kill_driver(cluster, driver.id)
    assert killed.state is DriverState.KILLED
    assert killed.id in [d.id for d in (await watch.once()).drivers]


def shown_text(app: PituiApp) -> str:
    """Return the words that the log pane shows."""
    view = app.main.logs.view
    return "\n".join(view.render_line(y).text for y in range(view.size.height))


async def a_failed_task_leads_to_its_traceback_in_two_keys(app_id: str, config: Path) -> None:
    app = PituiApp(load_config(config))
    async with app.run_test(size=(160, 45)) as pilot:

        async def listed() -> bool | None:
            await pilot.pause(0.05)
            job = app.main.jobs._jobs.get(app.main.jobs.cursor or "")
            return True if job is not None and job.app_id == app_id else None

        await until_found(listed, "the jobs pane lists it under its cursor", LIMIT)
        await pilot.press("4")
        await pilot.press("f")
        view = app.main.logs.view

        async def traceback() -> bool | None:
            await pilot.pause(0.05)
            text = shown_text(app)
            found = "ValueError: deliberate failure" in text and "raise ValueError(" in text
            return True if found and not view.viewport.following else None

        try:
            await until_found(traceback, "the log pane shows the traceback", LIMIT)
        except AssertionError as error:
            raise AssertionError(f"{error}; it shows {shown_text(app)}") from None
        assert app.main.panes.focused_pane is app.main.logs
