"""disk.left-behind: scratch folders of processes that ended before the node was booted."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.finding import Finding, info
from pitui.doctor.finding_fix import Fix
from pitui.domain.text.number_words import counted


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status = evidence.status(name)
        if status is None or status.metrics is None or not facts.clocks[1]:
            continue
        booted = facts.clocks[1] - status.metrics.uptime_s
        old = [left.path for left in facts.leftovers if 0 < left.changed_at < booted]
        if old:
            number = counted(len(old), "scratch folder is", "scratch folders are")
            yield info(
                f"{number} older than its last boot, such as {old[0]}",
                "pitui restart {nodes}",
                node=name,
                detail="Workers that pitui set up remove them as they start; of others remove them "
                "by hand",
                several="they have scratch folders from before their last boot",
                fixed_by=_fix_of_folders(evidence, name, booted),
            )


def _fix_of_folders(evidence: Evidence, name: str, booted: float) -> Fix | None:
    """Return the restart at which they go: of an idle worker that pitui set up, if all are its."""
    status, facts = evidence.status(name), evidence.facts[name]
    if status is None or status.worker is None or status.worker.cores_used:
        return None
    users = {p.user for p in status.processes if p.unit == "spark-worker.service"}
    owners = {left.owner for left in facts.leftovers if 0 < left.changed_at < booted}
    given = facts.env.get("SPARK_LOCAL_DIRS")
    if not is_provisioned(evidence, name) or owners != users or not given:
        return None
    return Fix.restarting(name)


CHECK = Check(
    id="disk.left-behind",
    title="Scratch folders were left behind",
    why="After a kill or a power cut nobody removes them, and they can fill the disk",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("restart",),
)
