"""disk.read-only: a file system that Spark writes to cannot be written."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.doctor.symptoms.folder_mounts import folders_by_mount


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        lines = [line for line in facts.kernel or () if "read-only" in line.lower()]
        for folder in folders_by_mount(facts):
            if folder.read_only:
                yield error(
                    f"{folder.mount} is mounted read-only, and Spark has {folder.path} there",
                    "copy what you need from it, replace the card or disk, then: "
                    f"pitui provision {name}",
                    node=name,
                    about=folder.mount,
                    detail=f"the kernel says `{lines[-1]}`" if lines else "",
                )


CHECK = Check(
    id="disk.read-only",
    title="A disk can only be read",
    why="That is how the kernel saves a dying card: nothing can be written, so no task can run",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered",),
)
