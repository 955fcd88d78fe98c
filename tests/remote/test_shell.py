"""A shell that stays open on a real sshd."""

import pytest

from pitui.domain.errors import CommandTimeoutError, LinkError
from pitui.remote.shell import Answer, Shell

pytestmark = pytest.mark.ssh


@pytest.fixture
async def shell(ssh_servers, node_on, make_links):
    made = Shell(make_links(node_on("pi1", ssh_servers.server())).runner("pi1"))
    await made.open("exec sh", b"")
    yield made
    await made.close()


async def test_what_commands_write_and_how_they_end(shell):
    assert await shell.ask("printf 'a\\nb'; echo why >&2; exit 3", 5) == Answer(3, b"a\nb", "why")
    assert await shell.ask("cat; true", 5) == Answer(0, b"", "")
    binary = "printf '\\000\\377\\n\\n'"
    assert (await shell.ask(binary, 5)).stdout == b"\x00\xff\n\n"
    big = await shell.ask("head -c 3000000 /dev/zero", 20)
    assert big.stdout == bytes(3_000_000)


async def test_commands_leave_nothing_for_the_next(shell):
    await shell.ask("cd /; x=1; set -e; exec 3>&-; kill $$", 5)
    assert (await shell.ask('echo "$x"; pwd', 5)).stdout != b"1\n/\n"


async def test_one_that_does_not_end_is_given_up(shell):
    with pytest.raises(CommandTimeoutError):
        await shell.ask("sleep 60", 0.3)


async def test_a_link_that_is_lost_is_said(ssh_servers, node_on, make_links):
    server = ssh_servers.server()
    shell = Shell(make_links(node_on("pi1", server)).runner("pi1"))
    await shell.open("exec sh", b"")
    assert (await shell.ask("echo here", 5)).stdout == b"here\n"
    server.stop()
    with pytest.raises(LinkError):
        await shell.ask("echo there", 5)
    await shell.close()
