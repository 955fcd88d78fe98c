"""security.open-rest: the master takes submissions over REST from anybody."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.domain.ip_address import is_loopback

_PORT = 6066


def _rule(evidence: Evidence) -> Iterator[Finding]:
    name = evidence.master_name
    facts = evidence.facts.get(name)
    if facts is None or facts.listening is None or not evidence.master_alive:
        return
    told = facts.defaults.get("spark.master.rest.port", "")
    port = int(told) if told.isdecimal() else _PORT
    if any(at == port and not is_loopback(host) for host, at in facts.listening):
        yield warning(
            f"the master takes submissions over REST on port {port}, from anybody, whatever "
            "spark.authenticate says",
            "set spark.defaults: {spark.master.rest.enabled: false}, then: "
            f"pitui provision {name} --only conf ; pitui restart master",
            node=name,
        )


CHECK = Check(
    id="security.open-rest",
    title="The master takes submissions from anybody",
    why="Whoever is in the network runs programs as Spark's account; on by default since Spark 4.1",
    reads=Reads.NODES,
    rule=_rule,
)
