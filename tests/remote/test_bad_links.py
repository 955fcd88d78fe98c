"""Links that are slow, narrow or lossy: what is asked for is done, or said to have failed."""

import asyncio

import msgspec
import pytest
from remote.conftest import until
from support.bad_link import BadLink, bad_link

from pitui.domain.errors import LinkError
from pitui.domain.link import LinkState
from pitui.remote.copy.put_file import put_file

LIMIT = 90.0


async def test_a_second_on_the_way_and_10_kb_a_second(ssh_servers, node_on, make_links, known):
    """A command takes as long as it takes; nobody gives up, and a file comes whole."""
    server = ssh_servers.server()
    slow = BadLink(delay=0.5, rate=10_000)
    async with bad_link(server.address, server.port, slow):
        # A login is some ten questions and answers, each a second here.
        node = _through(node_on("pi1", server, connect_timeout=40.0), slow, server, known)
        connections = make_links(node)
        runner = connections.runner("pi1")
        assert (await runner.run("echo there", changes=False)).stdout == "there\n"
        content = bytes(range(256)) * 100
        await put_file(runner, content, f"{server.home}/file")
        assert (server.home / "file").read_bytes() == content
        assert connections.link("pi1").state is LinkState.CONNECTED


@pytest.mark.parametrize("left", ["", "nohup sleep 60 2>/dev/null & "])
async def test_output_comes_whole_over_a_link_that_takes_seconds_for_a_packet(
    left: str, ssh_servers, node_on, make_links, known
):
    """The end of a command is told before its output has come; what it leaves may hold it open."""
    server = ssh_servers.server()
    slow = BadLink()
    async with bad_link(server.address, server.port, slow):
        node = _through(node_on("pi1", server, connect_timeout=40.0), slow, server, known)
        connections = make_links(node)
        runner = connections.runner("pi1")
        await connections.connect("pi1")
        slow.delay, slow.rate = 0.5, 20_000
        line = f"{left}head -c 400000 /dev/zero; echo $! end"
        result = await runner.run(line, limit=LIMIT, changes=False)
        assert len(result.stdout) > 400_000
        assert result.stdout.endswith("end\n")
        slow.delay, slow.rate = 0.0, 0.0
        if left:
            await runner.run(f"kill {result.stdout[400_000:].split()[0]}")


async def test_output_comes_whole_to_a_slow_reader_of_a_far_node(
    ssh_servers, node_on, make_links, known
):
    """The node has to hear that there is room again, which takes longer than any silence."""
    server = ssh_servers.server()
    far = BadLink(room=10_000)
    async with bad_link(server.address, server.port, far):
        node = _through(node_on("pi1", server, connect_timeout=40.0), far, server, known)
        connections = make_links(node)
        await connections.connect("pi1")
        far.delay = 1.5
        # What is read ahead, what may be on its way, and a rest that fits into a pipe on the node:
        # so the command ends before that rest is sent.
        size = 3 * 1024 * 1024 + 90_000
        command = f"head -c {size} /dev/zero; sleep 60 & exit 0"
        async with connections.runner("pi1").open(command, changes=False) as process:
            await asyncio.sleep(8.0)
            assert sum([len(block) async for block in process.blocks()]) == size
        far.delay = 0.0


async def test_half_of_what_is_sent_is_lost(ssh_servers, node_on, make_links, known):
    """Each command ends, well or with a lost link; another node notices nothing."""
    server, other = ssh_servers.server(), ssh_servers.server()
    lossy = BadLink()
    async with bad_link(server.address, server.port, lossy):
        node = msgspec.structs.replace(
            _through(node_on("pi1", server), lossy, server, known), connect_timeout=2.0
        )
        connections = make_links(node, node_on("pi2", other))
        await connections.connect("pi1")
        lossy.loss = 0.5
        ended: list[str] = []
        for number in range(12):
            connections.retry("pi1")
            try:
                async with asyncio.timeout(LIMIT):
                    result = await connections.runner("pi1").run(f"echo {number}", changes=False)
                ended.append(result.stdout)
                assert result.stdout == f"{number}\n"
            except LinkError as error:
                ended.append(error.message)
            assert (await connections.runner("pi2").run("echo 2", changes=False)).ok
        assert lossy.lost > 0
        assert len(ended) == 12
        lossy.loss = 0.0

        async def well() -> bool:
            connections.retry("pi1")
            try:
                return (await connections.runner("pi1").run("true", changes=False)).ok
            except LinkError:
                return False

        await until(well, LIMIT, "it works again")


def _through(node, link, server, known):
    """Return a node behind a bad link; its host key is known for the address here as well."""
    key = server.known_line().split(" ", 1)[1]
    with known.open("a") as file:
        file.write(f"[127.0.0.1]:{link.port} {key}")
    return msgspec.structs.replace(node, host="127.0.0.1", port=link.port)
