"""What the checks look at: configuration, snapshot, and what each node said."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pitui.config.model import Config, Node
from pitui.doctor.evidence.app_evidence import AppEvidence
from pitui.doctor.evidence.data_evidence import DataItem
from pitui.domain.cluster import MasterState, NodeStatus, Role
from pitui.domain.events.event import Event
from pitui.domain.ip_address import is_loopback, is_of_docker
from pitui.domain.link import LinkState
from pitui.domain.snapshot import Snapshot
from pitui.facts.node_facts.node_facts import NodeFacts

INNER_LINKS = ("lo", "docker", "br-", "veth", "virbr", "lxc", "lxd", "cni", "flannel", "podman")
"""How the names of links begin that lead nowhere outside of a machine."""

_MASTERS_OPTIONS = ("SPARK_DAEMON_JAVA_OPTS", "SPARK_MASTER_OPTS")
"""Variables of spark-env.sh with options of the master's Java, in the order in which it gets them:
the last word counts (`SparkClassCommandBuilder`)."""

_URL = re.compile(r"spark://\[?(?P<host>[^\],/]+?)\]?:(?P<port>\d+)$")


@dataclass(frozen=True)
class Evidence:
    """Everything that the rules of one run may read."""

    config: Config
    nodes: Mapping[str, Node]
    """All configured nodes."""
    snapshot: Snapshot
    facts: Mapping[str, NodeFacts] = field(default_factory=dict)
    """Of the nodes that were asked and answered, in the configuration's order."""
    silent: Mapping[str, str] = field(default_factory=dict)
    """Why nodes that were asked did not answer."""
    apps: Mapping[str, AppEvidence] = field(default_factory=dict)
    """By id the applications that were looked into: active ones, and those that just ended."""
    unread_apps: Sequence[str] = ()
    """Why others could not be looked into."""
    data: Sequence[DataItem] = ()
    """Where the data of the configuration is."""
    events: Sequence[Event] = ()
    """The timeline, oldest first."""
    delays: Mapping[str, float] = field(default_factory=dict)
    """Seconds that a command takes beside its own time, by node, at the best of some tries."""
    now: float = 0.0
    """Unix time in seconds."""

    @property
    def master_name(self) -> str:
        """The node that runs the master."""
        return self.config.cluster.master

    @property
    def master_alive(self) -> bool:
        """Whether the master can take work."""
        return self.snapshot.master.state is MasterState.ALIVE

    @property
    def master_address(self) -> tuple[str, int]:
        """The master's host and port, by its own word where it says it."""
        return address_of_url(self.snapshot.master.url) or ("", self.config.spark.master.port)

    @property
    def on_one_machine(self) -> bool:
        """Whether the master is known by a loopback address: no other machine can use it.

        So it is with a demonstration, and with a cluster that somebody tries on a laptop.
        """
        return is_loopback(self.master_address[0]) and all(
            node.local or is_loopback(node.host) for node in self.nodes.values()
        )

    @property
    def connected(self) -> Iterator[NodeStatus]:
        """The nodes whose daemons can be seen."""
        for node in self.snapshot.nodes:
            if node.link.state is LinkState.CONNECTED and node.metrics is not None:
                yield node

    def spark_facts(self) -> Iterator[tuple[str, NodeFacts]]:
        """Yield what the nodes said that run, or shall run, a daemon of Spark."""
        for name, facts in self.facts.items():
            node = self.nodes[name]
            if node.is_master or node.is_worker:
                yield name, facts

    def status(self, name: str) -> NodeStatus | None:
        """Return a node's part of the snapshot."""
        return self.snapshot.node(name)

    def same_machine(self, one: str, other: str) -> bool:
        """Whether two nodes are one machine: they have an address of a network in common.

        Networks inside of a machine have the same addresses everywhere.
        """
        own = [
            {
                address.address
                for address in self.facts[name].machine.addresses
                if address.scope == "global" and not address.link.startswith(INNER_LINKS)
            }
            for name in (one, other)
        ]
        return bool(own[0] & own[1])

    def inside_docker(self, host: str) -> bool:
        """Whether a host is of the network that Docker has inside of each machine.

        Where nodes are configured with addresses of that range, it is the cluster's own.
        """
        if not is_of_docker(host):
            return False
        hosts = [node.host for node in self.nodes.values()]
        own = [*hosts, *(node.address for node in self.nodes.values() if node.address)]
        own += [
            a for its in self.facts.values() for one in hosts for a in its.resolved.get(one, ())
        ]
        return not any(map(is_of_docker, own))

    def masters_url_of(self, node: NodeStatus) -> str:
        """Return the master's URL that a node's worker was started with; empty where none runs."""
        for process in node.processes:
            if process.role is Role.WORKER:
                return next((w for w in process.arguments if w.startswith("spark://")), "")
        return ""

    def masters_setting(self, name: str) -> str:
        """Return a property of the master: of its command line, else of its node's files."""
        status, facts = self.status(self.master_name), self.facts.get(self.master_name)
        for process in status.processes if status is not None else ():
            told = dict(process.settings)
            if process.role is Role.MASTER and name in told:
                return told[name]
        if facts is None:
            return ""
        # Where its command line cannot be read.
        options = " ".join(facts.env.get(variable, "") for variable in _MASTERS_OPTIONS).split()
        given = [word.partition("=")[2] for word in options if word.startswith(f"-D{name}=")]
        return given[-1] if given else facts.defaults.get(name, "")


def address_of_url(url: str) -> tuple[str, int] | None:
    """Return host and port of a `spark://` URL; None where it names several, or is none."""
    match = _URL.fullmatch(url)
    return (match["host"], int(match["port"])) if match else None
