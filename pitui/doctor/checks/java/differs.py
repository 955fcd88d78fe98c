"""java.differs: nodes run different major versions of Java."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.symptoms.usual_value import usual


def _rule(evidence: Evidence) -> Iterator[Finding]:
    majors = {name: facts.java.major for name, facts in evidence.spark_facts() if facts.java}
    most = usual(majors, evidence.master_name)
    for name, major in majors.items():
        if major != most:
            others = ", ".join(other for other, its in majors.items() if its == most)
            yield warning(
                f"its Java is {major}, that of {others} is {most}",
                f"set their env.JAVA_HOME to the folder of Java {most} below /usr/lib/jvm, then: "
                f"pitui exec {{nodes}} -- sudo apt-get install -y openjdk-{most}-jre-headless ; "
                "pitui provision {nodes} --only conf ; pitui restart {nodes}",
                node=name,
                detail=f"Where their Debian has no Java {most}: use a Java that every node can "
                "have, or set provision.jdk",
                several=f"their Java is not {most}, as on the other nodes",
            )


CHECK = Check(
    id="java.differs",
    title="Nodes run different versions of Java",
    why="Spark assumes one Java in an application: objects of one may not be readable in another",
    reads=Reads.NODES,
    rule=_rule,
)
