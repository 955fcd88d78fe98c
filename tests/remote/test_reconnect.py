"""A link that was lost is noticed, and made again when it is next used."""

import asyncio
import socket
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from remote.conftest import until
from support.nodes import node
from support.processes import alive
from support.sshd import Server, thaw

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import Failure, LinkError
from pitui.domain.link import LinkState
from pitui.remote.quoting import quote

pytestmark = pytest.mark.ssh


async def test_a_server_that_was_restarted_is_used_again(ssh_servers, node_on, make_links):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    seen = []
    connections.on_change(lambda _name, link: seen.append(link.state))
    runner = connections.runner("pi")
    assert (await runner.run("echo one")).ok
    server.stop()
    await until(lambda: connections.link("pi").state is LinkState.UNREACHABLE, 5, "the loss shows")
    assert "lost" in (connections.link("pi").error or "")
    with pytest.raises(LinkError) as caught:
        await runner.run("true")
    assert caught.value.failure is Failure.REFUSED
    server.start()

    async def answers() -> bool:
        try:
            return (await runner.run("echo two")).stdout == "two\n"
        except LinkError:
            return False

    await until(answers, 15, "the node is used again by itself")
    assert seen == [
        LinkState.CONNECTED, LinkState.UNREACHABLE, LinkState.REFUSED, LinkState.CONNECTED,
    ]  # fmt: skip


class Cutting:
    """Passes on what node and client say, until it resets the connection as a lost node does.

    That is after `after` answers of the node, counted from `arm` on.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._left: int | None = None

    def arm(self, after: int) -> None:
        self._left = after

    async def serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answers, to_node = await asyncio.open_connection(self._server.address, self._server.port)
        async with TaskGroup() as group:
            asking = group.create_task(self._ask(client, to_node))
            while (block := await answers.read(65536)) and self._left != 0:
                back.write(block)
                if self._left is not None:
                    self._left -= 1
            back.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            back.transport.abort()
            asking.cancel()
            to_node.close()

    async def _ask(self, client: asyncio.StreamReader, to_node: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await client.read(65536):
                to_node.write(block)


@pytest.mark.parametrize("after", range(4))
async def test_a_connection_that_is_reset_while_a_command_starts_is_a_lost_link(
    ssh_servers, known, make_links, after
):
    server = ssh_servers.server()
    cutting = Cutting(server)
    async with await asyncio.start_server(cutting.serve, server.address, 0) as proxy:
        port = proxy.sockets[0].getsockname()[1]
        known.write_text(server.known_line().replace(f":{server.port}", f":{port}"))
        connections = make_links(node("pi", server.address, port, identity=ssh_servers.client_key))
        assert (await connections.runner("pi").run("echo one")).ok
        cutting.arm(after)
        with pytest.raises(LinkError) as caught:
            await connections.runner("pi").run("sleep 60")
        assert caught.value.failure is Failure.LOST


async def test_a_person_who_asks_again_does_not_wait_for_the_backoff(
    ssh_servers, node_on, make_links
):
    server = ssh_servers.server(start=False)
    connections = make_links(node_on("pi", server))
    for _ in range(4):
        connections.retry("pi")
        with pytest.raises(LinkError):
            await connections.connect("pi")
    server.start()
    with pytest.raises(LinkError):
        await connections.connect("pi")
    connections.retry("pi")
    await connections.connect("pi")
    assert connections.link("pi").state is LinkState.CONNECTED


async def test_what_runs_while_the_link_is_lost_says_so(ssh_servers, node_on, make_links):
    server = ssh_servers.server()
    runner = make_links(node_on("pi", server)).runner("pi")
    async with runner.open("echo first; sleep 99") as process:
        blocks = process.blocks()
        assert await anext(blocks) == b"first\n"
        server.stop()
        with pytest.raises(LinkError) as caught:
            await anext(blocks)
        assert caught.value.failure is Failure.LOST
        with pytest.raises(LinkError):
            await process.wait()


async def test_commands_end_on_the_node_when_the_link_is_lost(
    ssh_servers, node_on, make_links, tmp_path: Path
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    file, quiet = tmp_path / "pid", tmp_path / "quiet.log"
    quiet.touch()
    async with connections.runner("pi").open(
        f"echo $$ > {quote(file)}; exec tail -F {quote(quiet)}"
    ):
        await until(lambda: file.exists() and file.read_text().endswith("\n"), 10, "it runs")
        pid = int(file.read_text())
        up = await (await connections.open_link("pi")).up()
        # As a cable that is pulled, or pitui that is killed: nothing is said good-bye to.
        up.connection._transport.abort()
        await until(lambda: not alive(pid), 10, "tail ended on the node")


async def test_a_frozen_peer_is_found_within_ten_seconds(ssh_servers, node_on, make_links):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    runner = connections.runner("pi")
    await runner.run("true")
    frozen = server.freeze()
    try:
        async with asyncio.timeout(10):
            with pytest.raises(LinkError) as caught:
                await runner.run("echo never")
    finally:
        thaw(frozen)
    assert caught.value.failure is Failure.LOST
    assert "stopped answering" in caught.value.message
    assert connections.link("pi").state is LinkState.UNREACHABLE
    assert (await runner.run("echo again")).stdout == "again\n"


async def test_closing_ends_what_runs_and_leaves_nothing(
    ssh_servers, node_on, make_links, tmp_path: Path
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    file = tmp_path / "pid"
    async with connections.runner("pi").open(f"echo $$ > {quote(file)}; exec sleep 99") as process:
        await until(lambda: file.exists() and file.read_text().endswith("\n"), 10, "it runs")
        await connections.aclose()
        with pytest.raises(LinkError):
            await process.wait()
    pid = int(file.read_text())
    await until(lambda: not alive(pid), 5, "the command ended")
    await until(lambda: not server.sessions(), 5, "the connection is closed")
