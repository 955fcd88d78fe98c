"""A file to several real sshd at once, which pass it on to each other."""

import asyncio
import hashlib
import os
import socket
import ssl
from pathlib import Path

import pytest
from remote.conftest import until
from support.sshd import thaw

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import LinkError, PituiError
from pitui.remote.copy.payload import Payload, Pushed
from pitui.remote.copy.relay import relay_agent
from pitui.remote.copy.relay.file_distributor import FileDistributor, one_time_identity
from pitui.remote.copy.relay.peer_selection import Topology
from pitui.remote.fanout import fan_out

pytestmark = pytest.mark.ssh

MIB = 1024 * 1024
SIZE = 24 * MIB + 12_345
LONG = 160 * MIB + 12_345
"""Under way long enough for something to happen meanwhile."""


def made(folder: Path, size: int) -> Payload:
    path = folder / "spark 4.tgz"
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for number in range(size // MIB):
            file.write(number.to_bytes(8, "big") + block[8:])
        file.write(block[: size % MIB])
    with path.open("rb") as file:
        return Payload(path, size, hashlib.file_digest(file, "sha512").hexdigest())


@pytest.fixture(scope="module")
def payload(tmp_path_factory) -> Payload:
    return made(tmp_path_factory.mktemp("here"), SIZE)


@pytest.fixture(scope="module")
def long(tmp_path_factory) -> Payload:
    return made(tmp_path_factory.mktemp("here"), LONG)


class Trial:
    """Several nodes, and a target of each."""

    def __init__(self, ssh_servers, node_on, make_links, folder: Path, *options: str) -> None:
        self.servers = {f"pi{n}": ssh_servers.server(*options) for n in (1, 2, 3)}
        self.connections = make_links(*(node_on(name, at) for name, at in self.servers.items()))
        self.folder = folder
        self.have = dict.fromkeys(self.servers, 0)

    def target(self, name: str) -> Path:
        return self.folder / name / "a way $HOME" / "spark's.tgz"

    async def push(
        self, distributor: FileDistributor, payload: Payload, *names: str, **how
    ) -> dict[str, Pushed | PituiError]:
        async def one(name: str) -> Pushed:
            def sent(have: int) -> None:
                self.have[name] = have
                self.moved(name, have)

            target = str(self.target(name))
            return await distributor.deliver(name, payload, target, sent=sent, **how)

        return await fan_out(names or self.servers, one)

    def moved(self, name: str, have: int) -> None:
        """Called whenever a node has more."""

    def check(self, payload: Payload, *names: str) -> None:
        for name in names:
            assert self.target(name).read_bytes() == payload.path.read_bytes(), name
            beside = sorted(path.name for path in self.target(name).parent.iterdir())
            assert beside == [".spark's.tgz.receipt", "spark's.tgz"]


@pytest.fixture
def trial(ssh_servers, node_on, make_links, tmp_path) -> Trial:
    return Trial(ssh_servers, node_on, make_links, tmp_path / "far")


@pytest.mark.parametrize("way", Topology)
async def test_each_node_gets_the_file_and_knows_it(trial, payload, way):
    async with FileDistributor(trial.connections, way) as distributor:
        done = await trial.push(distributor, payload)
    trial.check(payload, *trial.servers)
    assert all(one.sent == SIZE for one in done.values())
    if way is Topology.STAR:
        assert [one.via for one in done.values()] == [None, None, None]
    async with FileDistributor(trial.connections, way) as distributor:
        again = await trial.push(distributor, payload)
    assert all(one.was_there for one in again.values())


async def test_in_a_chain_each_node_passes_it_on(trial, long):
    begun = asyncio.Event()
    held: list[int] = []

    def hold_the_first(name: str, _have: int) -> None:
        if name == "pi1" and not held:
            held.extend(trial.servers[name].freeze())
            begun.set()

    def listen() -> bool:
        return all(ports(trial.servers[name]) for name in ("pi2", "pi3"))

    trial.moved = hold_the_first
    async with (
        FileDistributor(trial.connections, Topology.CHAIN) as distributor,
        TaskGroup() as group,
    ):
        first = group.create_task(trial.push(distributor, long, "pi1"))
        await begun.wait()
        rest = group.create_task(trial.push(distributor, long, "pi2", "pi3"))
        await until(listen, 20, "the others are there")
        thaw(held)
    done = first.result() | rest.result()
    trial.check(long, *trial.servers)
    assert done["pi1"].via is None
    assert {done["pi2"].via, done["pi3"].via} in ({"pi1", "pi2"}, {"pi1", "pi3"})


async def test_a_dead_node_in_the_chain_fails_alone_and_the_next_goes_on(trial, long):
    order: list[str] = []
    died: list[str] = []

    def moved(name: str, have: int) -> None:
        if name not in order:
            order.append(name)
        # The first to have something feeds the others.
        if not died and name == order[0] and MIB < have < LONG // 2:
            died.append(name)
            trial.servers[name].stop()

    trial.moved = moved
    async with FileDistributor(trial.connections, Topology.CHAIN) as distributor:
        done = await trial.push(distributor, long, away_limit=1)
    assert died
    lost = done.pop(died[0])
    assert isinstance(lost, LinkError)
    assert lost.node == died[0]
    assert "during a push" in lost.message
    trial.check(long, *done)
    # Each byte came once: they went on from where they were.
    assert [one.sent for one in done.values()] == [LONG, LONG]
    assert not trial.target(died[0]).exists()


async def test_a_node_that_comes_back_goes_on_where_it_was(trial, long):
    broken = asyncio.Event()

    def moved(name: str, have: int) -> None:
        if name == "pi2" and MIB < have < LONG and not broken.is_set():
            trial.servers[name].stop()
            broken.set()

    trial.moved = moved
    async with FileDistributor(trial.connections) as distributor, TaskGroup() as group:
        pushing = group.create_task(trial.push(distributor, long))
        await broken.wait()
        trial.servers["pi2"].start()
    done = pushing.result()
    trial.check(long, *trial.servers)
    assert done["pi2"].resumed == 1
    assert done["pi2"].sent < LONG + LONG // 2


async def test_a_frozen_peer_is_left_for_another(trial, long, monkeypatch):
    monkeypatch.setattr("pitui.remote.copy.relay.peer_transfer.PEER_LIMIT", 1.0)
    order: list[str] = []
    frozen: list[int] = []

    def moved(name: str, have: int) -> None:
        if name not in order:
            order.append(name)
        if not frozen and have > LONG // 4 and name == order[0]:
            frozen.extend(trial.servers[name].freeze())
        if frozen and sum(have == LONG for have in trial.have.values()) == 2:
            thaw(frozen)

    trial.moved = moved
    async with FileDistributor(trial.connections, Topology.CHAIN) as distributor:
        await trial.push(distributor, long)
    assert frozen
    trial.check(long, *trial.servers)


async def test_cancelled_it_goes_on_the_next_time(trial, long):
    half = asyncio.Event()
    trial.moved = lambda _name, have: half.set() if have > LONG // 4 else None
    async with FileDistributor(trial.connections) as distributor, TaskGroup() as group:
        pushing = group.create_task(trial.push(distributor, long))
        await half.wait()
        pushing.cancel()
    assert not any(trial.target(name).exists() for name in trial.servers)
    trial.moved = lambda _name, _have: None
    async with FileDistributor(trial.connections) as distributor:
        done = await trial.push(distributor, long)
    trial.check(long, *trial.servers)
    assert any(one.resumed == 1 and one.sent < LONG for one in done.values())


async def test_a_bad_beginning_is_noticed_and_sent_anew(trial, payload):
    part = trial.target("pi1").with_name(f".spark's.tgz.{payload.sha512[:16]}.part")
    part.parent.mkdir(parents=True)
    part.write_bytes(bytes(4 * MIB))
    async with FileDistributor(trial.connections, Topology.STAR) as distributor:
        done = await trial.push(distributor, payload)
    trial.check(payload, *trial.servers)
    assert done["pi1"].sent == SIZE - 4 * MIB + SIZE


async def test_what_is_wrong_with_one_node_is_said_of_that_one(trial, payload):
    trial.target("pi2").mkdir(parents=True)
    trial.target("pi3").parent.parent.mkdir()
    trial.target("pi3").parent.touch()
    async with FileDistributor(trial.connections) as distributor:
        done = await trial.push(distributor, payload)
    trial.check(payload, "pi1")
    assert "is a folder" in str(done["pi2"])
    assert "cannot write" in str(done["pi3"])


async def test_a_source_that_changes_never_gets_its_place(trial, payload, tmp_path):
    copy = tmp_path / "copy"
    copy.write_bytes(payload.path.read_bytes()[: 3 * MIB])
    changing = await Payload.of(copy)
    copy.write_bytes(os.urandom(3 * MIB))
    async with FileDistributor(trial.connections) as distributor:
        done = await trial.push(distributor, changing)
    assert all("changed during the push" in str(error) for error in done.values())
    copy.write_bytes(b"short")
    async with FileDistributor(trial.connections) as distributor:
        done = await trial.push(distributor, changing)
    assert all("changed during the push" in str(error) for error in done.values())
    copy.unlink()
    async with FileDistributor(trial.connections) as distributor:
        done = await trial.push(distributor, changing)
    assert all("any more: " in str(error) for error in done.values())
    assert not any(trial.target(name).exists() for name in trial.servers)


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Return a folder with all of the system's programs but Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in Path("/usr/bin").iterdir():
        if not tool.name.startswith("python"):
            (folder / tool.name).symlink_to(tool)
    return folder


async def test_a_node_without_python_gets_it_all_the_same(
    ssh_servers, node_on, make_links, payload, tmp_path, tools
):
    trial = Trial(ssh_servers, node_on, make_links, tmp_path / "far")
    for server in trial.servers.values():
        # bash reads it for what sshd runs.
        (server.home / ".bashrc").write_text(f"PATH={tools}\n")
    assert not (await trial.connections.runner("pi1").run("command -v python3")).ok
    async with FileDistributor(trial.connections) as distributor:
        done = await trial.push(distributor, payload)
    trial.check(payload, *trial.servers)
    assert [one.via for one in done.values()] == [None, None, None]


def _answer(plain: socket.socket) -> bytes:
    try:
        return plain.recv(100)
    except ConnectionResetError:
        return b""


def ports(server) -> list[int]:
    """Return the ports that the relay agents below an sshd listen on."""
    inodes = set()
    for pid in server.sessions():
        try:
            inodes |= {str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()}
        except OSError:
            # It ended, or closed one, meanwhile.
            continue
    found = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
            found.append(int(words[1].partition(":")[2], 16))
    return found


async def test_nobody_without_the_key_of_this_push_feeds_a_node(trial, long):
    tried: list[str] = []

    def intrude(name: str, have: int) -> None:
        if tried or have >= LONG:
            return
        server = trial.servers[name]
        (port,) = ports(server)
        where = (server.address, port)
        with socket.create_connection(where, 5) as plain:
            plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
            plain.settimeout(5)
            tried.append("plain")
            assert b"\0\0\0\0" not in _answer(plain)
        context = relay_agent.tls(one_time_identity(), server=False)
        with (
            pytest.raises(ssl.SSLError),
            socket.create_connection(where, 5) as plain,
            context.wrap_socket(plain),
        ):
            pass
        tried.append("another key")

    trial.moved = intrude
    async with FileDistributor(trial.connections) as distributor:
        await trial.push(distributor, long)
    assert tried == ["plain", "another key"]
    trial.check(long, *trial.servers)


async def test_nothing_of_a_push_stays_on_a_node(trial, payload):
    async with FileDistributor(trial.connections) as distributor:
        await trial.push(distributor, payload)

    def quiet() -> bool:
        return not any(ports(server) for server in trial.servers.values())

    await until(quiet, 5, "no relay agent listens")
    for server in trial.servers.values():
        assert not [path for path in server.home.rglob("*") if path.is_file()]
