"""spark.gave-up: a worker ended because no master answered it for too long."""

import re
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, FindingLine, error
from pitui.doctor.finding_fix import Fix
from pitui.domain.cluster import MasterState
from pitui.facts.node_facts.node_facts import NodeFacts


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        status = evidence.status(name)
        if not facts.gave_up or status is None or status.worker is None or status.worker.pid:
            continue
        yield error(
            "its worker gave up, because no master answered it, and ended",
            "pitui start {nodes}",
            node=name,
            detail=f"its log ends with `{facts.gave_up}`",
            several="their workers gave up, because no master answered them, and ended",
            log=FindingLine((re.escape(facts.gave_up), "Giving up")),
            fixed_by=Fix.starting(name) if _reaches_master(evidence, facts) else None,
        )


def _reaches_master(evidence: Evidence, facts: NodeFacts) -> bool:
    """Whether a worker would not give up again."""
    host, port = evidence.master_address
    blocked = any((r.host, r.port) == (host, port) and not r.ok for r in facts.reach)
    return not (blocked or evidence.snapshot.master.state is MasterState.UNREACHABLE)


CHECK = Check(
    id="spark.gave-up",
    title="A worker ended because no master answered",
    why="It does not come back by itself: after 16 tries the process exits",
    reads=Reads.NODES,
    rule=_rule,
    explains=("app.waiting",),
    fixes=("start",),
)
