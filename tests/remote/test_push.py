"""Large files to real sshd: interrupted, resumed, refused."""

import asyncio
import contextlib
import hashlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LinkError, NodeError
from pitui.remote.copy.direct_send import push
from pitui.remote.copy.payload import Payload, Pushed
from pitui.remote.copy.receive_script import ORDINARY, STEP, Placing, place_script
from pitui.remote.copy.retrying_upload import find_received

pytestmark = pytest.mark.ssh

SIZE = 9 * STEP + 12_345


@pytest.fixture
async def payload(tmp_path: Path) -> Payload:
    source = tmp_path / "spark 4.tgz"
    source.write_bytes(os.urandom(SIZE))
    return await Payload.of(source)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "far" / "away $HOME" / "spark's.tgz"


def leftovers(target: Path) -> list[str]:
    return sorted(path.name for path in target.parent.iterdir() if path != target)


async def test_a_file_arrives_and_is_known_the_next_time(
    ssh_servers, node_on, make_links, payload, target
):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    seen: list[int] = []

    assert await push(runner, payload, str(target), sent=seen.append) == Pushed(
        SIZE, rearranged=True
    )

    assert target.read_bytes() == payload.path.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o644
    assert leftovers(target) == [".spark's.tgz.receipt"]
    assert seen == sorted(seen)
    assert seen[-1] == SIZE
    assert (await push(runner, payload, str(target))).was_there


async def test_a_changed_target_is_not_taken_for_the_file(
    ssh_servers, node_on, make_links, payload, target
):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    await push(runner, payload, str(target))
    with target.open("r+b") as file:
        file.write(b"bitrot")

    assert (await push(runner, payload, str(target))).sent == SIZE
    assert target.read_bytes() == payload.path.read_bytes()


async def test_a_copy_by_hand_is_recognised(ssh_servers, node_on, make_links, payload, target):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    target.parent.mkdir(parents=True)
    target.write_bytes(payload.path.read_bytes())

    assert (await push(runner, payload, str(target))).was_there
    assert leftovers(target) == [".spark's.tgz.receipt"]


async def test_a_broken_link_is_waited_for_and_the_push_goes_on(
    ssh_servers, node_on, make_links, payload, target
):
    server = ssh_servers.server()
    runner = make_links(node_on("pi1", server)).runner("pi1")
    broken = asyncio.Event()

    def watch(done: int) -> None:
        if done > SIZE // 2 and not broken.is_set():
            server.stop()
            broken.set()

    async with TaskGroup() as group:
        pushing = group.create_task(push(runner, payload, str(target), sent=watch))
        await broken.wait()
        server.start()

    assert target.read_bytes() == payload.path.read_bytes()
    assert leftovers(target) == [".spark's.tgz.receipt"]
    pushed = pushing.result()
    # What was on the way when the link broke may be sent twice, not the whole.
    assert pushed.sent < 2 * SIZE


async def test_a_receiver_that_going_down_ends_is_a_lost_link(
    ssh_servers, node_on, make_links, payload, target
):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    killed: list[int] = []

    def watch(done: int) -> None:
        if done > SIZE // 2 and not killed:
            killed.extend(kill_those_that_name(target))

    pushed = await push(runner, payload, str(target), sent=watch)

    assert killed
    assert pushed.resumed == 1
    assert target.read_bytes() == payload.path.read_bytes()


def kill_those_that_name(target: Path) -> list[int]:
    """Kill the processes whose command line holds the target's folder; return their ids."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(target.parent.parent).encode() in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)
                found.append(int(folder.name))
    return found


async def test_a_begun_file_is_resumed_where_it_is_good(
    ssh_servers, node_on, make_links, payload, target
):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    target.parent.mkdir(parents=True)
    part = target.with_name(f".{target.name}.{payload.sha512[:16]}.part")
    part.write_bytes(payload.path.read_bytes()[: 4 * STEP + 77])

    assert await push(runner, payload, str(target)) == Pushed(SIZE - 4 * STEP, 1, rearranged=True)
    assert target.read_bytes() == payload.path.read_bytes()


async def test_a_bad_beginning_is_sent_anew(ssh_servers, node_on, make_links, payload, target):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    target.parent.mkdir(parents=True)
    part = target.with_name(f".{target.name}.{payload.sha512[:16]}.part")
    part.write_bytes(bytes(4 * STEP))

    assert await push(runner, payload, str(target)) == Pushed(SIZE, rearranged=True)
    assert target.read_bytes() == payload.path.read_bytes()


async def test_a_node_that_stays_away_is_given_up(
    ssh_servers, node_on, make_links, payload, target
):
    server = ssh_servers.server()
    runner = make_links(node_on("pi1", server)).runner("pi1")

    def cut(done: int) -> None:
        if done > SIZE // 3:
            server.stop()

    with pytest.raises(LinkError, match="during a push") as caught:
        await push(runner, payload, str(target), sent=cut, away_limit=2)
    assert caught.value.node == "pi1"
    assert "resumes where this one stopped" in caught.value.advice
    assert not target.exists()


async def test_what_cannot_be_written_says_why(ssh_servers, node_on, make_links, payload, tmp_path):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    (tmp_path / "file").touch()

    with pytest.raises(NodeError, match=r"cannot write .*: mkdir: "):
        await push(runner, payload, str(tmp_path / "file" / "below"))
    (tmp_path / "folder").mkdir()
    with pytest.raises(NodeError, match="is a folder"):
        await push(runner, payload, str(tmp_path / "folder"))


async def test_a_source_that_shrinks_is_noticed(ssh_servers, node_on, make_links, payload, target):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    with payload.path.open("r+b") as file:
        file.truncate(SIZE - STEP)

    with pytest.raises(NodeError, match="changed during the push"):
        await push(runner, payload, str(target))
    assert not target.exists()


async def test_a_source_that_is_gone_is_said(ssh_servers, node_on, make_links, payload, target):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    payload.path.unlink()
    with pytest.raises(NodeError, match=r"any more: No such file"):
        await push(runner, payload, str(target))
    assert not target.exists()


async def test_a_source_with_other_bytes_never_gets_its_place(
    ssh_servers, node_on, make_links, payload, target
):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    payload.path.write_bytes(os.urandom(SIZE))

    with pytest.raises(NodeError, match="changed during the push"):
        await push(runner, payload, str(target))
    assert not target.exists()


async def test_cancelled_it_goes_on_the_next_time(
    ssh_servers, node_on, make_links, payload, target
):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    half = asyncio.Event()

    def watch(done: int) -> None:
        if done > SIZE // 2:
            half.set()

    async with TaskGroup() as group:
        pushing = group.create_task(push(runner, payload, str(target), sent=watch))
        await half.wait()
        pushing.cancel()
    assert not target.exists()

    pushed = await push(runner, payload, str(target))
    assert hashlib.sha512(target.read_bytes()).hexdigest() == payload.sha512
    assert pushed.resumed == 1
    assert pushed.sent < SIZE


async def test_looking_makes_no_target(ssh_servers, node_on, make_links, payload, target):
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    found = await find_received(runner, payload, str(target), ORDINARY)
    assert not found.there
    assert found.offset == 0
    assert found.free > 0


async def test_what_somebody_writes_there_during_the_push_is_not_lost(
    ssh_servers, node_on, make_links, payload, target
):
    """Over the node's own link, where the end of the file is held back by us."""
    runner = make_links(node_on("pi1", ssh_servers.server())).runner("pi1")
    guarded = Placing(guarded=True)

    def sent(_have: int) -> None:
        target.write_text("mine")

    with pytest.raises(NodeError, match="somebody wrote there during the push"):
        await push(runner, payload, str(target), placing=guarded, sent=sent)
    assert target.read_text() == "mine"
    target.unlink()
    assert (await push(runner, payload, str(target), placing=guarded)).resumed == 1
    assert target.stat().st_size == payload.size


def test_a_relay_agent_places_nothing_over_what_somebody_wrote(payload, target):
    """By the script that it runs in the end, with the words that it is given."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("mine")
    part = target.with_name(f".{target.name}.{payload.sha512[:16]}.part")

    def place(placing: Placing) -> subprocess.CompletedProcess[str]:
        part.write_bytes(payload.path.read_bytes())
        words = [str(target), payload.sha512, str(payload.size), *placing.words]
        command = ["sh", "-c", place_script(), "push", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert "somebody wrote there" in place(Placing(0o640, guarded=True)).stderr
    assert target.read_text() == "mine"
    assert place(Placing(0o640)).stdout == "done\n"
    assert target.stat().st_mode & 0o777 == 0o640
    assert target.read_bytes() == payload.path.read_bytes()
