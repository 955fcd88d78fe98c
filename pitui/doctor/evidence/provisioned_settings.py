"""Which settings of a node are provisioning's, so that a step of it can put them right."""

import re

from pitui.config.model import Config
from pitui.doctor.evidence.evidence import Evidence
from pitui.domain.cluster import Role
from pitui.spark.daemons.unit_files import unit_name

_ARCHIVE = re.compile(r"spark-(\d+\.\d+\.\d+)")


def is_provisioned(evidence: Evidence, name: str) -> bool:
    """Whether provisioning has written a node's settings."""
    facts = evidence.facts.get(name)
    return facts is not None and facts.provisioned


def is_written_by_step(evidence: Evidence, name: str, setting: str) -> bool:
    """Whether a setting (a property, or a variable of spark-env.sh) is provisioning's on a node.

    It is not where somebody wrote it beside what provisioning writes, nor where the configuration
    gives it to the node: then a step changes nothing.
    """
    facts, node = evidence.facts.get(name), evidence.nodes[name]
    return (
        facts is not None
        and facts.provisioned
        and setting not in facts.by_hand
        and setting not in node.env
    )


def is_overridden(evidence: Evidence, name: str, role: Role) -> bool:
    """Whether a file beside the unit of a daemon decides what it runs, so that no step does."""
    facts, unit = evidence.facts.get(name), unit_name(role)
    return facts is not None and any(file.unit == unit for file in facts.overrides)


def configured_spark(config: Config) -> str:
    """Return the version that provisioning brings; empty where the configuration does not say."""
    archive = _ARCHIVE.search(config.spark.archive or "")
    return config.spark.version or (archive[1] if archive else "")
