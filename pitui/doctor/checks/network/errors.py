"""network.errors: packets are damaged on the way to or from a node."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning

_LEAST, _SHARE = 100, 0.001


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        for link in facts.links:
            if link.errors >= _LEAST and link.errors > _SHARE * link.packets:
                yield warning(
                    f"{link.errors:,} of {link.packets:,} packets of {link.name} had errors since "
                    "boot",
                    "try another cable, and another port of the switch",
                    node=name,
                    about=link.name,
                    several="they had packet errors",
                )


CHECK = Check(
    id="network.errors",
    title="Packets are damaged",
    why="Each one is sent again: transfers crawl, and connections break",
    reads=Reads.NODES,
    rule=_rule,
)
