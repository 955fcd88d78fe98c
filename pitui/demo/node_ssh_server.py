"""A demonstration node's SSH server."""

import asyncio
import os
import signal
import socket
from collections.abc import Callable

import asyncssh

from pitui.demo.cluster_plan import DemoNode, Plan
from pitui.demo.keys import authorized
from pitui.demo.ssh_session import Begin, NodeSession
from pitui.domain.concurrency.task_group import TaskGroup

_KEEPALIVE = 15.0
_FAREWELL = 5.0
"""Seconds that commands have to end when the server does."""

Connections = set["asyncssh.SSHServerConnection"]


class NodeServer(asyncssh.SSHServer):
    """One client's connection to a node."""

    def __init__(self, environment: dict[str, str], begin: Begin, connections: Connections) -> None:
        self._environment = environment
        self._begin = begin
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection."""
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the connection."""
        self._connections.discard(self._connection)

    def session_requested(self) -> NodeSession:
        """Return the handler of a new session."""
        return NodeSession(self._environment, self._begin)

    def connection_requested(
        self,
        dest_host: str,  # noqa: ARG002
        dest_port: int,  # noqa: ARG002
        orig_host: str,  # noqa: ARG002
        orig_port: int,  # noqa: ARG002
    ) -> bool:
        """Lead through to any address, as sshd does by default."""
        return True


async def serve(
    plan: Plan, node: DemoNode, ready: Callable[[], None], lifeline: int | None
) -> None:
    """Serve a node until SIGTERM or the end of file on `lifeline`; then hang up on everyone.

    Raises:
        OSError: the node's port is taken.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ended.set)
    if lifeline is not None:
        loop.add_reader(lifeline, ended.set)
    sock = socket.create_server((node.address, node.ssh_port or 0), backlog=100)
    connections: Connections = set()
    async with TaskGroup() as sessions:
        acceptor = await _listen(plan, node, sock, sessions.create_task, connections)
        ready()
        await ended.wait()
        acceptor.close()
        for connection in list(connections):
            connection.abort()
        loop.call_later(_FAREWELL, os._exit, 0)


async def _listen(
    plan: Plan, node: DemoNode, sock: socket.socket, begin: Begin, connections: Connections
) -> asyncssh.SSHAcceptor:
    environment = plan.environment(node)
    return await asyncssh.listen(
        sock=sock,
        config=[],
        server_factory=lambda: NodeServer(environment, begin, connections),
        server_host_keys=[str(plan.host_key(node))],
        authorized_client_keys=str(authorized(plan)),
        password_auth=False,
        kbdint_auth=False,
        gss_host=None,
        agent_forwarding=False,
        allow_scp=False,
        line_editor=False,
        encoding=None,
        compression_algs=None,
        keepalive_interval=_KEEPALIVE,
    )
