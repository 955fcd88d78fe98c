"""power.undervoltage: a board gets too little voltage, now or since it was booted."""

from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, error, warning
from pitui.doctor.symptoms.throttling import throttling

_WORD = "under-voltage"


def _rule(evidence: Evidence) -> Iterator[Finding]:
    fix = "give it a power supply of its own for its model (5.1 V), and a short, thick cable"
    for status in evidence.connected:
        now, earlier = throttling(status)
        facts = evidence.facts.get(status.name)
        lines = [x for x in (facts.kernel if facts else None) or () if "oltage" in x]
        said = "; ".join(lines[-1:])
        detail = f"{len(lines)} times in the kernel's log, the latest: `{said}`" if said else ""
        if _WORD in now:
            yield error("it gets too little voltage now", fix, node=status.name, detail=detail,
                        several="they get too little voltage now")  # fmt: skip
        elif _WORD in earlier or lines:
            yield warning("it got too little voltage since it was booted", fix, node=status.name,
                          detail=detail, several="they got too little voltage")  # fmt: skip


CHECK = Check(
    id="power.undervoltage",
    title="A board gets too little voltage",
    why="It slows down to half its clock or less, cards lose data, and nodes vanish for minutes",
    reads=Reads.HEALTH,
    rule=_rule,
    explains=("disk.errors", "disk.read-only", "spark.unregistered", "heat.throttled", "reach.ssh"),
)
