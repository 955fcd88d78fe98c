"""Many commands on one node, many links to one server, and jump hosts."""

import asyncio
import getpass

import pytest
from support.nodes import node

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import CommandTimeoutError, Failure, LinkError
from pitui.remote.fanout import fan_out

pytestmark = pytest.mark.ssh


async def test_thirty_commands_at_once_take_turns_on_ten_channels(ssh_servers, node_on, make_links):
    runner = make_links(node_on("pi", ssh_servers.server())).runner("pi")
    results = await asyncio.gather(*(runner.run(f"sleep 0.1; echo {n}") for n in range(30)))
    assert [result.stdout for result in results] == [f"{n}\n" for n in range(30)]


async def test_commands_take_turns_where_a_server_allows_fewer(ssh_servers, node_on, make_links):
    runner = make_links(node_on("pi", ssh_servers.server("MaxSessions 2"))).runner("pi")
    results = await asyncio.gather(*(runner.run(f"echo {n}") for n in range(12)))
    assert [result.stdout for result in results] == [f"{n}\n" for n in range(12)]


async def test_long_streams_leave_room_for_commands(ssh_servers, node_on, make_links):
    runner = make_links(node_on("pi", ssh_servers.server())).runner("pi")

    async def follow() -> None:
        async with runner.open("exec tail -F /dev/null") as process:
            await process.wait()

    async with TaskGroup() as group:
        tasks = [group.create_task(follow()) for _ in range(12)]
        for _ in range(5):
            assert (await runner.run("echo room", limit=10)).stdout == "room\n"
        for task in tasks:
            task.cancel()


async def test_waiting_for_a_turn_ends_with_the_limit(ssh_servers, node_on, make_links):
    runner = make_links(node_on("pi", ssh_servers.server("MaxSessions 1"))).runner("pi")
    async with runner.open("exec sleep 99"):
        with pytest.raises(CommandTimeoutError):
            await runner.run("true", limit=0.5)
    assert (await runner.run("echo free")).stdout == "free\n"


async def test_a_server_that_runs_no_commands_says_so(ssh_servers, node_on, make_links):
    runner = make_links(node_on("pi", ssh_servers.server("MaxSessions 0"))).runner("pi")
    with pytest.raises(LinkError) as caught:
        await runner.run("true")
    assert caught.value.failure is Failure.PROTOCOL


async def test_sixty_four_links_to_one_server_all_come_up(ssh_servers, node_on, make_links):
    server = ssh_servers.server()
    nodes = [node_on(f"pi{n}", server) for n in range(64)]
    connections = make_links(*nodes)
    results = await fan_out(
        [n.name for n in nodes], lambda name: connections.runner(name).run("echo up"), limit=64
    )
    assert {getattr(result, "stdout", result) for result in results.values()} == {"up\n"}
    assert server.logged("drop connection") == 0


async def test_nodes_behind_a_jump_host_share_one_connection_to_it(
    ssh_servers, make_links, known, home
):
    jump, inner = ssh_servers.server(), ssh_servers.server()
    known.write_text(jump.known_line() + inner.known_line())
    (home / ".ssh" / "config").write_text(
        f"Host bastion\n  HostName {jump.address}\n  Port {jump.port}\n"
        f"  User {getpass.getuser()}\n  IdentityFile {ssh_servers.client_key}\n"
        f"Host {inner.address}\n  ProxyJump bastion\n"
    )
    nodes = [
        node(f"pi{n}", inner.address, inner.port, identity=ssh_servers.client_key)
        for n in range(30)
    ]
    connections = make_links(*nodes)
    results = await fan_out(
        [n.name for n in nodes], lambda name: connections.runner(name).run("echo in"), limit=30
    )
    assert {getattr(result, "stdout", result) for result in results.values()} == {"in\n"}
    assert jump.logged("Accepted publickey") == 1
    assert inner.logged("Accepted publickey") == 30


async def test_a_chain_of_jumps_and_a_jump_with_a_jump_of_its_own(
    ssh_servers, make_links, known, home
):
    first, second, inner = (ssh_servers.server() for _ in range(3))
    known.write_text(first.known_line() + second.known_line() + inner.known_line())
    user = getpass.getuser()
    (home / ".ssh" / "config").write_text(
        f"Host 127.*\n  IdentityFile {ssh_servers.client_key}\n"
        f"Host chain\n  HostName {inner.address}\n  Port {inner.port}\n"
        f"  IdentityFile {ssh_servers.client_key}\n"
        f"  ProxyJump {user}@{first.address}:{first.port},{user}@{second.address}:{second.port}\n"
        f"Host nested\n  HostName {inner.address}\n  Port {inner.port}\n"
        f"  IdentityFile {ssh_servers.client_key}\n  ProxyJump middle\n"
        f"Host middle\n  HostName {second.address}\n  Port {second.port}\n"
        f"  IdentityFile {ssh_servers.client_key}\n  ProxyJump {first.address}:{first.port}\n"
    )
    connections = make_links(node("a", "chain"), node("b", "nested"))
    for name in ("a", "b"):
        assert (await connections.runner(name).run("echo $SSH_CONNECTION")).stdout.split()[
            2
        ] == inner.address
    assert first.logged("Accepted publickey") == 1
    assert second.logged("Accepted publickey") == 2


async def test_a_jump_host_that_is_down_is_named_once_for_all(ssh_servers, make_links, known, home):
    jump, inner = ssh_servers.server(start=False), ssh_servers.server()
    (home / ".ssh" / "config").write_text(
        f"Host {inner.address}\n  ProxyJump {jump.address}:{jump.port}\n"
    )
    nodes = [node(f"pi{n}", inner.address, inner.port) for n in range(5)]
    connections = make_links(*nodes)
    results = await fan_out(
        [n.name for n in nodes], lambda name: connections.runner(name).run("true")
    )
    for name, error in results.items():
        assert isinstance(error, LinkError)
        assert (error.node, error.failure) == (name, Failure.REFUSED)
        assert f"jump host {jump.address}" in error.message


async def test_a_node_that_its_jump_host_cannot_reach(ssh_servers, make_links, known, home):
    jump, inner = ssh_servers.server(), ssh_servers.server(start=False)
    known.write_text(jump.known_line())
    (home / ".ssh" / "config").write_text(
        f"Host {jump.address}\n  IdentityFile {ssh_servers.client_key}\n"
        f"Host {inner.address}\n  ProxyJump {jump.address}:{jump.port}\n"
    )
    connections = make_links(node("pi", inner.address, inner.port, identity=ssh_servers.client_key))
    with pytest.raises(LinkError) as caught:
        await connections.connect("pi")
    assert caught.value.failure is Failure.REFUSED
    assert "through the jump host" in caught.value.message


async def test_a_changed_key_of_a_jump_host_is_refused(ssh_servers, make_links, known, home):
    jump, inner = ssh_servers.server(), ssh_servers.server()
    known.write_text(f"{jump.name} {inner.known_line().split(' ', 1)[1]}")
    (home / ".ssh" / "config").write_text(
        f"Host {inner.address}\n  ProxyJump {jump.address}:{jump.port}\n"
    )
    connections = make_links(node("pi", inner.address, inner.port, identity=ssh_servers.client_key))
    with pytest.raises(LinkError) as caught:
        await connections.connect("pi")
    assert caught.value.failure is Failure.HOST_KEY_CHANGED
    assert inner.logged("Connection from") == 0
