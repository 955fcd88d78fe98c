"""What the UI needs of the timeline: the events, what is new, and who acts."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pitui.domain.errors import PituiError
    from pitui.domain.events.event import Event, UnreadEvents


class TimelineService(Protocol):
    """Events of the last days; `pitui.services.events.timeline` gives them."""

    @property
    def events(self) -> "tuple[Event, ...]":
        """Oldest first."""

    @property
    def complaint(self) -> "PituiError | None":
        """Why they are not kept; None while they are."""

    @property
    def news(self) -> "UnreadEvents":
        """What happened since somebody last looked."""

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when any of that is different; returns what ends it."""

    def own(self, names: Callable[[], Collection[str]]) -> None:
        """Say which nodes and applications the user acts on: that is no news."""

    def looked(self) -> None:
        """Note that somebody looks at the timeline now."""
