"""ports.blocked: a node cannot connect to a daemon on another, which runs."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning


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
            if reach.ok:
                continue
            at = f"{reach.host}:{reach.port}"
            fix = f"pitui provision {name} {owner or evidence.master_name} --only firewall"
            if not owner:
                yield error(
                    f"it cannot reach the master at {at}: {reach.why}",
                    fix,
                    node=name,
                    about=at,
                    several=f"they cannot reach the master at {at}: {reach.why}",
                )
            elif not fixed:
                # Executors listen on random ports, as this one is.
                yield warning(
                    f"it cannot reach {owner} at {at}: {reach.why}",
                    fix,
                    node=name,
                    about=at,
                    several=f"they cannot reach {owner} at {at}: {reach.why}",
                )


CHECK = Check(
    id="ports.blocked",
    title="A node cannot connect to a daemon on another",
    why="Workers do not register, and executors get no data from each other: `FetchFailed`",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered", "spark.gave-up", "app.waiting", "app.driver-unreachable"),
)
