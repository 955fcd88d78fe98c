"""network.slow-link: an Ethernet that could be faster runs at 100 Mb/s or less."""

import re
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.facts.node_facts.node_facts import NodeFacts

_HUNDRED = re.compile(r"Raspberry Pi (?:[123] |Zero|Model|Compute Module [13] )")
"""Boards whose Ethernet does no more than 100 Mb/s."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        for link in facts.links:
            slow = link.up and not link.wireless and 0 < link.speed_mbit <= _expected(facts)
            if slow:
                yield warning(
                    f"{link.name} runs at {link.speed_mbit} Mb/s",
                    "try another cable (all eight wires are needed), and another port of the "
                    "switch",
                    node=name,
                    about=link.name,
                    several="their Ethernet is slow",
                )


def _expected(facts: NodeFacts) -> int:
    """Return the speed from which downwards a link is slow on a board."""
    board = facts.machine.board
    old = _HUNDRED.match(board) and "3 Model B Plus" not in board
    return 10 if old else 100


CHECK = Check(
    id="network.slow-link",
    title="An Ethernet link is slow",
    why="A bad cable makes a gigabit 100 Mb/s: shuffle takes ten times as long to and from there",
    reads=Reads.NODES,
    rule=_rule,
)
