"""Which steps of provisioning write what the daemons of a node are started from."""

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_provisioned
from pitui.doctor.fix.fixable import may_provision
from pitui.domain.cluster import Role

START_STEPS = ("conf", "secret", "sizing", "service")
"""All there are, in their order."""


def start_steps(evidence: Evidence, name: str) -> tuple[str, ...]:
    """Return those that a node has been through, where they may be carried out again; mostly all.

    A secret or a service that somebody never wanted is not brought by the way: a secret that one
    node alone has keeps it out of the cluster.
    """
    if not is_provisioned(evidence, name):
        return ()
    facts = evidence.facts[name]
    units = (facts.units.get(f"spark-{role}.service") for role in Role)
    left_out = {
        "secret": not facts.secret_id,
        "service": not any(state in ("enabled", "disabled") for state in units),
    }
    steps = tuple(step for step in START_STEPS if not left_out.get(step))
    return steps if may_provision(name, steps, evidence) else ()
