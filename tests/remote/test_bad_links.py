"""Links that are slow, narrow or lossy: what is asked for is done, or said to have failed."""

import asyncio

import msgspec
from remote.conftest import until
from support.bad_link import BadLink, bad_link

from pitui.domain.cluster import LinkState
from pitui.domain.errors import LinkError
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
