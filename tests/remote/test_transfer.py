"""Files that are put on a node arrive whole or not at all."""

import asyncio
import os
from pathlib import Path

import pytest
from support.nodes import node

from pitui.domain.errors import Failure, LinkError, NodeError
from pitui.remote.copy.put_file import put_file

ANY = pytest.mark.parametrize(
    "kind", [pytest.param("ssh", marks=pytest.mark.ssh), pytest.param("local")]
)


@pytest.fixture
def runner(kind, request, make_links):
    if kind == "local":
        return make_links(node("nuc", "local")).runner("nuc")
    server = request.getfixturevalue("ssh_servers").server()
    return make_links(request.getfixturevalue("node_on")("pi", server)).runner("pi")


@ANY
async def test_bytes_and_files_arrive_with_their_mode(runner, tmp_path: Path):
    data = os.urandom(3_000_001)
    source = tmp_path / "source"
    source.write_bytes(data)
    progress: list[int] = []
    await put_file(runner, source, str(tmp_path / "new folder" / "it's"), 0o750, progress.append)
    target = tmp_path / "new folder" / "it's"
    assert target.read_bytes() == data
    assert target.stat().st_mode & 0o777 == 0o750
    assert progress[-1] == len(data)
    assert progress == sorted(progress)
    await put_file(runner, b"", str(target))
    assert target.read_bytes() == b""
    assert [path.name for path in target.parent.iterdir()] == ["it's"]


@ANY
async def test_a_path_below_the_home_of_the_user_there(runner):
    await put_file(runner, b"hello\n", "~/.pitui/a file")
    assert (await runner.run('cat "$HOME/.pitui/a file"')).stdout == "hello\n"


@ANY
async def test_a_place_that_cannot_be_written_is_named(runner, tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NodeError) as caught:
        await put_file(runner, b"x" * 1_000_000, str(tmp_path / "file" / "below"))
    assert str(tmp_path / "file" / "below") in caught.value.message
    assert (tmp_path / "file").read_text() == "in the way"


async def test_a_local_file_that_is_not_there_is_named(make_links, tmp_path: Path):
    runner = make_links(node("nuc", "local")).runner("nuc")
    with pytest.raises(NodeError, match="missing"):
        await put_file(runner, tmp_path / "missing", str(tmp_path / "target"))


@pytest.mark.ssh
async def test_a_link_that_is_lost_half_way_leaves_the_old_file(
    ssh_servers, node_on, make_links, tmp_path: Path
):
    server = ssh_servers.server()
    connections = make_links(node_on("pi", server))
    target = tmp_path / "folder" / "target"
    await put_file(connections.runner("pi"), b"old", str(target))
    up = await (await connections.open_link("pi")).up()

    def cut(sent: int) -> None:
        if sent > 8_000_000:
            up.connection._transport.abort()

    with pytest.raises(LinkError) as caught:
        await put_file(connections.runner("pi"), b"n" * 64_000_000, str(target), sent=cut)
    assert caught.value.failure is Failure.LOST
    assert target.read_bytes() == b"old"
    async with asyncio.timeout(10):
        while [path.name for path in target.parent.iterdir()] != ["target"]:
            await asyncio.sleep(0.05)
