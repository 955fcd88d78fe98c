"""One who changes a node at a time: two pituis on one cluster, and what of a lock may be left."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from remote.conftest import until
from support.processes import alive
from support.ssh_spark_homes import SshSparkHomes

from pitui.config.current_user import current_user
from pitui.doctor.fix.fix_plan import FixPlan
from pitui.domain.cluster import Role
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import LockedError
from pitui.domain.link import LinkState
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.remote.locks.lock_script import LockOwner, parse_taken, take_command
from pitui.remote.locks.node_locks import process_space
from pitui.services.cluster import Cluster
from pitui.services.daemons import daemon_control
from pitui.services.doctor.fix.carry_out import Fixing
from pitui.services.nodes.disk_use import disk_use
from pitui.services.nodes.probe import probe

LIMIT = 30.0
LOCKS = Path("/run/lock") if os.access("/run/lock", os.W_OK) else Path("/tmp")


def lock_file(spark_homes: SshSparkHomes, name: str) -> Path:
    [file] = LOCKS.glob(f"pitui*-{spark_homes.servers[name].port}")
    return file


def left_behind(spark_homes: SshSparkHomes) -> list[str]:
    """Lock files and the processes that hold them."""
    ports = [str(server.port) for server in spark_homes.servers.values()]
    files = [str(file) for port in ports for file in LOCKS.glob(f"pitui*-{port}")]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if "pitui-lock" in words and any(w.endswith(tuple(ports)) for w in words):
                files.append(f"process {entry.name}")
    return files


async def is_free(cluster: Cluster, name: str) -> bool:
    async with cluster.locks.holding("look") as locks:
        try:
            await locks.take(name)
        except LockedError:
            return False
    return True


@contextmanager
def pitui(config: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pitui", "--config", str(config), *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=LIMIT)


@contextmanager
def at_work(spark_homes: SshSparkHomes) -> Iterator[subprocess.Popen[str]]:
    """Another pitui that changes pi1 until it is ended."""
    with pitui(
        spark_homes.config, "exec", "--limit", "600", "pi1", "--", "echo on; sleep 600"
    ) as it:
        yield it


async def is_at_work(spark_homes: SshSparkHomes, other: subprocess.Popen[str]) -> None:
    # Its lock is read, not tried: who finds it taken by a trial gives up.
    port = spark_homes.servers["pi1"].port

    def held() -> bool:
        return any(f", {other.pid}, " in file.read_text() for file in LOCKS.glob(f"pitui*-{port}"))

    await until(held, LIMIT, "the other pitui has the lock")


async def test_who_comes_second_is_told_who_holds_it_and_since_when(
    spark_homes: SshSparkHomes,
) -> None:
    async with spark_homes.opened() as first, spark_homes.opened() as second:
        async with first.locks.holding("restart") as mine:
            await mine.take("pi1")
            async with second.locks.holding("push") as theirs:
                with pytest.raises(LockedError) as caught:
                    await theirs.take("pi1")
                await theirs.take("pi2")
            said = caught.value.message
            assert said.startswith(
                f"{current_user()}@{socket.gethostname()} is changing the node: restart, since "
            )
            assert f"process {os.getpid()})" in said
            process = lock_file(spark_homes, "pi1").read_text().split()[0]
            assert f"`kill {process}` on pi1" in caught.value.advice
        assert await is_free(second, "pi1")
        assert left_behind(spark_homes) == []


async def test_another_pitui_keeps_all_commands_off_its_node(spark_homes: SshSparkHomes) -> None:
    with at_work(spark_homes) as other:
        await is_at_work(spark_homes, other)
        target = spark_homes.servers["pi1"].home / "pushed"
        for words in (
            ("restart", "workers"),
            ("push", str(spark_homes.config), str(target), "pi1"),
            ("exec", "pi1", "--", f"touch {target}"),
        ):
            with pitui(spark_homes.config, *words) as second:
                out, err = second.communicate(timeout=LIMIT)
                assert second.returncode == 1, words
                assert "is changing the node: exec, since " in out + err, words
                assert f"process {other.pid})" in out + err, words
        # Watching takes no lock, and is not held up by one.
        with pitui(spark_homes.config, "status", "--json") as watching:
            assert watching.communicate(timeout=LIMIT)[0].startswith("{")
        assert not await asyncio.to_thread(target.exists)


async def look_at(cluster: Cluster, name: str) -> None:
    await probe(cluster, name)
    await disk_use(cluster, name)


async def test_watching_takes_no_lock(spark_homes: SshSparkHomes) -> None:
    async with spark_homes.opened() as cluster:
        for name in cluster.nodes:
            await look_at(cluster, name)
            assert left_behind(spark_homes) == []
        async with cluster.locks.holding("restart") as locks:
            await locks.take("pi1")
            # That of the lock's own children which are no other program yet looks alike.
            assert len(left_behind(spark_homes)) >= 2


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_a_lock_ends_with_its_pitui(spark_homes: SshSparkHomes, end: signal.Signals) -> None:
    async with spark_homes.opened() as cluster:
        with at_work(spark_homes) as other:
            await is_at_work(spark_homes, other)
            other.send_signal(end)
            other.wait(timeout=LIMIT)
            await until(lambda: is_free(cluster, "pi1"), LIMIT, "the lock is free")
        await until(lambda: left_behind(spark_homes) == [], LIMIT, "nothing is left")


async def test_a_lock_whose_process_was_killed_is_not_in_the_way(
    spark_homes: SshSparkHomes,
) -> None:
    async with spark_homes.opened() as first, spark_homes.opened() as second:
        async with first.locks.holding("restart") as locks:
            await locks.take("pi1")
            file = lock_file(spark_homes, "pi1")
            pid = int(file.read_text().split()[0])
            os.kill(pid, signal.SIGKILL)
            await until(lambda: not alive(pid), LIMIT, "it is gone")
            assert file.exists()
            assert await is_free(second, "pi1")
        assert left_behind(spark_homes) == []


async def test_a_lock_that_is_freed_at_once_leaves_nothing(spark_homes: SshSparkHomes) -> None:
    async with spark_homes.opened() as cluster:
        for _ in range(20):
            assert await is_free(cluster, "pi1")
            assert left_behind(spark_homes) == []


async def test_who_lost_the_lock_with_the_connection_changes_nothing_more(
    spark_homes: SshSparkHomes,
) -> None:
    server = spark_homes.servers["pi1"]
    async with spark_homes.opened() as first, spark_homes.opened() as second:
        runner = first.runner("pi1")
        async with first.locks.holding("provision") as locks:
            await locks.take("pi1")
            server.stop()
            server.start()
            first.connections.retry("pi1")
            await until(lambda: is_free(second, "pi1"), LIMIT, "the lost lock is free")
            async with second.locks.holding("push") as theirs:
                await theirs.take("pi1")
                await first.connections.connect("pi1")
                with pytest.raises(LockedError, match="is changing the node: push"):
                    await runner.run(f"touch {server.home}/changed")
                assert (await runner.run("echo read", changes=False)).stdout == "read\n"
        assert not (server.home / "changed").exists()


async def test_a_lock_is_taken_again_over_the_next_connection(spark_homes: SshSparkHomes) -> None:
    server = spark_homes.servers["pi1"]
    async with spark_homes.opened() as first, spark_homes.opened() as second:
        async with first.locks.holding("provision") as locks:
            await locks.take("pi1")
            server.stop()
            server.start()
            link = first.connections.link
            await until(lambda: link("pi1").state is not LinkState.CONNECTED, LIMIT, "it is lost")
            first.connections.retry("pi1")
            await first.connections.connect("pi1")
            assert (await first.runner("pi1").run(f"touch {server.home}/changed")).ok
            assert not await is_free(second, "pi1")
        assert await is_free(second, "pi1")
        assert (server.home / "changed").exists()


@pytest.mark.parametrize(
    ("space", "who", "free"),
    [
        ("here", "an action of this pitui that has ended", True),
        ("here", "a pitui that has ended", True),
        ("here", "a pitui that runs", False),
        ("elsewhere", "a pitui that has ended", False),
        ("", "a pitui that has ended", False),
    ],
)
async def test_what_an_ended_action_left_on_a_lost_node_is_in_nobodys_way(
    spark_homes: SshSparkHomes, space: str, who: str, free: bool
) -> None:
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    pids = {"an action of this pitui that has ended": os.getpid(), "a pitui that runs": 1}
    token = f"{process_space() if space == 'here' else space}.left"
    owner = LockOwner("ann", "laptop", pids.get(who, ended.pid), "restart", token)
    async with spark_homes.opened() as lost, spark_homes.opened() as cluster:
        command = take_command(lost.node("pi1").spark_home, owner, local=False)
        said = await lost.runner("pi1").run(command)
        assert parse_taken(said.stdout)[0] == "held"
        assert await is_free(cluster, "pi1") is free
    await until(lambda: not left_behind(spark_homes), LIMIT, "nothing is left")


async def test_an_action_within_another_needs_no_lock_of_its_own(
    spark_homes: SshSparkHomes,
) -> None:
    told: list[Outcome] = []
    async with spark_homes.opened() as cluster, cluster.locks.holding("provision") as outer:
        await outer.take("pi1")
        await daemon_control.stop(cluster, [DaemonTarget("pi1", Role.WORKER)], told.append)
        assert told[-1].state is OutcomeState.UNCHANGED
        # That did not free it.
        async with spark_homes.opened() as second:
            assert not await is_free(second, "pi1")


async def test_a_fix_takes_nothing_off_a_node_that_another_pitui_changes(
    spark_homes: SshSparkHomes,
) -> None:
    told: list[Outcome] = []
    worker = DaemonTarget("pi1", Role.WORKER)
    async with spark_homes.opened() as first, spark_homes.opened() as second:
        async with first.locks.holding("push") as locks:
            await locks.take("pi1")
            [outcome] = await Fixing(second, FixPlan(restart=(worker,)), told.append).run()
        assert outcome.state is OutcomeState.FAILED
        assert "is changing the node: push" in outcome.detail
        # Not even decommissioned, which it would stay.
        assert {one.state for one in told} <= {OutcomeState.WAITING, OutcomeState.FAILED}


async def test_a_fix_keeps_its_nodes_to_its_end(spark_homes: SshSparkHomes) -> None:
    pi1, pi2 = (DaemonTarget(name, Role.WORKER) for name in ("pi1", "pi2"))
    free: set[bool] = set()

    def report(outcome: Outcome) -> None:
        # Nothing is done on pi1 any more by then.
        if outcome.node == "pi2" and outcome.state is OutcomeState.WORKING:
            tried = subprocess.run(
                ["flock", "-n", lock_file(spark_homes, "pi1"), "true"], check=False
            )
            free.add(tried.returncode == 0)

    async with spark_homes.opened() as cluster:
        await Fixing(cluster, FixPlan(restart=(pi1,), start=(pi2,)), report).run()
        assert free == {False}
        assert await is_free(cluster, "pi1")


async def test_two_actions_of_one_pitui_do_not_share_a_node(spark_homes: SshSparkHomes) -> None:
    async with spark_homes.opened() as cluster:
        begun, done = asyncio.Event(), asyncio.Event()

        async def first() -> None:
            async with cluster.locks.holding("push") as locks:
                await locks.take("pi1")
                begun.set()
                await done.wait()

        async with TaskGroup() as group:
            group.create_task(first())
            await begun.wait()
            outcomes = await daemon_control.stop(
                cluster, [DaemonTarget("pi1", Role.WORKER)], lambda _: None
            )
            assert outcomes[0].state is OutcomeState.FAILED
            assert "is changing the node: push" in outcomes[0].detail
            done.set()


OWNER = LockOwner("ann", "laptop", 7, "restart", "t")


def taken(command: str, **environment: str) -> str:
    """Run it as a local pitui would, whose process lasts as long as this one."""
    return subprocess.run(
        ["/bin/sh", "-c", command],
        start_new_session=True,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
        env={**os.environ, **environment},
    ).stdout


async def test_who_no_longer_renews_a_lock_loses_it(tmp_path: Path) -> None:
    """A laptop that sleeps keeps its connections open."""
    command = take_command(str(tmp_path), OWNER, local=True)
    assert command.count("left=120") == 2
    state, held = parse_taken(taken(command.replace("left=120", "left=2")))
    assert (state, held.owner) == ("held", None)
    await until(lambda: not alive(held.process or 0), LIMIT, "its process has ended")
    state, held = parse_taken(taken(command))
    assert state == "held"
    state, second = parse_taken(taken(command))
    assert (state, second.owner, second.process) == ("busy", OWNER, held.process)
    os.kill(held.process or 0, signal.SIGTERM)


def test_a_node_without_flock_has_no_lock(tmp_path: Path) -> None:
    command = take_command(str(tmp_path), OWNER, local=True)
    assert parse_taken(taken(command, PATH=str(tmp_path))) == ("none", parse_taken("none")[1])


def test_what_stands_in_a_lock_is_shown_and_not_obeyed() -> None:
    said = '["\\u001b[31mann", "\\u202elaptop", 7, "[b]restart", "t"]'
    _, held = parse_taken(f"busy 1100 44 1000 {said}\n")
    assert held.owner is not None
    assert held.seconds == 100.0
    assert "\x1b" not in held.owner.user
    assert "\u202e" not in held.owner.host
    assert held.owner.action == "[b]restart"
    assert parse_taken("busy 1100 44 1000 {not json")[1].owner is None
    assert parse_taken("busy 1100 44 1000 7")[1].owner is None
    assert parse_taken("busy ")[1].process is None


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2])
async def test_a_taking_that_is_broken_off_leaves_no_lock(
    spark_homes: SshSparkHomes, after: float
) -> None:
    async with spark_homes.opened() as cluster:
        await cluster.runner("pi1").run("true", changes=False)
        async with cluster.locks.holding("restart") as locks, TaskGroup() as group:
            taking = group.create_task(locks.take("pi1"))
            await asyncio.sleep(after)
            taking.cancel()
        assert await is_free(cluster, "pi1")
        assert left_behind(spark_homes) == []


async def test_a_taking_that_is_broken_off_waits_not_long_for_a_node_that_is_silent(
    spark_homes: SshSparkHomes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pitui.remote.locks.node_locks._BEGUN_LIMIT", 0.2)
    async with spark_homes.opened() as cluster:
        await cluster.runner("pi1").run("true", changes=False)
        monkeypatch.setattr(
            "pitui.remote.locks.node_locks.take_command", lambda *_args, **_named: "sleep 60"
        )
        begun = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2), cluster.locks.holding("restart") as locks:
                await locks.take("pi1")
        assert asyncio.get_running_loop().time() - begun < LIMIT / 3
        assert cluster.connections.link("pi1").state is LinkState.CONNECTED
