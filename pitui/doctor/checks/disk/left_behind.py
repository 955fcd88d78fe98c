"""disk.left-behind: scratch folders of processes that ended before the node was booted."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, info


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status = evidence.status(name)
        if status is None or status.metrics is None or not facts.clocks[1]:
            continue
        booted = facts.clocks[1] - status.metrics.uptime_s
        old = [left.path for left in facts.leftovers if 0 < left.changed_at < booted]
        if old:
            yield info(
                f"{len(old)} scratch folders are older than its last boot, such as {old[0]}",
                "pitui restart {nodes}  (workers that pitui set up clean up as they start); "
                "elsewhere remove them by hand",
                node=name,
                several="they have scratch folders from before their last boot",
            )


CHECK = Check(
    id="disk.left-behind",
    title="Scratch folders were left behind",
    why="After a kill or a power cut nobody removes them, and they can fill the disk",
    reads=Reads.NODES,
    rule=_rule,
)
