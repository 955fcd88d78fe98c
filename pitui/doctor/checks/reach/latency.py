"""reach.latency: the way to a node, or from a node to the master, is slow."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning

_SLOW_S = 1.0
"""Seconds that a command takes beside its own time: in a home network, some hundredths."""
_SLOW_MS = 20.0
"""Of a packet to the master and back, at the best: 0.3 ms by cable, 3 ms by Wi-Fi."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, seconds in evidence.delays.items():
        if seconds >= _SLOW_S:
            yield warning(
                f"a command takes {seconds:.1f} s to get there and back",
                f"ping {evidence.nodes[name].host} ; run pitui on a machine of the cluster's own "
                "network, or look at its cable and switch",
                node=name,
                about="ssh",
                several="commands take long to get there and back",
            )
    for name, facts in evidence.spark_facts():
        trips = facts.access.round_trips_ms
        if trips and min(trips) >= _SLOW_MS:
            yield warning(
                f"a packet to the master and back takes {min(trips):.0f} ms at the best",
                "bring master and workers into one network, by cable: "
                f"pitui exec {name} -- ping -c 5 {evidence.master_address[0]}",
                node=name,
                about="master",
                several="their way to the master is slow",
            )


CHECK = Check(
    id="reach.latency",
    title="The way to a node is slow",
    why="Each task is sent and each result fetched over it: short tasks then mostly wait",
    reads=Reads.NODES,
    rule=_rule,
    explains=("network.wifi",),
)
