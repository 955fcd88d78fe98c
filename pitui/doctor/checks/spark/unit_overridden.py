"""spark.unit-overridden: a drop-in of somebody's decides what a unit of provisioning runs."""

from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.finding import Finding, warning
from pitui.doctor.symptoms.spark_account import spark_account
from pitui.domain.cluster import Role
from pitui.spark.daemons.unit_files import unit_name


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        if not is_provisioned(evidence, name):
            continue
        for role in Role:
            unit, account = unit_name(role), spark_account(evidence, name, role)
            again = "master" if role is Role.MASTER else "{nodes}"
            for file in facts.overrides:
                as_it_should = facts.unit_users.get(unit) == account
                keys = [key for key in file.keys if not (key == "User" and as_it_should)]
                if file.unit != unit or not keys:
                    continue
                path = quote(file.path)
                yield warning(
                    f"{file.path} overrides {' and '.join(keys)} of {unit}",
                    f"pitui exec {{nodes}} -- sudo mv {path} {path}.off ; "
                    "pitui exec {nodes} -- sudo systemctl daemon-reload ; "
                    f"pitui restart {again}",
                    node=name,
                    about=file.path,
                    several=f"{file.path} overrides {' and '.join(keys)} of {unit}",
                )


CHECK = Check(
    id="spark.unit-overridden",
    title="A drop-in overrides what a service runs",
    why="What provisioning writes into the unit has no effect there, nor has `pitui doctor --fix`",
    reads=Reads.NODES,
    rule=_rule,
    explains=(
        "spark.master-differs",
        "spark.unregistered",
        "spark.runs-as",
        "spark.worker-address",
    ),
)
