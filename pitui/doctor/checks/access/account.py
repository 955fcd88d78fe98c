"""access.account: the account that Spark shall run as is gone."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.finding import Finding, error
from pitui.doctor.finding_fix import Fix
from pitui.domain.daemon_target import DaemonTarget


def _rule(evidence: Evidence) -> Iterator[Finding]:
    user = evidence.config.spark.user or ""
    for name, facts in evidence.spark_facts():
        groups, node = facts.access.groups.get(user), evidence.nodes[name]
        if groups is None or groups or node.sudo == "none" or not is_provisioned(evidence, name):
            continue
        again = [DaemonTarget(name, role) for role in node.roles]
        yield error(
            f"there is no account {user}, as whom Spark shall run",
            Fix.provisioning("account", on=[name], restart=again),
            node=name,
            several=f"there is no account {user} on them, as whom Spark shall run",
        )


CHECK = Check(
    id="access.account",
    title="Spark's account is gone",
    why="No daemon starts there: its unit ends with 217/USER before Spark is begun",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "access.permissions"),
    fixes=("account", "restart"),
)
