"""spark.service-not-enabled: a daemon runs by systemd, and will not after a boot."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.fix import Fix
from pitui.doctor.provisioned import is_provisioned


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status = evidence.status(name)
        for process in status.processes if status is not None else ():
            if process.unit and facts.units.get(process.unit) == "disabled":
                user = "--user " if process.unit_of_user else ""
                sudo = "" if process.unit_of_user else "sudo "
                ours = process.unit == f"spark-{process.role}.service" and not user
                step = ours and is_provisioned(evidence, name)
                yield warning(
                    f"{process.unit} runs, and is not enabled: it does not start at boot",
                    "pitui provision {nodes} --only service"
                    if step
                    else f"pitui exec {{nodes}} -- {sudo}systemctl {user}enable {process.unit}",
                    node=name,
                    about=process.unit,
                    several=f"{process.unit} runs, and is not enabled",
                    fixed_by=Fix.provisioning("service", on=[name]) if step else None,
                )


CHECK = Check(
    id="spark.service-not-enabled",
    title="A daemon's service does not start at boot",
    why="After a power cut the node is there, and its daemon is not",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("service",),
)
