"""network.wifi: a node's way to the master is Wi-Fi."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        for link in facts.links:
            if link.wireless and link.name == facts.route_link:
                yield warning(
                    f"its way to the master is Wi-Fi ({link.name})",
                    "plug in a cable; then `provision: {wifi: off}` keeps it off",
                    node=name,
                    several="their way to the master is Wi-Fi",
                )


CHECK = Check(
    id="network.wifi",
    title="A node uses Wi-Fi",
    why="It is slow and sleeps: heartbeats are missed, and the master takes the worker for dead",
    reads=Reads.NODES,
    rule=_rule,
)
