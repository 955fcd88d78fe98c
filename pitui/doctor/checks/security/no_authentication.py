"""security.no-authentication: daemons and applications do not have to know a secret."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, info


def _rule(evidence: Evidence) -> Iterator[Finding]:
    name = evidence.master_name
    facts = evidence.facts.get(name)
    if facts is None or not facts.defaults_path or evidence.on_one_machine:
        return
    if evidence.masters_setting("spark.authenticate").lower() != "true":
        secure = evidence.config.spark.secure
        yield info(
            "spark.authenticate is off: whoever reaches the master can submit",
            ("" if secure else "take spark.secure: false out of the configuration, then: ")
            + "pitui provision --rolling",
            node=name,
            detail="" if secure else "the configuration says spark.secure: false",
        )


CHECK = Check(
    id="security.no-authentication",
    title="Spark asks nobody for a secret",
    why="Whoever is in the network can submit an application, and runs programs as Spark's account",
    reads=Reads.NODES,
    rule=_rule,
)
