"""spark.master-differs: a worker, or spark-defaults.conf, names another master."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence, address_of_url
from pitui.doctor.evidence.provisioned_settings import (
    is_overridden,
    is_provisioned,
    is_written_by_step,
)
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import NodeStatus, Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.ip_address import is_ip_address


def _rule(evidence: Evidence) -> Iterator[Finding]:
    if evidence.snapshot.master_at is None:
        return
    url = evidence.snapshot.master.url
    for status in evidence.connected:
        asked = evidence.masters_url_of(status)
        if asked and _is_another(evidence, status.name, asked):
            yield error(
                f"its worker belongs to {asked}, the master of this cluster is {url}",
                _fix_of_worker(evidence, status)
                or "pitui provision {nodes} --only service ; pitui restart {nodes}",
                node=status.name,
                about="worker",
                several=f"their workers belong to {asked}",
            )
    for name, facts in evidence.facts.items():
        told = facts.defaults.get("spark.master", "")
        if told.startswith("spark://") and _is_another(evidence, name, told):
            by_step = is_written_by_step(evidence, name, "spark.master")
            fix = Fix.provisioning("conf", on=[name]) if by_step else None
            yield warning(
                f"spark.master is {told} in {facts.defaults_path}, the cluster's is {url}",
                fix or f"set spark.master there to {url}",
                node=name,
                about="spark.master",
                several=f"spark.master is {told} in their spark-defaults.conf",
            )


def _fix_of_worker(evidence: Evidence, status: NodeStatus) -> Fix | None:
    """Return how its worker comes to this master; what units of others say stays as it is."""
    units = {p.unit for p in status.processes if p.role is Role.WORKER}
    worker = DaemonTarget(status.name, Role.WORKER)
    if units == {None}:
        return Fix(restart=(worker,))
    overridden = is_overridden(evidence, status.name, Role.WORKER)
    ours = is_provisioned(evidence, status.name) and not overridden
    if units == {"spark-worker.service"} and ours:
        return Fix.provisioning("service", on=[status.name], restart=[worker])
    return None


def _is_another(evidence: Evidence, node: str, url: str) -> bool:
    """Whether a URL surely leads elsewhere; a name that nobody looked up may be the same one."""
    told, (host, port) = address_of_url(url), evidence.master_address
    if told is None or told == (host, port):
        return False
    if told[1] != port:
        return True
    there = evidence.facts.get(evidence.master_name)
    asked = evidence.facts.get(node)
    found = (told[0],) if is_ip_address(told[0]) else asked.resolved.get(told[0]) if asked else None
    if there is None or not found or not there.addresses:
        return False
    return not set(found) & (there.addresses | {host})


CHECK = Check(
    id="spark.master-differs",
    title="A worker or a setting names another master",
    why="That worker's cores are missing here, and applications go to the other master",
    reads=Reads.SNAPSHOT,
    rule=_rule,
    explains=("spark.unregistered",),
    fixes=("conf", "service", "restart"),
)
