"""One full look at one node, for an action: its health, its names, and the daemons that are its."""

from dataclasses import dataclass

from pitui.config.model import Node
from pitui.domain.cluster import DaemonProcess, Role
from pitui.domain.errors import NodeError, PituiError
from pitui.facts.health.reader import Health, HealthReader
from pitui.facts.health.script import QUESTION, health_command
from pitui.facts.network.address import ADDRESS_COMMAND, Names, parse_names
from pitui.facts.spark.daemon_processes import is_claimed, own_processes
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster

_LOOPBACK = ("127.", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Probe:
    """A node's health, and the Spark daemons of this cluster on it."""

    health: Health
    own: tuple[DaemonProcess, ...]

    def daemon(self, role: Role) -> DaemonProcess | None:
        """Return the node's daemon of that role, if one runs."""
        return next((process for process in self.own if process.role is role), None)


async def probe(cluster: Cluster, name: str) -> Probe:
    """Ask a node for its health and find its own daemons.

    Raises:
        NodeError: it cannot be reached, or gives no answer.
    """
    node = cluster.node(name)
    health = await _ask_health(cluster, node)
    others = await _on_same_machine(cluster, node, health)
    return Probe(health, own_processes(health.processes, node, others, health.spark_home))


async def probe_names(cluster: Cluster, name: str) -> Names:
    """Return a node's own names and addresses.

    Raises:
        NodeError: it cannot be reached.
    """
    return parse_names((await cluster.runner(name).run(ADDRESS_COMMAND, changes=False)).stdout)


async def _ask_health(cluster: Cluster, node: Node) -> Health:
    command = health_command(node.spark_home)
    result = await cluster.runner(node.name).run(command, stdin=QUESTION, changes=False)
    answers = HealthReader().feed(result.stdout.encode())
    if not answers:
        said = result.stderr.strip().splitlines()[-1:] or [f"status {result.status}"]
        raise NodeError(
            node.name,
            f"the health check returned nothing: {said[0]}",
            "Its login shell must run POSIX sh commands.",
        )
    return answers[-1]


async def _on_same_machine(cluster: Cluster, node: Node, health: Health) -> list[Node]:
    """Return the configured nodes that are the same machine.

    Only those whose configured host says that they may be are asked, and only where it matters.
    """
    others = [n for n in cluster.nodes.values() if n.name != node.name and _may_share(n, node)]
    everyone = [node, *others]
    if not others or all(is_claimed(process, everyone) for process in health.processes):
        return others
    answers = await fan_out(
        [other.name for other in others], lambda name: _ask_health(cluster, cluster.node(name))
    )
    return [
        other
        for other in others
        if not isinstance(said := answers[other.name], PituiError)
        and said.boot_id == health.boot_id
    ]


def _may_share(one: Node, other: Node) -> bool:
    return one.host == other.host or (_on_this_machine(one) and _on_this_machine(other))


def _on_this_machine(node: Node) -> bool:
    return node.local or node.host.startswith(_LOOPBACK)
