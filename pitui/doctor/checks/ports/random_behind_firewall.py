"""ports.random-behind-firewall: drivers and executors get random ports, which are not let in."""

from collections import defaultdict
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix


def _rule(evidence: Evidence) -> Iterator[Finding]:
    owners = _owners(evidence)
    shut: dict[str, list[str]] = defaultdict(list)
    for name, facts in evidence.spark_facts():
        # Whoever reaches nothing of a machine has another trouble.
        reached = {reach.host for reach in facts.reach if reach.ok}
        for probe in facts.access.probes:
            owner = owners.get(probe.host)
            if owner and owner != name and probe.host in reached and probe.kept_out:
                shut[owner].append(name)
    for name, others in shut.items():
        facts_there = evidence.facts.get(name)
        port = "spark.driver.port" if name == evidence.master_name else "spark.blockManager.port"
        if facts_there is None or facts_there.defaults.get(port, "0") != "0":
            continue
        wall = facts_there.access.firewall
        yield warning(
            f"its firewall{f' ({wall})' if wall else ''} lets {', '.join(others)} in on Spark's "
            f"own ports, and not on others; {port} is not set, so each is another",
            "pitui provision {nodes} --only firewall",
            node=name,
            several="their firewalls do not let other nodes in on random ports",
            fixed_by=Fix.provisioning("firewall", on=[name]) if wall else None,
        )


def _owners(evidence: Evidence) -> dict[str, str]:
    owners = {w.host: status.name for status in evidence.snapshot.nodes for w in status.workers}
    if evidence.master_alive:
        owners[evidence.master_address[0]] = evidence.master_name
    return owners


CHECK = Check(
    id="ports.random-behind-firewall",
    title="A firewall stands before ports that are random",
    why="Executors get no data from each other (`FetchFailed`), and cannot reach their driver",
    reads=Reads.NODES,
    rule=_rule,
    explains=("ports.blocked", "app.driver-unreachable", "app.waiting"),
    fixes=("firewall",),
)
