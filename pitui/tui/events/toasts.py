"""Toasts: notifications of changes that the user did not cause."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from pitui.domain.cluster import Snapshot
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.events.snapshot_diff import diff_snapshots
from pitui.domain.text import one_line

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


class Toasts:
    """Compares each snapshot with the one before."""

    def __init__(self) -> None:
        self._seen: LastKnownState | None = None

    def of(self, snapshot: Snapshot, own: Collection[str] = ()) -> list[Toast]:
        """Return toasts for the changes since the last snapshot, except those the user caused."""
        first = self._seen is None
        found, self._seen = diff_snapshots(
            self._seen or LastKnownState(), snapshot, time.time(), own
        )
        if first:
            return []
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
