"""names.duplicate-hostname: two machines have one name, as fresh cards have."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix


def _rule(evidence: Evidence) -> Iterator[Finding]:
    by_name: dict[str, list[str]] = defaultdict(list)
    for name, facts in evidence.facts.items():
        if facts.machine.hostname:
            by_name[facts.machine.hostname.lower()].append(name)
    for hostname, names in by_name.items():
        for name in names:
            others = [o for o in names if o != name and not evidence.same_machine(o, name)]
            if others:
                yield warning(
                    f"its host name is {hostname}, and so is that of {', '.join(others)}",
                    "pitui provision {nodes} --only hostname,hosts",
                    node=name,
                    several=f"their host name is {hostname}",
                    fixed_by=_fix_of_names(evidence, names),
                )


def _fix_of_names(evidence: Evidence, names: Sequence[str]) -> Fix | None:
    """Return the steps that give each its node's name; this machine keeps the one that it has."""
    renamed = [name for name in names if not evidence.nodes[name].local]
    kept = {evidence.facts[name].machine.hostname.lower() for name in set(names) - set(renamed)}
    if kept & {name.lower() for name in renamed}:
        return None
    return Fix.provisioning("hostname", "hosts", on=renamed)


CHECK = Check(
    id="names.duplicate-hostname",
    title="Several machines have the same host name",
    why="Workers, logs and executors of one are taken for those of another",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("hostname", "hosts"),
)
