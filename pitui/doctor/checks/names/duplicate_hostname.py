"""names.duplicate-hostname: two machines have one name, as fresh cards have."""

from collections import defaultdict
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence import Evidence
from pitui.doctor.finding import Finding, warning


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
                )


CHECK = Check(
    id="names.duplicate-hostname",
    title="Several machines have the same host name",
    why="Workers, logs and executors of one are taken for those of another",
    reads=Reads.NODES,
    rule=_rule,
)
