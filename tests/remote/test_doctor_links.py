"""A node behind a slow link, and one whose name nobody knows, as `pitui doctor` finds them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from support.sshd import Server, SshServers

from pitui.config.load import load_config
from pitui.doctor.check import Reads
from pitui.doctor.registry import chosen_checks
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.link import LinkState
from pitui.remote.prompts import NonInteractive, UnknownKey
from pitui.services.cluster import open_cluster
from pitui.services.doctor.gather_evidence import gather_evidence
from pitui.services.doctor.run_checks import look
from pitui.services.monitor.cluster_monitor import ClusterMonitor

pytestmark = pytest.mark.ssh
CONNECT_LIMIT, ANSWER_EXTRA = 4.0, 1.5
"""Seconds that the node may take to be connected to, and to answer beyond that."""
DELAY = 0.3
"""Seconds that a link needs each way."""


@asynccontextmanager
async def slow_way(server: Server) -> AsyncIterator[int]:
    """Pass on what comes to a port, each piece a while later; yield the port."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while piece := await reader.read(65536):
                await asyncio.sleep(DELAY)
                writer.write(piece)
        finally:
            writer.close()

    async def both(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(server.address, server.port)
        async with TaskGroup() as group:
            group.create_task(carry(reader, back))
            group.create_task(carry(there, writer))

    relay = await asyncio.start_server(both, "127.0.0.1", 0)
    async with relay:
        yield relay.sockets[0].getsockname()[1]
        await asyncio.sleep(2 * DELAY)  # what is on its way arrives


async def test_a_slow_link_and_an_unknown_name_are_found(
    ssh_servers: SshServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    server = ssh_servers.server()
    async with slow_way(server) as port:
        known = tmp_path / "known"
        key = server.known_line().split(maxsplit=1)[1]
        known.write_text(f"{server.known_line()}[127.0.0.1]:{port} {key}")
        config = tmp_path / "config.yaml"
        config.write_text(
            "cluster: {name: slow, master: nuc}\n"
            f"ssh: {{identity: {ssh_servers.client_key}, known_hosts: {known}, sudo: none,\n"
            "  connect_timeout: 40}\n"
            "nodes:\n"
            f"  nuc: {{host: {server.address}, port: {server.port}}}\n"
            f"  pi1: {{host: 127.0.0.1, port: {port}}}\n"
            "  pi2: {host: no-such-board.invalid}\n"
        )
        checks = chosen_checks(["reach"])
        # Read-only: looking changes nothing, and neither does measuring a slow link again.
        loaded = load_config(config)
        async with open_cluster(loaded, NonInteractive(), read_only=True) as cluster:
            evidence = await gather_evidence(
                cluster, [*cluster.nodes], {*Reads}, say=lambda _text: None
            )
    assert [*evidence.silent] == ["pi2"], evidence.silent
    assert evidence.delays["pi1"] >= 2 * DELAY
    found = {(one.check, one.node): one.title for one in look(checks, evidence)[0]}
    assert found["reach.latency", "pi1"].startswith("a command takes ")
    assert found["reach.name", "pi2"].startswith("its name no-such-board.invalid leads nowhere")
    assert ("reach.ssh", "pi2") in found


class SlowPerson(NonInteractive):
    """Trusts every machine, after some thought."""

    async def trust(self, _key: UnknownKey) -> bool:
        await asyncio.sleep(CONNECT_LIMIT + ANSWER_EXTRA + 1)
        return True


async def test_a_link_that_takes_long_to_be_made_is_waited_for(
    ssh_servers: SshServers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    server = ssh_servers.server()
    config = tmp_path / "config.yaml"
    config.write_text(
        "cluster: {name: slow, master: nuc}\n"
        f"ssh: {{identity: {ssh_servers.client_key}, known_hosts: {tmp_path / 'known'},\n"
        f"  sudo: none, connect_timeout: {CONNECT_LIMIT}}}\n"
        f"nodes: {{nuc: {{host: {server.address}, port: {server.port}}}}}\n"
    )
    async with open_cluster(load_config(config), SlowPerson()) as cluster:
        snapshot = await ClusterMonitor(cluster).once()
    (node,) = snapshot.nodes
    assert node.link.state is LinkState.CONNECTED, node.link
