"""Findings as events of the timeline: once when one appears, once when it is gone."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pitui.doctor.finding import Finding
from pitui.doctor.severity import FindingSeverity
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.snapshot import Snapshot
from pitui.services.doctor.finding_store import finding_identity

FOUND, GONE = "found", "gone"
TOLD_ANYWAY = frozenset(
    ("reach.ssh", "spark.unregistered", "power.undervoltage", "heat.throttled", "app.waiting")
)
"""Checks of what has events of its own: theirs are no news beside those."""


def finding_subject(finding: Finding) -> str:
    """Return what identifies a finding in the timeline."""
    return " ".join(("finding", *finding_identity(finding)))


def checked_by(event: Event) -> str:
    """Return the id of the check that an event of a finding comes from."""
    return event.subject.split(" ")[1]


def finding_event(finding: Finding, snapshot: Snapshot, now: float) -> Event:
    """Return the event of a finding that has appeared."""
    app = snapshot.application(finding.application) if finding.application else None
    named = app.name if app else finding.application
    calm = finding.check in TOLD_ANYWAY or finding.severity is FindingSeverity.INFO
    return Event(
        now,
        EventKind.FINDING,
        FOUND,
        named or finding.node or finding.about or snapshot.cluster,
        finding_subject(finding),
        Severity.PLAIN if calm else Severity.BAD,
        f"{finding.title} ({finding.check})",
        finding.node,
        finding.application,
    )


def gone_event(found: Event, now: float) -> Event:
    """Return the event of a finding that is gone, from that of its appearance."""
    good = Severity.GOOD if found.gravity is Severity.BAD else Severity.PLAIN
    return replace(found, at=now, what=GONE, gravity=good)


def still_found(events: Iterable[Event]) -> Iterator[Event]:
    """Yield the findings that appeared and have not gone, by what is kept of the last days."""
    last = {event.subject: event for event in events if event.kind is EventKind.FINDING}
    yield from (event for event in last.values() if event.what == FOUND)
