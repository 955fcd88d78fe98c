"""java.missing: there is no Java that runs where Spark's scripts look for one."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, error
from pitui.doctor.finding_fix import Fix


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        if facts.java is None and facts.env_ends is None:
            yield error(
                "Spark's scripts find no Java: JAVA_HOME is not set, and `java` is not on the PATH",
                "pitui provision {nodes} --only java,conf",
                node=name,
                several="Spark's scripts find no Java",
                fixed_by=Fix.provisioning("java", "conf", on=[name])
                if is_written_by_step(evidence, name, "JAVA_HOME")
                else None,
            )


CHECK = Check(
    id="java.missing",
    title="A node has no Java",
    why="No daemon and no executor can start there",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered",),
    fixes=("java", "conf"),
)
