"""What the UI needs of applications' insides: a look at them, their past, their end."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Protocol

from pitui.domain.cluster import Application
from pitui.domain.inside import Looked, Spot

if TYPE_CHECKING:
    from pitui.services.causes import Cause
    from pitui.services.web_pages import WebPage


class JobsFacet(Protocol):
    """Applications from the inside, as the UI uses them."""

    def inside(self, spot: Spot) -> AsyncGenerator[Looked, None]:
        """Yield what is at a spot, again and again while it may change."""

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Return applications of the past, without those of some ids.

        Raises:
            PituiError: they could not be asked for.
        """

    def unreadable(self) -> str:
        """Return in words what of the last list of `earlier` could not be read; mostly empty."""

    async def kill(self, spot: Spot) -> str:
        """Kill what is at a spot, and return in words how Spark then lists it.

        Raises:
            PituiError: Spark refused, or does not agree in time.
        """

    async def kill_driver(self, driver_id: str) -> None:
        """Kill a cluster-mode driver.

        Raises:
            PituiError: the master refused, or does not agree in time.
        """

    async def cause(self, spot: Spot) -> "Cause":
        """Return what explains the failure of a spot.

        Raises:
            PituiError: nothing failed there, or nothing is known of it any more.
        """

    async def page(self, spot: Spot | None) -> "WebPage":
        """Return the page of Spark's web UI on a spot, the master's without one.

        Raises:
            PituiError: there is no way to it.
        """
