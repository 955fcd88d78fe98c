"""spark.version-differs: a node has another Spark than the master."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.doctor.majority import usual


def _rule(evidence: Evidence) -> Iterator[Finding]:
    found = {n: (f.spark, f.scala) for n, f in evidence.spark_facts() if f.spark is not None}
    most = found.get(evidence.master_name) or usual(found, evidence.master_name)
    if most is None:
        return
    for name, own in found.items():
        if own == most:
            continue
        scala = own[0] == most[0]
        what = f"Spark {own[0]} for Scala {own[1]}" if scala else f"Spark {own[0]}"
        right = f"Scala {most[1]}" if scala else str(most[0])
        yield error(
            f"it has {what}, the cluster's is {right}",
            "pitui provision {nodes} --only spark,conf,service",
            node=name,
            several=f"their Spark is not that of the cluster, {right}",
        )


CHECK = Check(
    id="spark.version-differs",
    title="A node has another version of Spark",
    why="Even patch versions do not fit: `InvalidClassException ... local class incompatible`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.waiting"),
)
