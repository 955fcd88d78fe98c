"""Watching leaves no trace in the logs of what is watched, however slowly that answers."""

import asyncio
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from spark.programs import MANY, write

from pitui.config.load import load_config
from pitui.domain.cluster import DaemonProcess, MasterState, Role
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import open_cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor
from pitui.services.runs.detached_runs import Runs
from pitui.services.runs.submit import prepare
from pitui.tui.app import PituiApp
from pitui.tui.apps.level_screen import LevelScreen

pytestmark = [pytest.mark.spark, pytest.mark.ssh]
LIMIT = 60.0
FROZEN = 7.0
TIMES = 5


@asynccontextmanager
async def application(config: Path, folder: Path) -> AsyncIterator[tuple[int, str, Path]]:
    """Run a program; hand out its driver's pid, its name and its output's file on this machine."""
    program = write(folder, "watched", MANY)
    async with open_cluster(load_config(config), NonInteractive()) as cluster:
        runs = Runs(cluster)
        run = await runs.submit(await prepare(cluster, ["--name", "watched", str(program)]), "w")
        try:
            pid = await until(lambda: driver_of(program), "the driver runs")
            home = await cluster.runner(run.node).run(f"cd {run.folder} && pwd -P")
            yield pid, "watched", Path(home.stdout.strip(), "stderr.log")
        finally:
            await runs.cancel(run)


def driver_of(program: Path) -> int | None:
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"org.apache.spark.deploy.SparkSubmit" in words and str(program).encode() in words:
            return int(entry.name)
    return None


async def until(look, what: str, limit: float = LIMIT):
    end = time.monotonic() + limit
    while not (found := look()):
        assert time.monotonic() < end, f"waited {limit} s in vain until {what}"
        await asyncio.sleep(0.1)
    return found


async def test_a_driver_that_freezes_again_and_again_has_nothing_of_ours_in_its_log(
    demo_cluster: Path, tmp_path: Path, own_folders: None
) -> None:
    async with application(demo_cluster, tmp_path) as (driver, name, output):
        app = PituiApp(load_config(demo_cluster))
        async with app.run_test(size=(160, 45)) as pilot:

            def listed() -> bool:
                job = app.main.jobs._jobs.get(app.main.jobs.cursor or "")
                found = job.application if job is not None else None
                return found is not None and found.name == name and found.progress is not None

            await until(
                lambda: "Lost task" in output.read_text(), "its log has errors of its own", 150
            )
            await until(listed, "the jobs pane has it under its cursor")
            await pilot.press("4")

            async def level() -> LevelScreen:
                await pilot.press("enter")
                await until(lambda: isinstance(app.screen, LevelScreen), "its inside is shown")
                return app.screen

            for turn in range(TIMES):
                shown = await level()
                if turn == 0:
                    await until(partial(known, shown), "it is known")
                    await pilot.press("escape")
                os.kill(driver, signal.SIGSTOP)
                frozen = time.monotonic()
                try:
                    if turn == 0:
                        shown = await level()
                    # Somebody waits for an answer, is told so, and goes away without it.
                    await until(
                        partial(says_that_it_takes_long, shown),
                        "the screen says that it takes long", 12,
                    )  # fmt: skip
                    await pilot.press("escape")
                    await asyncio.sleep(max(0.0, FROZEN - (time.monotonic() - frozen)))
                finally:
                    os.kill(driver, signal.SIGCONT)
                await asyncio.sleep(1.0)
            # It answers as before, and what is shown is of now.
            shown = await level()
            await until(partial(known, shown), "it is known again")
            assert words(shown).count("has not answered for") == 0
    assert traces(output) == []


async def test_a_frozen_master_is_noticed_in_time_and_back_at_once_without_a_trace(
    demo_cluster: Path,
) -> None:
    async with open_cluster(load_config(demo_cluster), NonInteractive()) as cluster:
        watch = ClusterMonitor(cluster)

        def state() -> MasterState:
            return watch.snapshot.master.state

        async with TaskGroup() as group:
            watching = group.create_task(watch.run())
            await until(lambda: state() is MasterState.ALIVE, "the master answers")
            (master,) = await until(lambda: masters(watch), "its process is known")
            os.kill(master.pid, signal.SIGSTOP)
            try:
                # Five seconds for the answer, one in which it was just asked, and a busy machine.
                await until(lambda: state() is MasterState.UNREACHABLE, "it is noticed", 12)
                assert "no answer for" in (watch.snapshot.master.error or "")
                await asyncio.sleep(3.0)
            finally:
                os.kill(master.pid, signal.SIGCONT)
            # The request that was never cut has its answer now.
            await until(lambda: state() is MasterState.ALIVE, "it answers again", 12)
            watching.cancel()
    assert master.log is not None
    assert traces(Path(master.log)) == []


def masters(watch: ClusterMonitor) -> list[DaemonProcess]:
    """Return the cluster's masters, once all nodes of this machine say what is theirs."""
    if any(node.metrics is None for node in watch.snapshot.nodes):
        return []
    processes = (process for node in watch.snapshot.nodes for process in node.processes)
    return [process for process in processes if process.role is Role.MASTER]


def traces(log: Path) -> list[str]:
    """Return the lines of a log that Spark writes when nobody takes an answer."""
    return re.findall(
        r"(?m)^.*(?:Broken pipe|ServerRuntime|EofException|Responder).*$", log.read_text()
    )


def known(screen: LevelScreen) -> bool:
    return screen.result is not None and screen.result.inside is not None


def says_that_it_takes_long(screen: LevelScreen) -> bool:
    return "its driver has not answered for" in words(screen)


def words(screen: LevelScreen) -> str:
    """Return what a level says above and in its empty table."""
    lines = [str(screen.heading.render())]
    result = screen.result
    if result is not None and result.age is not None:
        lines.append(str(result.age))
    return "\n".join(lines)
