"""reach.name: a node's name leads nowhere, or two nodes are one and the same machine."""

from collections.abc import Iterator
from itertools import combinations

from pitui.config.model import Node
from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.domain.ip_address import is_ip_address
from pitui.domain.link import LinkState


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for status in evidence.snapshot.nodes:
        node = evidence.nodes[status.name]
        unreached = status.link.state is LinkState.UNREACHABLE
        if unreached and "was not found" in (status.link.error or "") and not _is_address(node):
            yield error(
                f"its name {node.host} leads nowhere: no name server and no hosts file knows it",
                f"set nodes.{status.name}.host to its address, or try {node.host}.local; "
                "the router lists the addresses that it gave out",
                node=status.name,
            )
    if evidence.on_one_machine:
        return
    for one, other in combinations(evidence.facts, 2):
        same_spark = _same_spark(evidence.nodes[one], evidence.nodes[other])
        if same_spark and evidence.same_machine(one, other):
            yield warning(
                f"it is the same machine as {one}: both names lead to it",
                f"set nodes.{other}.host to the address of {other}, or remove one of the two",
                node=other,
                about=one,
                detail=f"{one} is {evidence.nodes[one].host}, {other} is "
                f"{evidence.nodes[other].host}",
            )


def _is_address(node: Node) -> bool:
    return node.local or is_ip_address(node.host)


def _same_spark(one: Node, other: Node) -> bool:
    """Whether two nodes use one Spark: a machine may be two nodes on purpose, with two of them."""
    return (one.spark_home, one.port, one.user) == (other.spark_home, other.port, other.user)


CHECK = Check(
    id="reach.name",
    title="A node's name leads nowhere, or to another node",
    why="What is done there is done nowhere, or twice on one machine, whose worker counts as two",
    reads=Reads.NODES,
    rule=_rule,
    explains=("reach.ssh", "names.duplicate-hostname", "reach.duplicate-host-key"),
)
