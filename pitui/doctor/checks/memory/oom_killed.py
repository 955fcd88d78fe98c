"""memory.oom-killed: the kernel killed Java or Python because memory ran out."""

import re
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck, warning
from pitui.doctor.symptoms.kernel_log import recent
from pitui.domain.text.number_words import counted

_LESS = 0.75
_KILLED = re.compile(r"Out of memory: Killed process (\d+) \((java|python[\d.]*)\)")


def _rule(evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
    for name, facts in evidence.spark_facts():
        if facts.kernel is None:
            yield SkippedCheck("this login may not read the kernel's log", name)
            continue
        killed = [m for line in recent(facts) if (m := _KILLED.search(line))]
        if killed:
            what = ", ".join(sorted({match[2] for match in killed}))
            number = counted(len(killed), "process", "processes")
            yield warning(
                f"the kernel killed {number} ({what}) in a day for want of memory",
                _less_memory(evidence, name),
                node=name,
                detail=f"the latest: `{killed[-1].string}`",
                several="the kernel killed Java or Python for want of memory",
            )


def _less_memory(evidence: Evidence, name: str) -> str:
    status = evidence.status(name)
    offered = status.worker.memory_mib if status is not None and status.worker is not None else 0
    less = f" to {int(offered * _LESS)}m (it is {offered})" if offered else ""
    return (
        "give an executor fewer spark.executor.cores, for Python set "
        f"spark.executor.pyspark.memory; or lower nodes.{name}.worker.memory{less}, then: "
        f"pitui provision {name} --only sizing ; pitui restart {name}"
    )


CHECK = Check(
    id="memory.oom-killed",
    title="The kernel killed Spark's processes for want of memory",
    why="Executors end with code 137: a worker counts their heaps only, and nothing beside them",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered",),
)
