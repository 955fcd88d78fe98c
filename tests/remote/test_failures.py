"""Each failure to reach a node has its own name, in time, and holds nobody else up."""

import asyncio
import socket
import time
from collections.abc import Iterator

import pytest
from support.nodes import node
from support.sshd import free_port

from pitui.domain.errors import Failure, LinkError
from pitui.domain.link import LinkState
from pitui.remote.fanout import as_done


async def refused(connections, name: str) -> LinkError:
    with pytest.raises(LinkError) as caught:
        await connections.runner(name).run("true")
    assert caught.value.node == name
    assert caught.value.advice
    return caught.value


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never says anything."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A port whose queue is full: the kernel drops what asks to connect, as a firewall does."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for sock in (first, second):
            sock.setblocking(False)
            sock.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


async def test_a_name_that_nobody_knows(make_links):
    connections = make_links(node("pi", "no-such-host.invalid"))
    error = await refused(connections, "pi")
    assert error.failure is Failure.NAME_NOT_FOUND
    assert "no-such-host.invalid" in error.message
    assert connections.link("pi").state is LinkState.UNREACHABLE


async def test_a_name_that_is_none(make_links):
    for name in ("a..b", "x" * 80):
        error = await refused(make_links(node("pi", name)), "pi")
        assert error.failure is Failure.NAME_NOT_FOUND


async def test_a_port_where_nothing_listens(make_links):
    connections = make_links(node("pi", "127.0.0.1", free_port()))
    error = await refused(connections, "pi")
    assert error.failure is Failure.REFUSED
    assert connections.link("pi").state is LinkState.REFUSED
    assert connections.link("pi").error == error.message
    assert connections.link("pi").advice == error.advice


async def test_a_network_that_no_route_leads_to(make_links):
    # A class E address: the kernel has no route to it and sends nothing.
    error = await refused(make_links(node("pi", "255.255.255.255")), "pi")
    assert error.failure is Failure.NO_ROUTE


async def test_a_machine_that_does_not_answer_at_all(make_links, black_hole):
    connections = make_links(node("pi", "127.0.0.1", black_hole, connect_timeout=0.5))
    error = await refused(connections, "pi")
    assert error.failure is Failure.TIMED_OUT
    assert "no answer" in error.message
    assert connections.link("pi").state is LinkState.UNREACHABLE


async def test_a_machine_that_takes_the_connection_and_hangs(make_links, silent_port):
    error = await refused(
        make_links(node("pi", "127.0.0.1", silent_port, connect_timeout=0.5)), "pi"
    )
    assert error.failure is Failure.TIMED_OUT
    assert "did not finish the login" in error.message


async def test_a_server_that_speaks_something_else(make_links):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2000)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await refused(make_links(node("pi", "127.0.0.1", port)), "pi")
    assert error.failure in (Failure.PROTOCOL, Failure.LOST)


async def test_a_server_that_hangs_up_at_once(make_links):
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        error = await refused(make_links(node("pi", "127.0.0.1", port)), "pi")
    assert error.failure is Failure.LOST
    assert "MaxStartups" in error.advice


@pytest.mark.ssh
async def test_good_nodes_answer_before_bad_ones_have_failed(
    ssh_servers, node_on, make_links, silent_port, black_hole
):
    good = [node_on(f"good{n}", ssh_servers.server()) for n in range(3)]
    bad = [
        node("hung", "127.0.0.1", silent_port, connect_timeout=3.0),
        node("dark", "127.0.0.1", black_hole, connect_timeout=3.0),
        node("refused", "127.0.0.1", free_port()),
        node("nameless", "no-such-host.invalid"),
    ]
    connections = make_links(*bad, *good)
    names = [n.name for n in (*bad, *good)]
    order = []
    async for name, result in as_done(names, lambda name: connections.runner(name).run("echo ok")):
        order.append(name)
        assert isinstance(result, LinkError) == (not name.startswith("good"))
    assert set(order[-2:]) == {"hung", "dark"}


async def test_after_a_failure_calls_fail_at_once_until_the_next_try_is_due(
    make_links, silent_port
):
    connections = make_links(node("pi", "127.0.0.1", silent_port, connect_timeout=0.6))
    await refused(connections, "pi")
    started = time.monotonic()
    error = await refused(connections, "pi")
    assert time.monotonic() - started < 0.3
    assert error.failure is Failure.TIMED_OUT


async def test_all_who_wait_for_one_connection_share_its_failure(make_links, silent_port):
    connections = make_links(node("pi", "127.0.0.1", silent_port, connect_timeout=0.6))
    started = time.monotonic()
    errors = await asyncio.gather(*(refused(connections, "pi") for _ in range(10)))
    assert {error.failure for error in errors} == {Failure.TIMED_OUT}
    assert time.monotonic() - started < 3


async def test_changes_are_told_until_nobody_wants_to_know(make_links):
    connections = make_links(node("pi", "127.0.0.1", free_port()), node("nuc", "local"))
    seen = []
    stop = connections.on_change(lambda name, link: seen.append((name, link.state)))
    assert connections.link("pi").state is LinkState.CONNECTING
    assert connections.link("nuc").state is LinkState.CONNECTED
    await refused(connections, "pi")
    assert seen == [("pi", LinkState.REFUSED)]
    stop()
    connections.retry("pi")
    await refused(connections, "pi")
    assert len(seen) == 1
