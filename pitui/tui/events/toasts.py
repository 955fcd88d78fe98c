"""Toasts: notifications of changes that the user did not cause."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.text.printable import one_line

_SENTENCES = {
    (EventKind.MASTER, "back"): "The master on {about} is back",
    (EventKind.MASTER, "lost"): "The master on {about} is not answering",
    (EventKind.MASTER, "stopped"): "The master on {about} is not answering",
    (EventKind.NODE, "back"): "{about} is back",
    (EventKind.NODE, "away"): "{about} is unreachable: {detail}",
    (EventKind.WORKER, "back"): "The worker on {about} is back",
    (EventKind.WORKER, "lost"): "The worker on {about} is lost",
    (EventKind.APPLICATION, "finished"): "{about} finished",
    (EventKind.APPLICATION, "failed"): "{about} failed",
    (EventKind.APPLICATION, "killed"): "{about} was killed",
    (EventKind.APPLICATION, "gone"): "{about} is gone: {detail}",
}
"""Executors and temperatures come and go too often for it: the timeline has them."""


@dataclass(frozen=True, slots=True)
class Toast:
    """One notification."""

    text: str
    bad: bool


def toasts(found: Sequence[Event]) -> list[Toast]:
    """Return what is said of the events that one snapshot brought."""
    nodes = {event.about for event in found if event.kind is EventKind.NODE}
    said = [
        (_sentence(event), event)
        for event in found
        if event.gravity is not Severity.PLAIN
        # With its node a worker goes and comes anyway.
        and not (event.kind is EventKind.WORKER and event.about in nodes)
    ]
    return [Toast(text, event.gravity is Severity.BAD) for text, event in said if text]


def _sentence(event: Event) -> str:
    template = _SENTENCES.get((event.kind, event.what), "")
    return template.format(about=one_line(event.about), detail=one_line(event.detail))
