"""The clock of this machine is set while pitui runs: what it knows keeps its age, and goes on."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from remote.conftest import until
from support.http import serving
from support.plain_cluster import FULL, pi, worker
from support.processes import alive
from support.ssh_spark_homes import SshSparkHomes

from pitui.domain.clock_jumps import ClockJumps
from pitui.domain.cluster import WorkerState
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LockedError
from pitui.remote.locks import node_locks
from pitui.services.audit import Audit
from pitui.services.events.timeline import Timeline
from pitui.services.monitor.cluster_monitor import ClusterMonitor

pytestmark = pytest.mark.ssh

HOUR = 3600.0
LIMIT = 60.0
MASTER = Path(__file__).parents[1] / "captures" / "master" / "app-running.json"
UP = replace(FULL, applications=(), nodes=FULL.nodes[:2])
LOST = replace(UP, nodes=(*UP.nodes[:1], pi("pi1", on=worker(WorkerState.DEAD))))

SetClock = Callable[[float], None]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Set this process' wall clock by so many seconds; time goes on from there."""
    ahead, real = [0.0], time.time
    monkeypatch.setattr(time, "time", lambda: real() + ahead[0])

    def by(seconds: float) -> None:
        ahead[0] += seconds

    return by


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
def test_a_jump_is_told_once(set_clock: SetClock, jump: float) -> None:
    clock = ClockJumps()
    set_clock(0.5)
    assert clock.take() == 0.0
    set_clock(jump)
    assert clock.take() == pytest.approx(jump, abs=1.0)
    assert clock.take() == 0.0


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_the_last_hour_of_a_node_and_the_age_of_the_figures_go_on(
    spark_homes: SshSparkHomes, set_clock: SetClock, jump: float
) -> None:
    with serving() as page:
        page.answers["/json/"] = MASTER.read_bytes()
        with spark_homes.config.open("a") as config:
            config.write(
                f"spark: {{master: {{host: 127.0.0.1, webui_port: {page.server_port}}}}}\n"
            )
        async with spark_homes.opened() as cluster, TaskGroup() as group:
            monitor = ClusterMonitor(cluster)
            watching = group.create_task(monitor.run())
            await until(lambda: len(monitor.history("pi1")) >= 2, LIMIT, "there are figures")
            set_clock(jump)
            count = len(monitor.history("pi1"))
            more = lambda: len(monitor.history("pi1")) > count  # noqa: E731
            await until(more, LIMIT, "the figures go on")
            at = [point.at for point in monitor.history("pi1")]
            assert at == sorted(at)
            assert at[-1] - at[0] < LIMIT
            assert abs(time.time() - at[-1]) < LIMIT
            assert monitor.snapshot.master_at is not None
            assert abs(time.time() - monitor.snapshot.master_at) < LIMIT
            watching.cancel()


@pytest.mark.parametrize("jump", [-HOUR, HOUR])
async def test_what_happens_after_the_clock_was_set_is_news(
    tmp_path: Path, set_clock: SetClock, jump: float
) -> None:
    def opened() -> Timeline:
        return Timeline(Audit("shelf", tmp_path / "audit.jsonl"), tmp_path / "timeline.db")

    one, other = opened(), opened()
    for each in (one, other):
        await each.begin()
        each.take(UP)
        each.mark_read()
        await each.note()
    set_clock(jump)
    one.take(LOST)
    await one.note()
    await other.note()
    assert [e.what for e in one.news.events] == ["lost"]
    assert [e.what for e in other.news.events] == ["lost"]
    other.mark_read()
    await other.note()
    await one.note()
    assert one.news.events == ()


async def test_a_master_that_came_back_before_the_clock_was_set_hides_no_lost_worker(
    tmp_path: Path, set_clock: SetClock
) -> None:
    away = replace(UP, master=replace(UP.master, state=FULL.master.state.UNREACHABLE))
    one = Timeline(Audit("shelf", tmp_path / "audit.jsonl"), tmp_path / "timeline.db")
    await one.begin()
    for snapshot in (UP, away, UP):
        one.take(snapshot)
        await one.note()
    set_clock(-HOUR)
    # By another pitui, which knows of the clock what is in the file.
    later = Timeline(Audit("shelf", tmp_path / "audit.jsonl"), tmp_path / "timeline.db")
    await later.begin()
    later.take(LOST)
    await later.note()
    assert "lost" in [e.what for e in later.events]


async def test_a_lock_that_went_while_the_clock_was_set_back_is_not_taken_for_held(
    spark_homes: SshSparkHomes, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        spark_homes.opened() as first,
        spark_homes.opened() as second,
        first.locks.holding("provision") as mine,
    ):
        await mine.take("pi1")
        [file] = node_locks_of(spark_homes.servers["pi1"].port)
        holder = int(file.read_text().split()[0])
        os.kill(holder, signal.SIGKILL)
        await until(lambda: not alive(holder), LIMIT, "it is gone")
        async with second.locks.holding("push") as theirs:
            await theirs.take("pi1")
            real = node_locks.steady_time
            monkeypatch.setattr(node_locks, "steady_time", lambda: real() + HOUR)
            set_clock(-HOUR)
            with pytest.raises(LockedError, match="is changing the node: push"):
                await first.locks.check("pi1")


def node_locks_of(port: int) -> list[Path]:
    folder = Path("/run/lock") if os.access("/run/lock", os.W_OK) else Path("/tmp")
    return [*folder.glob(f"pitui*-{port}")]
