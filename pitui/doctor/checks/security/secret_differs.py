"""security.secret-differs: a node does not have the secret that the master asks for."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.evidence.provisioned_settings import is_written_by_step
from pitui.doctor.finding import Finding, SkippedCheck, error
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.facts.node_facts.node_facts import NodeFacts


def _rule(evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
    name = evidence.master_name
    master = evidence.facts.get(name)
    for node, facts in evidence.spark_facts():
        if facts.defaults_group is not None:
            reason = f"only the group {facts.defaults_group} may read its spark-defaults.conf"
            yield SkippedCheck(reason, node)
    if master is None or not master.defaults_path:
        return
    for node, facts in evidence.spark_facts():
        if node == name or facts.defaults_group is not None or not facts.has_home:
            continue
        if _asked_for(facts) == _asked_for(master):
            continue
        daemons = [DaemonTarget(node, Role.WORKER)] if evidence.nodes[node].is_worker else []
        yield error(
            _secret_differs_words(facts, master),
            "pitui provision {nodes} --only conf,secret ; pitui restart {nodes}",
            node=node,
            detail=f"{_secret_in_words(facts)} there, {_secret_in_words(master)} on {name}",
            several=f"their shared secret is not the one of {name}",
            fixed_by=Fix.provisioning("conf", "secret", on=[node], restart=daemons)
            if is_written_by_step(evidence, node, "spark.authenticate.secret")
            and is_written_by_step(evidence, node, "spark.authenticate")
            else None,
        )


def _asked_for(facts: NodeFacts) -> str:
    """Return what a daemon that starts there asks others for; empty for nothing."""
    if facts.defaults.get("spark.authenticate", "false").lower() != "true":
        return ""
    return facts.secret_id or "missing"


def _secret_differs_words(facts: NodeFacts, master: NodeFacts) -> str:
    if not _asked_for(master):
        return "spark.authenticate is on here, and off on the master's node"
    if not _asked_for(facts):
        return "spark.authenticate is off here, and on on the master's node"
    return "its spark.authenticate.secret is not the master's"


def _secret_in_words(facts: NodeFacts) -> str:
    secret = _asked_for(facts)
    return f"a secret known by {secret}" if secret else "no secret"


CHECK = Check(
    id="security.secret-differs",
    title="A node does not have the master's secret",
    why="A worker that starts there cannot register, and its executors cannot talk to drivers",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "spark.gave-up"),
    fixes=("conf", "secret", "restart"),
)
