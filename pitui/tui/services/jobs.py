"""What the UI needs of applications' insides: a look at them, their past, their end."""

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING, Protocol

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.cluster import Application

if TYPE_CHECKING:
    from pitui.services.apps.failure_analysis import FailureCause
    from pitui.services.apps.web_pages import WebPage


class JobService(Protocol):
    """Applications from the inside, as the UI uses them."""

    def inside(self, location: AppLocation) -> AsyncGenerator[DetailResult, None]:
        """Yield what is at a spot, again and again while it may change."""

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Return applications of the past, without those of some ids.

        Raises:
            PituiError: they could not be asked for.
        """

    def unreadable(self) -> str:
        """Return in words what of the last list of `earlier` could not be read; mostly empty."""

    async def kill(self, location: AppLocation) -> str:
        """Kill what is at a spot, and return in words how Spark then lists it.

        Raises:
            PituiError: Spark refused, or does not agree in time.
        """

    async def kill_driver(self, driver_id: str) -> None:
        """Kill a cluster-mode driver.

        Raises:
            PituiError: the master refused, or does not agree in time.
        """

    async def cause(self, location: AppLocation) -> "FailureCause":
        """Return what explains the failure of a spot.

        Raises:
            PituiError: nothing failed there, or nothing is known of it any more.
        """

    async def page(self, location: AppLocation | None) -> "WebPage":
        """Return the page of Spark's web UI on a spot, the master's without one.

        Raises:
            PituiError: there is no way to it.
        """
