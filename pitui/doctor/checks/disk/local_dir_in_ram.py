"""disk.local-dir-in-ram: scratch space is a tmpfs, so that shuffle takes memory."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget

_STEP = "pitui provision {nodes} --only conf ; pitui restart {nodes}"
_OF_SYSTEM = ("/tmp", "/var/tmp")  # noqa: S108 - Spark's own choice, and ours for other accounts
"""Folders that may be RAM, and that are used where provisioning has not named one."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        for folder in facts.folders:
            if folder.use == "local" and folder.of_ram and facts.has_home:
                yield warning(
                    f"its scratch space {folder.path} is RAM: {folder.file_system} of "
                    f"{folder.size_kib >> 10} MiB",
                    _fix_of_scratch(evidence, name, folder.path)
                    or "set spark.env.SPARK_LOCAL_DIRS to a folder on a disk, such as "
                    f"/srv/spark, then: {_STEP}",
                    node=name,
                    about=folder.path,
                    several=f"their scratch space {folder.path} is RAM",
                )


def _fix_of_scratch(evidence: Evidence, name: str, path: str) -> Fix | None:
    """Return the step that puts it on the disk, where nobody chose the folder."""
    chosen = "spark.local.dir" in evidence.config.spark.defaults
    by_hand = "spark.local.dir" in evidence.facts[name].by_hand
    if chosen or by_hand or path not in _OF_SYSTEM:
        return None
    if not is_written_by_step(evidence, name, "SPARK_LOCAL_DIRS"):
        return None
    status = evidence.status(name)
    roles = dict.fromkeys(p.role for p in status.processes) if status is not None else ()
    again = [DaemonTarget(name, role) for role in roles if role is Role.WORKER]
    return Fix.provisioning("conf", on=[name], restart=again)


CHECK = Check(
    id="disk.local-dir-in-ram",
    title="Scratch space is in RAM",
    why="Shuffle files take the executors' memory; `No space left` comes while the disk is empty",
    reads=Reads.NODES,
    rule=_rule,
    explains=("memory.oom-killed",),
    fixes=("conf", "restart"),
)
