"""reach.ssh: a node cannot be reached."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.domain.cluster import LinkState


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for status in evidence.snapshot.nodes:
        link = status.link
        if link.state is not LinkState.CONNECTED:
            said = f"it cannot be reached: {link.error or link.state}"
        elif link.error is not None and status.name not in evidence.facts:
            said = f"it is connected, but {link.error}"
        else:
            continue
        yield error(said, link.advice or f"ssh {status.host}", node=status.name)


CHECK = Check(
    id="reach.ssh",
    title="A node cannot be reached",
    why="Nothing can be seen or done there, and its worker is likely gone too",
    reads=Reads.HEALTH,
    rule=_rule,
    explains=("spark.unregistered", "ports.blocked"),
)
