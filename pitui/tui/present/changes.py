"""What changed by itself and is worth a word in the corner of the screen."""

import time
from collections.abc import Collection
from dataclasses import dataclass

from pitui.domain.cluster import Snapshot
from pitui.domain.event import Event, Gravity, Kind
from pitui.domain.happened import happened
from pitui.domain.seen import Seen
from pitui.domain.text import one_line

_SENTENCES = {
    (Kind.MASTER, "back"): "The master on {about} is back",
    (Kind.MASTER, "lost"): "The master on {about} no longer answers",
    (Kind.MASTER, "stopped"): "The master on {about} no longer answers",
    (Kind.NODE, "back"): "{about} is back",
    (Kind.NODE, "away"): "{about} is away: {detail}",
    (Kind.WORKER, "back"): "The worker on {about} is back",
    (Kind.WORKER, "lost"): "The worker on {about} is lost",
    (Kind.APPLICATION, "finished"): "{about} is done",
    (Kind.APPLICATION, "failed"): "{about} failed",
    (Kind.APPLICATION, "killed"): "{about} killed",
    (Kind.APPLICATION, "gone"): "{about} is gone: {detail}",
}
"""Executors and temperatures come and go too often for it: the timeline has them."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened, in words."""

    text: str
    bad: bool


class Changes:
    """Compares each snapshot with the one before."""

    def __init__(self) -> None:
        self._seen: Seen | None = None

    def of(self, snapshot: Snapshot, own: Collection[str] = ()) -> list[Change]:
        """Return what happened since the last snapshot, without what the user did."""
        first = self._seen is None
        found, self._seen = happened(self._seen or Seen(), snapshot, time.time(), own)
        if first:
            return []
        nodes = {event.about for event in found if event.kind is Kind.NODE}
        said = [
            (_sentence(event), event)
            for event in found
            if event.gravity is not Gravity.PLAIN
            # With its node a worker goes and comes anyway.
            and not (event.kind is Kind.WORKER and event.about in nodes)
        ]
        return [Change(text, event.gravity is Gravity.BAD) for text, event in said if text]


def _sentence(event: Event) -> str:
    template = _SENTENCES.get((event.kind, event.what), "")
    return template.format(about=one_line(event.about), detail=one_line(event.detail))
