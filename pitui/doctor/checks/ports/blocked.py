"""ports.blocked: a node cannot connect to a daemon on another, which runs."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import WorkerState
from pitui.domain.ip_address import is_loopback
from pitui.domain.link import LinkState
from pitui.facts.node_facts.reach import Reach


def _rule(evidence: Evidence) -> Iterator[Finding]:
    owners = {
        (worker.host, worker.port): status.name
        for status in evidence.snapshot.nodes
        for worker in status.workers
    }
    for name, facts in evidence.spark_facts():
        fixed = facts.defaults.get("spark.blockManager.port", "0") != "0"
        for reach in facts.reach:
            owner = owners.get((reach.host, reach.port), "")
            if reach.ok or _has_another_cause(evidence, owner, reach):
                continue
            at, there = f"{reach.host}:{reach.port}", owner or evidence.master_name
            fixed_by = _fix_of_firewall(evidence, there, reach)
            fix = (
                f"pitui provision {there} --only firewall"
                if fixed_by
                else f"see what keeps it out, there and on the way: pitui exec {there} -- "
                "'sudo nft list ruleset; sudo iptables -S; ss -ltn'"
            )
            if not owner:
                yield error(
                    f"it cannot reach the master at {at}: {reach.why}",
                    fix,
                    node=name,
                    about=at,
                    several=f"they cannot reach the master at {at}: {reach.why}",
                    fixed_by=fixed_by,
                )
            elif not fixed:
                # Executors listen on random ports, as this one is.
                yield warning(
                    f"it cannot reach {owner} at {at}: {reach.why}",
                    fix,
                    node=name,
                    about=at,
                    several=f"they cannot reach {owner} at {at}: {reach.why}",
                    fixed_by=fixed_by,
                )


def _has_another_cause(evidence: Evidence, owner: str, reach: Reach) -> bool:
    """Whether nobody reaches it: a node that is away, or an address inside of a machine."""
    status = evidence.status(owner)
    away = status is not None and (
        status.link.state is LinkState.UNREACHABLE
        or (status.worker is not None and status.worker.state is WorkerState.DEAD)
    )
    return away or is_loopback(reach.host) or evidence.inside_docker(reach.host)


def _fix_of_firewall(evidence: Evidence, owner: str, reach: Reach) -> Fix | None:
    """Return the step that opens a firewall to the other nodes, where one is there."""
    facts = evidence.facts.get(owner)
    if facts is None or not facts.access.firewall or not reach.kept_out:
        return None
    return Fix.provisioning("firewall", on=[owner])


CHECK = Check(
    id="ports.blocked",
    title="A node cannot connect to a daemon on another",
    why="Workers do not register, and executors get no data from each other: `FetchFailed`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "spark.gave-up", "app.waiting", "app.driver-unreachable"),
    fixes=("firewall",),
)
