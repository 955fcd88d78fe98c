"""names.resolves-elsewhere: a name that Spark uses leads a node to another address, or to none."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error
from pitui.doctor.fix import Fix
from pitui.domain.ip_address import is_loopback


def _rule(evidence: Evidence) -> Iterator[Finding]:
    owners = {w.host: status.name for status in evidence.snapshot.nodes for w in status.workers}
    if evidence.snapshot.master_at is not None:
        owners[evidence.master_address[0]] = evidence.master_name
    for name, facts in evidence.facts.items():
        for host, addresses in facts.resolved.items():
            owner = owners.get(host)
            if owner is None or owner == name or owner not in evidence.facts:
                continue
            right = {a for a in evidence.facts[owner].addresses if not is_loopback(a)}
            if not right or set(addresses) & right:
                continue
            where = f"leads to {addresses[0]}" if addresses else "has no address"
            yield error(
                f"{host}, which is {owner}, {where} here; {owner} has {', '.join(sorted(right))}",
                "pitui provision {nodes} --only hosts",
                node=name,
                about=host,
                several=f"{host}, which is {owner}, leads them elsewhere",
                fixed_by=Fix.provisioning("hosts", on=[name]) if host in evidence.nodes else None,
            )


CHECK = Check(
    id="names.resolves-elsewhere",
    title="A name that Spark uses leads to another machine, or nowhere",
    why="Daemons and executors connect by these names, and look for each other in vain",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.waiting", "app.driver-unreachable"),
    fixes=("hosts",),
)
