"""python.differs: drivers and executors would run different minor versions of Python."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.symptoms.usual_value import usual


def _rule(evidence: Evidence) -> Iterator[Finding]:
    found = {name: facts.python for name, facts in evidence.spark_facts() if facts.python}
    most = usual(found, evidence.master_name)
    for name, version in found.items():
        if most is not None and version != most:
            node = evidence.nodes[name]
            may_stop = node.is_worker and not node.is_master
            others = ", ".join(other for other, its in found.items() if its == most)
            yield warning(
                f"its Python is {version[0]}.{version[1]}, that of {others} is {most[0]}.{most[1]}",
                "for good: the same release of Debian on all nodes; until then submit Python "
                "programs with a packed environment (spark.archives)"
                + (", or without these nodes: pitui stop {nodes}" if may_stop else ""),
                node=name,
                several=f"their Python is not {most[0]}.{most[1]}, as on the other nodes"
                if may_stop
                else "",
            )


CHECK = Check(
    id="python.differs",
    title="Nodes run different minor versions of Python",
    why="PySpark refuses tasks there: PYTHON_VERSION_MISMATCH",
    reads=Reads.NODES,
    rule=_rule,
)
