"""The cluster as every service gets it: configuration, links, web access, audit log."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pitui.config.model import Config, Node
from pitui.config.nodes import resolve_nodes, spark_url
from pitui.domain.errors import UsageError
from pitui.remote.locks.change_guard import ChangeGuard
from pitui.remote.locks.node_locks import NodeLocks
from pitui.remote.prompts import NonInteractive, PasswordPrompter
from pitui.remote.runner import Runner
from pitui.remote.ssh.connection_pool import ConnectionPool
from pitui.remote.sudo import Passwords, Sudo
from pitui.services.audit import Audit

if TYPE_CHECKING:
    from pitui.remote.http.web_client import Web
    from pitui.services.clients.master import MasterAccess


@dataclass(frozen=True)
class Cluster:
    """One configured cluster and the ways to reach it."""

    config: Config
    nodes: dict[str, Node]
    connections: ConnectionPool
    audit: Audit
    prompter: PasswordPrompter
    guard: ChangeGuard
    """What every change passes on its way to a node; `read_only` is its."""
    locks: NodeLocks
    _closing: AsyncExitStack
    """Closes what was opened, the latest first."""
    passwords: Passwords = field(default_factory=Passwords)
    """Those for sudo that were given, for as long as the cluster is open; in memory only."""
    _sudo: dict[str, Sudo] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.config.cluster.name

    @cached_property
    def web(self) -> "Web":
        """Web access to what runs on nodes."""
        from pitui.remote.http.web_client import Web

        web = Web(self.connections, self.guard)
        self._closing.push_async_callback(web.aclose)
        return web

    @cached_property
    def spark_master(self) -> "MasterAccess":
        """The master's web UI."""
        from pitui.services.clients.master import MasterAccess

        return MasterAccess(self.config, self.master, self.web)

    @property
    def master(self) -> Node:
        """The node that runs the master."""
        return self.nodes[self.config.cluster.master]

    @property
    def workers(self) -> list[Node]:
        """The nodes that run a worker, in the order of the configuration."""
        return [node for node in self.nodes.values() if node.is_worker]

    def node(self, name: str) -> Node:
        """Return a node by name.

        Raises:
            UsageError: there is no such node; names those there are.
        """
        if name not in self.nodes:
            raise UsageError(f"unknown node {name!r}", f"There are: {', '.join(self.nodes)}.")
        return self.nodes[name]

    def runner(self, name: str) -> Runner:
        """Return what runs commands on a node."""
        return self.connections.runner(name)

    def sudo(self, name: str, *, asks: bool = True) -> Sudo:
        """Return what runs commands on a node as root.

        Without `asks` nobody is asked for a password, and only those given before are tried.
        """
        if not asks:
            return Sudo(self.node(name), self.runner(name), NonInteractive(), self.passwords)
        if name not in self._sudo:
            own = Sudo(self.node(name), self.runner(name), self.prompter, self.passwords)
            self._sudo[name] = own
        return self._sudo[name]


@asynccontextmanager
async def open_cluster(
    config: Config, prompter: PasswordPrompter, *, read_only: bool = False
) -> AsyncIterator[Cluster]:
    """Hand out the cluster of a configuration; nothing is connected before it is used.

    With `read_only` nothing is changed through it.
    """
    nodes = resolve_nodes(config)
    guard = ChangeGuard(read_only=read_only)
    connections = ConnectionPool(nodes.values(), prompter, guard)
    locks = NodeLocks(connections)
    guard.checks.append(locks.check)
    audit = Audit(f"{config.cluster.name} at {spark_url(config, nodes[config.cluster.master])}")
    async with AsyncExitStack() as closing:
        closing.push_async_callback(connections.aclose)
        yield Cluster(config, nodes, connections, audit, prompter, guard, locks, closing)
