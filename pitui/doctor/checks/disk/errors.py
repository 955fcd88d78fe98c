"""disk.errors: the kernel reports errors of a card, a disk, or a file system."""

import re
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.symptoms.kernel_log import recent

_BROKEN = re.compile(r"EXT4-fs error|I/O error, dev|mmc\d+: (?:error|Timeout|card .* removed)")


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.facts.items():
        lines = [line for line in recent(facts) if _BROKEN.search(line)]
        counted = {disk: count for disk, count in facts.ext4_errors.items() if count}
        if not lines and not counted:
            continue
        parts = [f"{count} errors on the file system of {disk}" for disk, count in counted.items()]
        parts += [f"{len(lines)} errors of its disks in the kernel's log in a day"] if lines else []
        yield warning(
            " and ".join(parts),
            "save what is on it, check its power supply, and replace the card or disk; put "
            "SPARK_LOCAL_DIRS (spark.env) on an SSD",
            node=name,
            detail=f"the latest: `{lines[-1]}`" if lines else "",
            several="the kernel reports errors of their disks",
        )


CHECK = Check(
    id="disk.errors",
    title="A card or disk has errors",
    why="Cards die slowly: first tasks fail there, then the system becomes read-only",
    reads=Reads.NODES,
    rule=_rule,
    explains=("disk.read-only", "spark.unregistered"),
)
