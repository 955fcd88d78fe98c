"""spark.unit-masked: somebody forbade systemd to start a daemon of this node."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.finding import Finding, finding
from pitui.doctor.severity import FindingSeverity
from pitui.domain.cluster import Role
from pitui.spark.daemons.unit_files import unit_name


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        node, status = evidence.nodes[name], evidence.status(name)
        running = {process.role for process in status.processes} if status is not None else set()
        for role in node.roles:
            unit = unit_name(role)
            if not facts.units.get(unit, "").startswith("masked"):
                continue
            # A mask takes the place of the unit that stood there.
            again = [f"pitui exec {{nodes}} -- sudo systemctl unmask {unit}"]
            again += ["pitui provision {nodes} --only service"] * is_provisioned(evidence, name)
            again += [f"pitui start {role if role is Role.MASTER else '{nodes}'}"] * (
                role not in running
            )
            yield finding(
                FindingSeverity.WARNING if role in running else FindingSeverity.ERROR,
                f"{unit} is masked: systemd starts it neither at boot nor when it is asked to",
                " ; ".join(again),
                node=name,
                about=unit,
                detail=f"the {role} that runs was started by hand, and is gone after a boot"
                if role in running
                else "",
                several=f"{unit} is masked: systemd does not start it",
            )


CHECK = Check(
    id="spark.unit-masked",
    title="A daemon's service is masked",
    why="Somebody forbade it (`systemctl mask`): pitui starts nothing there until that is undone",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "spark.service-not-enabled", "spark.gave-up"),
)
