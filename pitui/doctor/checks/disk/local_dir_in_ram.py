"""disk.local-dir-in-ram: scratch space is a tmpfs, so that shuffle takes memory."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, warning


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        for folder in facts.folders:
            if folder.use == "local" and folder.of_ram and facts.has_home:
                yield warning(
                    f"its scratch space {folder.path} is RAM: {folder.file_system} of "
                    f"{folder.size_kib >> 10} MiB",
                    "set spark.env.SPARK_LOCAL_DIRS to a folder on a disk, such as "
                    "/var/lib/spark/local, then: pitui provision {nodes} --only conf",
                    node=name,
                    about=folder.path,
                    several=f"their scratch space {folder.path} is RAM",
                )


CHECK = Check(
    id="disk.local-dir-in-ram",
    title="Scratch space is in RAM",
    why="Shuffle files take the executors' memory; `No space left` comes while the disk is empty",
    reads=Reads.NODES,
    rule=_rule,
    explains=("memory.oom-killed",),
)
