"""time.offset: a node's clock is not the master's."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, warning
from pitui.doctor.finding_fix import Fix
from pitui.domain.text.printable import time_span

_LEAST = 2.0
"""Seconds; less is the measuring's own on a slow link."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    here = evidence.facts.get(evidence.master_name)
    if here is None or not all(here.clocks):
        return
    ahead, wrong = here.ahead
    for name, facts in evidence.facts.items():
        if name == evidence.master_name or not all(facts.clocks):
            continue
        own, own_wrong = facts.ahead
        offset, unsure = own - ahead, own_wrong + wrong
        if abs(offset) - unsure < _LEAST:
            continue
        none = facts.clock.installed == () or not facts.clock.active
        shown = f"{abs(offset):.0f} s" if abs(offset) < 60 else time_span(abs(offset))
        where = "ahead of" if offset > 0 else "behind"
        yield warning(
            f"its clock is {shown} {where} that of {evidence.master_name}",
            "pitui provision {nodes} --only time",
            node=name,
            detail="nothing there keeps the clock right" if none else "",
            several=f"their clocks are not that of {evidence.master_name}",
            fixed_by=_fix_of_clocks(evidence, name),
        )


def _fix_of_clocks(evidence: Evidence, name: str) -> Fix | None:
    """Return the step for those whose clock is not this machine's, which the step sets it by."""
    wrong = []
    for one in (evidence.master_name, name):
        ahead, unsure = evidence.facts[one].ahead
        if abs(ahead) - unsure >= _LEAST:
            wrong.append(one)
    containers = any(evidence.facts[one].clock.container for one in wrong)
    here = any(evidence.nodes[one].local for one in wrong)
    return Fix.provisioning("time", on=wrong) if wrong and not containers and not here else None


CHECK = Check(
    id="time.offset",
    title="A clock is wrong",
    why="Logs and events come in the wrong order, and a file may seem to be of the future",
    reads=Reads.NODES,
    rule=_rule,
    fixes=("time",),
)
