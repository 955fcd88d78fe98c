"""Starting and stopping real daemons over real SSH."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import msgspec
import pyspark
import pytest

from pitui.config.load import load_config
from pitui.config.model import Config
from pitui.domain.cluster import Role, WorkerState
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster
from pitui.services.daemons import daemon_control
from pitui.services.nodes.probe import probe

pytestmark = [pytest.mark.spark, pytest.mark.ssh]

PI1 = DaemonTarget("pi1", Role.WORKER)
PI2 = DaemonTarget("pi2", Role.WORKER)
MASTER = DaemonTarget("nuc", Role.MASTER)


class Reports(list[Outcome]):
    """What was reported, in order."""

    def of(self, node: str) -> list[str]:
        return [outcome.detail for outcome in self if outcome.node == node]


@pytest.fixture
async def cluster(opened_demo: Cluster) -> AsyncIterator[Cluster]:
    """The demonstration; brought back to all ALIVE afterwards."""
    yield opened_demo
    workers = {opened_demo.node(target.node).host for target in (PI1, PI2)}
    with suppress(PituiError):  # there is no master to ask
        if await alive_hosts(opened_demo) == workers:
            return  # to ask for this costs less than to start what runs
    everything = daemon_control.targets_for(opened_demo, [])
    back = await daemon_control.start(opened_demo, everything, Reports().append)
    assert all(outcome.state.good for outcome in back), back


async def pid_of(cluster: Cluster, target: DaemonTarget) -> int | None:
    process = (await probe(cluster, target.node)).daemon(target.role)
    return process.pid if process else None


async def wait_until(condition: Callable[[], bool], what: str, limit: float = 20.0) -> None:
    async with asyncio.timeout(limit):
        while not condition():
            await asyncio.sleep(0.05)
    assert condition(), what


def runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


async def alive_hosts(cluster: Cluster) -> set[str]:
    return {worker.host for worker in (await cluster.spark_master.read()).alive}


def outcome_of(outcomes: list[Outcome]) -> Outcome:
    (outcome,) = outcomes
    return outcome


@pytest.mark.timeout(300)
async def test_one_worker_is_stopped_says_why_it_does_not_start_and_starts(
    cluster: Cluster,
) -> None:
    other, reports = await pid_of(cluster, PI2), Reports()
    pid = await pid_of(cluster, PI1)
    stopped = outcome_of(await daemon_control.stop(cluster, [PI1], reports.append))
    assert (stopped.state, stopped.detail) == (OutcomeState.OK, "stopped")
    assert pid is not None
    assert not runs(pid)
    assert await alive_hosts(cluster) == {cluster.node("pi2").host}

    elsewhere = Reports()
    again = outcome_of(await daemon_control.stop(cluster, [PI1], elsewhere.append))
    assert (again.state, again.detail) == (OutcomeState.UNCHANGED, "was not running")
    await no_spark_where_the_configuration_says(cluster)
    await no_java(cluster)
    await a_worker_that_ends_at_once_says_why(cluster)

    started = outcome_of(await daemon_control.start(cluster, [PI1], reports.append))
    assert started.state is OutcomeState.OK, started
    assert "listed with 2 cores and 768 MiB" in started.detail
    assert cluster.node("pi1").host in await alive_hosts(cluster)
    assert await pid_of(cluster, PI2) == other
    assert reports.of("pi1") == [
        *("", "checking the node", "stopping", "waiting for the master to notice", "stopped"),
        *("", "checking the node", "starting", "waiting for the master to list it"),
        started.detail,
    ]
    for action in ("stop", "start"):
        assert cluster.audit.last(action, "pi1") is not None
        assert cluster.audit.last(action, "pi2") is None


async def no_spark_where_the_configuration_says(cluster: Cluster) -> None:
    wrong = changed(cluster, "pi1", spark_home="/nowhere/spark")
    outcome = outcome_of(await daemon_control.start(wrong, [PI1], Reports().append))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.detail == "not started: there is no Spark at /nowhere/spark"
    assert "spark_home" in outcome.advice


async def no_java(cluster: Cluster) -> None:
    wrong = changed(cluster, "pi1", env={"JAVA_HOME": "/nowhere/java"})
    outcome = outcome_of(await daemon_control.start(wrong, [PI1], Reports().append))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.detail == "not started: JAVA_HOME is /nowhere/java, where there is no bin/java"


async def a_worker_that_ends_at_once_says_why(cluster: Cluster) -> None:
    wrong = changed(cluster, "pi1", env={"SPARK_LOCAL_IP": "203.0.113.9"})
    outcome = outcome_of(await daemon_control.start(wrong, [PI1], Reports().append))
    assert outcome.state is OutcomeState.FAILED
    assert "could not listen on its port or address" in outcome.detail
    assert "BindException" in outcome.detail
    assert outcome.seconds < 60


async def test_starting_what_runs(cluster: Cluster) -> None:
    targets = daemon_control.targets_for(cluster, ["all"])
    assert targets == [MASTER, PI1, PI2]
    pids = [await pid_of(cluster, target) for target in targets]
    started = await daemon_control.start(cluster, targets, Reports().append)
    assert [outcome.state for outcome in started] == [OutcomeState.UNCHANGED] * 3
    assert all("already running" in outcome.detail for outcome in started)
    assert pids == [await pid_of(cluster, target) for target in targets]


async def test_a_worker_that_was_killed_is_started_again(cluster: Cluster) -> None:
    pid = await pid_of(cluster, PI1)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await wait_until(lambda: not runs(pid), "it is dead")
    started = outcome_of(await daemon_control.start(cluster, [PI1], Reports().append))
    assert started.state is OutcomeState.OK, started
    rows = (await cluster.spark_master.read()).workers
    states = [row.state for row in rows if row.host == cluster.node("pi1").host]
    assert WorkerState.ALIVE in states
    assert WorkerState.DEAD in states


async def test_of_two_workers_the_one_that_is_missing_is_started(cluster: Cluster) -> None:
    two = changed(cluster, "pi1", env={"SPARK_WORKER_INSTANCES": "2"})
    second = outcome_of(await daemon_control.start(two, [PI1], Reports().append))
    assert (second.state, second.detail[:13]) == (OutcomeState.OK, "started, list"), second
    processes = [p for p in (await probe(two, "pi1")).own if p.role is Role.WORKER]
    assert sorted(p.webui_port for p in processes) == [8081, 8082]
    again = outcome_of(await daemon_control.start(two, [PI1], Reports().append))
    assert (again.state, again.detail) == (OutcomeState.UNCHANGED, "all already running")
    stopped = outcome_of(await daemon_control.stop(two, [PI1], Reports().append))
    assert stopped.state is OutcomeState.OK, stopped


async def test_a_recycled_pid_is_never_killed(cluster: Cluster) -> None:
    process = (await probe(cluster, "pi1")).daemon(Role.WORKER)
    assert process is not None
    pid_file = worker_pid_file(cluster.node("pi1").spark_home)
    await daemon_control.stop(cluster, [PI1], Reports().append)
    assert not pid_file.exists()
    with java_that_is_no_daemon() as stranger:
        pid_file.write_text(f"{stranger.pid}\n")
        stopped = outcome_of(await daemon_control.stop(cluster, [PI1], Reports().append))
        assert stopped.state is OutcomeState.UNCHANGED
        assert stranger.poll() is None

        started = outcome_of(await daemon_control.start(cluster, [PI1], Reports().append))
        assert started.state is OutcomeState.OK, started
        assert stranger.poll() is None
        assert int(pid_file.read_text()) == await pid_of(cluster, PI1)


def worker_pid_file(spark_home: str) -> Path:
    return next(Path(spark_home).glob("run/*Worker-1.pid"))


@contextmanager
def java_that_is_no_daemon() -> Iterator[subprocess.Popen[bytes]]:
    jars = Path(pyspark.__file__).parent / "jars"
    java = ["java", "-Xmx32m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", "py4j.GatewayServer"]
    java += ["--die-on-broken-pipe", "0"]
    with subprocess.Popen(
        java, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield process
        finally:
            process.kill()


def changed(cluster: Cluster, name: str, **values: object) -> Cluster:
    node = msgspec.structs.replace(cluster.node(name), **values)
    return replace(cluster, nodes={**cluster.nodes, name: node})


async def test_without_a_master_no_worker_is_started(cluster: Cluster) -> None:
    stopped = await daemon_control.stop(cluster, [MASTER, PI1, PI2], Reports().append)
    assert [outcome.state for outcome in stopped] == [OutcomeState.OK] * 3, stopped
    outcome = outcome_of(await daemon_control.start(cluster, [PI1], Reports().append))
    assert outcome.state is OutcomeState.FAILED
    assert "the master on nuc does not answer" in outcome.detail
    assert "pitui start master" in outcome.advice
    assert await pid_of(cluster, PI1) is None

    started = await daemon_control.start(cluster, [PI2, MASTER, PI1], Reports().append)
    assert [outcome.state for outcome in started] == [OutcomeState.OK] * 3, started
    assert len(await alive_hosts(cluster)) == 2


async def test_restart_gives_a_new_process(cluster: Cluster) -> None:
    before = await pid_of(cluster, PI1)
    outcome = outcome_of(await daemon_control.restart(cluster, [PI1], Reports().append))
    assert outcome.state is OutcomeState.OK
    assert outcome.detail.startswith("restarted, listed with")
    assert await pid_of(cluster, PI1) not in (None, before)


async def test_an_interrupted_start_can_be_run_again(cluster: Cluster) -> None:
    await daemon_control.stop(cluster, [PI1], Reports().append)
    reports = Reports()
    task = asyncio.ensure_future(daemon_control.start(cluster, [PI1, PI2], reports.append))  # noqa: TID251
    await wait_until(lambda: "starting" in reports.of("pi1"), "it is being started")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    last = {outcome.node: outcome for outcome in reports}
    assert last["pi1"].state is OutcomeState.CANCELLED
    assert "interrupted while starting" in last["pi1"].detail
    outcome = outcome_of(await daemon_control.start(cluster, [PI1], Reports().append))
    assert outcome.state.good, outcome


async def test_a_dead_node_does_not_delay_another(cluster: Cluster, demo_cluster: Path) -> None:
    await daemon_control.stop(cluster, [PI1], Reports().append)
    config = with_port(load_config(demo_cluster), "pi2", 1)
    async with open_cluster(config, NonInteractive()) as broken:
        reports = Reports()
        outcomes = await daemon_control.start(broken, [PI1, PI2], reports.append)
    states = {outcome.node: outcome.state for outcome in outcomes}
    assert states == {"pi1": OutcomeState.OK, "pi2": OutcomeState.UNREACHABLE}
    ended = [outcome.node for outcome in reports if outcome.state.ended]
    assert ended == ["pi2", "pi1"]


def with_port(config: Config, name: str, port: int) -> Config:
    node = msgspec.structs.replace(config.nodes[name], port=port)
    return msgspec.structs.replace(config, nodes={**config.nodes, name: node})
