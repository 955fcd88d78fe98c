"""A timeline of plain events for the UI's tests."""

import time
from collections.abc import Callable, Sequence

from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event, EventKind, Severity, UnreadEvents, unread_events
from support.fake_services import FakeTimeline
from support.plain_cluster import NOW, Still


def event(ago: float, kind: EventKind, about: str, what: str, **more: object) -> Event:
    """Return an event of some seconds ago."""
    known = {"subject": f"{kind} {about}", **more}
    return Event(NOW - ago, kind, what, about, **known)  # type: ignore[arg-type]


BAD, GOOD = Severity.BAD, Severity.GOOD
EVENTS = (
    event(90000, EventKind.APPLICATION, "flights by hour", "submitted", application="app-0000",
          detail="by ann; 512 MiB per executor"),
    event(89000, EventKind.APPLICATION, "flights by hour", "finished", application="app-0000",
          gravity=GOOD, detail="after 16 min 40 s"),
    event(3600, EventKind.HEALTH, "pi2", "too hot", gravity=BAD, detail="83 °C", node="pi2"),
    event(3000, EventKind.HEALTH, "pi2", "cool again", gravity=GOOD, node="pi2"),
    event(700, EventKind.ACTION, "pi1", "restart", node="pi1", detail="by ann: ok, listed after 4 s"),  # noqa: E501
    event(600, EventKind.APPLICATION, "pi", "submitted", application="app-0003",
          detail="by ann; 366 MiB per executor"),
    event(300, EventKind.EXECUTOR, "pi/4", "lost", gravity=BAD, node="pi2", application="app-0003",
          subject="executor app-0003/4", detail="on pi2: Command exited with code 137"),
    event(60, EventKind.WORKER, "pi3", "lost", gravity=BAD, node="pi3"),
    event(12, EventKind.NODE, "pi3", "away", gravity=BAD, node="pi3",
          detail="no route to host"),
)  # fmt: skip


class StillTimeline(FakeTimeline):
    """Events that a test adds to."""

    def __init__(self, events: Sequence[Event] = EVENTS, complaint: str = "") -> None:
        super().__init__()
        self.events = tuple(events)
        self.looked_at = NOW - 400
        self.complaint = (
            PituiError(complaint, "Move the file away, or check its folder.") if complaint else None
        )
        self._callbacks: list[Callable[[], object]] = []

    @property
    def news(self) -> UnreadEvents:
        return unread_events(self.events, self.looked_at)

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def mark_read(self) -> None:
        had = self.news.events
        self.looked_at = time.time()
        if had:
            self.tell()

    def add(self, *events: Event) -> None:
        """Let something happen."""
        self.events = (*self.events, *events)
        self.tell()

    def tell(self) -> None:
        for callback in list(self._callbacks):
            callback()


def still(timeline: StillTimeline) -> Still:
    """Return services that stand still with such a timeline."""
    services = Still()
    services.timeline = timeline
    return services
