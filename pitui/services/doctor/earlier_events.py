"""What the timeline tells of the last hours, for checks that look for what comes back."""

from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event
from pitui.services.events.timeline_store import TimelineStore

_WRITER = "doctor"
"""Nothing is written: nobody has to tell it from others."""


async def earlier_events(cluster: str) -> tuple[Event, ...]:
    """Return the events that are kept, oldest first; none where the file cannot be used.

    What says that is the timeline itself.
    """
    store = TimelineStore(cluster, _WRITER)
    if not store.path.exists():
        return ()
    try:
        return (await store.disk.do(store.read)).events
    except PituiError:
        return ()
