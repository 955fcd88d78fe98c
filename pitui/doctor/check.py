"""A check: an id, what it reads, and a pure rule from that to findings."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck

Rule = Callable[[Evidence], Iterable[Finding | SkippedCheck]]


class Reads(StrEnum):
    """What a check looks at, and so what it costs."""

    HEALTH = "health"
    """What the watch knows of links and boards anyway, whatever the master says."""
    SNAPSHOT = "snapshot"
    """What the watch knows anyway, most of it from the master: nothing more is asked."""
    NODES = "nodes"
    """What the nodes say of themselves: one command each, which all such checks share."""
    APPLICATIONS = "applications"
    """What drivers, and event logs of what has just ended, say of the newest stages."""
    INPUTS = "inputs"
    """Both: whether the nodes have what tasks did not find."""
    DATA = "data"
    """What `pitui data` says."""

    @property
    def of_master(self) -> bool:
        """Whether nothing is known of it without an answer of the master."""
        return self in (Reads.SNAPSHOT, Reads.APPLICATIONS, Reads.INPUTS)

    @property
    def of_nodes(self) -> bool:
        """Whether nodes are asked for it."""
        return self in (Reads.NODES, Reads.INPUTS)

    @property
    def of_applications(self) -> bool:
        """Whether drivers and event logs are asked for it."""
        return self in (Reads.APPLICATIONS, Reads.INPUTS)


COST = {
    Reads.HEALTH: "nothing: what `pitui status` asks for; runs all the time on the screen",
    Reads.SNAPSHOT: "nothing: what `pitui status` asks for; runs all the time on the screen",
    Reads.NODES: "its part of one command a node",
    Reads.APPLICATIONS: "some questions to the drivers of the newest applications, and reading the "
    "event logs of the last hour",
    Reads.INPUTS: "the same, and its part of one command a node",
    Reads.DATA: "what `pitui data` asks for",
}
"""What each costs, in words."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the registry."""

    id: str
    """Such as `names.loopback`: the group and the name in it."""
    title: str
    """What it finds, for a list."""
    why: str
    """Why that matters on such a cluster."""
    reads: Reads
    rule: Rule
    explains: tuple[str, ...] = ()
    """Ids of checks whose findings on the same nodes are often no more than its consequence."""
    fixes: tuple[str, ...] = ()
    """What `--fix` may do about its findings: steps of provisioning, `start` or `restart`."""

    @property
    def group(self) -> str:
        """The part of the id before the dot."""
        return self.id.partition(".")[0]

    @property
    def passive(self) -> bool:
        """Whether it reads only what the watch knows, so that it may run all the time."""
        return self.reads in (Reads.HEALTH, Reads.SNAPSHOT)

    def look(self, evidence: Evidence) -> Iterator[Finding | SkippedCheck]:
        """Yield what the rule says, and the nodes that could not be looked at."""
        if self.reads.of_nodes:
            for node, reason in evidence.silent.items():
                yield SkippedCheck(reason, node, self.id)
        if self.reads.of_applications:
            for reason in evidence.unread_apps:
                yield SkippedCheck(reason, None, self.id)
        for said in self.rule(evidence):
            if isinstance(said, SkippedCheck):
                yield replace(said, check=self.id)
            else:
                detail = _with_other_daemons(said, evidence)
                yield replace(said, check=self.id, why=said.why or self.why, detail=detail)


def _with_other_daemons(finding: Finding, evidence: Evidence) -> str:
    """Return a finding's detail; it says where a command for a node means its master."""
    node = evidence.nodes.get(finding.node or "")
    if node is None or not (node.is_master and node.is_worker):
        return finding.detail
    by_name = rf"pitui (restart|stop) ({{nodes}}|{re.escape(node.name)})( |$)"
    named = re.search(by_name, finding.fix)
    if named is None:
        return finding.detail
    also = f"`pitui {named[1]} {node.name}` {named[1]}s the master on it, too"
    return f"{finding.detail}. {also}" if finding.detail else also
