"""names.loopback: a node's own name leads to 127.*, where no other node reaches Spark."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import NodeStatus
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.ip_address import is_ip_address, is_loopback
from pitui.facts.node_facts.node_facts import NodeFacts

_FIX = "pitui provision {nodes} --only hosts"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    if evidence.on_one_machine:
        return
    for name, facts in evidence.spark_facts():
        own = facts.resolved.get(facts.machine.hostname, ())
        loopback = next((a for a in own if is_ip_address(a) and is_loopback(a)), None)
        # Only the first address counts: that is the one Java takes.
        if loopback is None or loopback != own[0]:
            continue
        status = evidence.status(name)
        bound = _bound_to_loopback(evidence, status)
        if bound:
            yield error(
                f"Spark listens on {bound}, because its name {facts.machine.hostname} "
                f"leads to {loopback}",
                f"{_FIX} ; pitui restart {{nodes}}",
                node=name,
                detail=_loopback_line(facts),
                several="Spark listens on loopback, where no other node reaches it",
                fixed_by=_fix_of_hosts(evidence, name),
            )
        elif not _has_address(status, facts):
            yield warning(
                f"its name {facts.machine.hostname} leads to {loopback}, and nothing tells Spark "
                "another address",
                _FIX,
                node=name,
                detail=_loopback_line(facts),
                several="their own names lead to loopback, and nothing tells Spark other addresses",
                fixed_by=_fix_of_hosts(evidence, name),
            )


def _fix_of_hosts(evidence: Evidence, name: str) -> Fix | None:
    """Return the step that mends it, with a restart of what listens on loopback.

    This machine keeps its own name, and what leads it to loopback; and whoever told Spark to listen
    there wants it so.
    """
    facts, node = evidence.facts[name], evidence.nodes[name]
    if node.local and facts.machine.hostname not in evidence.nodes:
        return None
    if is_loopback(facts.env.get("SPARK_LOCAL_IP", "")):
        return None
    status = evidence.status(name)
    bound = (
        [p.role for p in status.processes if not p.host or is_loopback(p.host)] if status else []
    )
    if not _bound_to_loopback(evidence, status):
        bound = []
    return Fix.provisioning("hosts", on=[name], restart=[DaemonTarget(name, r) for r in bound])


def _loopback_line(facts: NodeFacts) -> str:
    name = facts.machine.hostname
    lines = [h.text.strip() for h in facts.hosts if h.loopback and name in h.names]
    return f"/etc/hosts says `{lines[0]}`" if lines else ""


def _bound_to_loopback(evidence: Evidence, status: NodeStatus | None) -> str:
    """Return the loopback address under which a daemon of a node is known; empty where none is."""
    if status is None:
        return ""
    for worker in status.workers:
        if is_loopback(worker.host):
            return worker.host
    host, _ = evidence.master_address
    mine = status.name == evidence.master_name and status.master_pid is not None
    # Of a node that is `local` the configuration alone says 127.0.0.1.
    if mine and evidence.snapshot.master_at is not None and is_loopback(host):
        return host
    return ""


def _has_address(status: NodeStatus | None, facts: NodeFacts) -> bool:
    """Whether Spark is told where to listen: by spark-env.sh, or on its command line."""
    if facts.env.get("SPARK_LOCAL_IP"):
        return True
    running = status.processes if status is not None else ()
    return bool(running) and all(
        process.host is not None and not is_loopback(process.host) for process in running
    )


CHECK = Check(
    id="names.loopback",
    title="A node's own name leads to a loopback address",
    why="Spark then listens on an address that no other node can reach, and workers never register",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "spark.gave-up", "ports.blocked", "app.waiting"),
    fixes=("hosts", "restart"),
)
