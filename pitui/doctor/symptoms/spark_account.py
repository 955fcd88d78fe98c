"""Whose Spark's daemons are on a node."""

from pitui.doctor.evidence.evidence import Evidence
from pitui.domain.cluster import Role
from pitui.spark.daemons.unit_files import unit_name


def spark_account(evidence: Evidence, name: str, role: Role) -> str:
    """Return the account that a daemon shall run as; empty where nothing says it.

    That is the configuration's where root can be had, and else who the unit names.
    """
    node, facts = evidence.nodes[name], evidence.facts[name]
    wanted = evidence.config.spark.user
    if wanted and (node.sudo != "none" or facts.machine.user == "root"):
        return wanted
    return facts.unit_users.get(unit_name(role), "")
