"""names.resolves-elsewhere: a name that Spark uses leads a node to another address, or to none."""

from collections.abc import Container, Iterable, Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.ip_address import is_loopback


def _rule(evidence: Evidence) -> Iterator[Finding]:
    used = list(_names_of_spark(evidence))
    yield from used
    yield from _hosts_files(evidence, {(one.node, one.about) for one in used})


def _hosts_files(evidence: Evidence, told: Container[tuple[str | None, str]]) -> Iterator[Finding]:
    """Yield where a hosts file gives a node's name another address; the first line of it counts."""
    for name, facts in evidence.facts.items():
        lines = {word: line for line in reversed(facts.hosts) for word in line.names}
        for other, its in evidence.facts.items():
            line = lines.get(other)
            if line is None or other == name or (name, other) in told or not its.addresses:
                continue
            node = evidence.nodes[other]
            # By another address it is reached through a router, or it has that one soon.
            right = {*its.addresses, node.host, node.address}
            if line.loopback or line.address in right or ":" in line.address:
                continue
            yield warning(
                f"its /etc/hosts says that {other} is {line.address}, and {other} has "
                + _addresses_in_words(its.addresses),
                "pitui provision {nodes} --only hosts",
                node=name,
                about=other,
                several=f"their /etc/hosts says that {other} is {line.address}",
                fixed_by=Fix.provisioning("hosts", on=[name]),
            )


def _addresses_in_words(addresses: Iterable[str]) -> str:
    shown = [a for a in addresses if not is_loopback(a) and not a.startswith("fe80:")]
    return ", ".join(sorted(shown))


def _names_of_spark(evidence: Evidence) -> Iterator[Finding]:
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
                f"{host}, which is {owner}, {where} here; {owner} has {_addresses_in_words(right)}",
                "pitui provision {nodes} --only hosts",
                node=name,
                about=host,
                several=f"{host}, which is {owner}, leads them elsewhere",
                fixed_by=Fix.provisioning("hosts", on=[name]) if host in evidence.nodes else None,
            )


CHECK = Check(
    id="names.resolves-elsewhere",
    title="A name of a node leads to another machine, or nowhere",
    why="Daemons and executors connect by these names, and look for each other in vain",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "app.waiting", "app.driver-unreachable"),
    fixes=("hosts",),
)
