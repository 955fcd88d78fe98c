"""The cluster as every service gets it: configuration, links, web access, audit log."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pitui.config.model import Config, Node
from pitui.config.nodes import resolve_nodes
from pitui.domain.errors import UsageError
from pitui.provision.sudo import Passwords
from pitui.remote.ask import Asker
from pitui.remote.links import Links
from pitui.remote.runner import Runner
from pitui.remote.web import Web
from pitui.services.audit import Audit
from pitui.services.master import MasterAccess


@dataclass(frozen=True)
class Cluster:
    """One configured cluster and the ways to reach it."""

    config: Config
    nodes: dict[str, Node]
    links: Links
    web: Web
    spark_master: MasterAccess
    audit: Audit
    passwords: Passwords = field(default_factory=Passwords)
    """Those for sudo that were given, for as long as the cluster is open; in memory only."""

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.config.cluster.name

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
            raise UsageError(f"no node is called {name!r}", f"There are: {', '.join(self.nodes)}.")
        return self.nodes[name]

    def runner(self, name: str) -> Runner:
        """Return what runs commands on a node."""
        return self.links.runner(name)


@asynccontextmanager
async def open_cluster(config: Config, asker: Asker) -> AsyncIterator[Cluster]:
    """Hand out the cluster of a configuration; nothing is connected before it is used."""
    nodes = resolve_nodes(config)
    links = Links(nodes.values(), asker)
    web = Web(links)
    try:
        master = MasterAccess(config, nodes[config.cluster.master], web)
        audit = Audit(f"{config.cluster.name} at {master.configured_url}")
        yield Cluster(config, nodes, links, web, master, audit)
    finally:
        await web.aclose()
        await links.aclose()
