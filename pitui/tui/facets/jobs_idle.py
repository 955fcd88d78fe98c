"""What stands in for applications' insides until the services are there."""

# ruff: noqa: ARG002 - it refuses what it is asked, whatever the arguments are

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError

if TYPE_CHECKING:
    from pitui.domain.cluster import Application
    from pitui.domain.inside import Looked, Spot
    from pitui.services.causes import Cause
    from pitui.services.web_pages import WebPage


class IdleJobs:
    """Refuses what needs the services; the first moments of the UI only."""

    async def inside(self, spot: Spot) -> AsyncGenerator[Looked, None]:
        """Say that there is nothing yet."""
        from pitui.domain.inside import Looked

        yield Looked(spot, error=_STARTING.message, advice=_STARTING.advice)

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Know of none."""
        return []

    def unreadable(self) -> str:
        """Have read nothing."""
        return ""

    async def kill(self, spot: Spot) -> str:
        """Refuse."""
        raise _STARTING

    async def kill_driver(self, driver_id: str) -> None:
        """Refuse."""
        raise _STARTING

    async def cause(self, spot: Spot) -> Cause:
        """Refuse."""
        raise _STARTING

    async def page(self, spot: Spot | None) -> WebPage:
        """Refuse."""
        raise _STARTING


_STARTING = PituiError("pitui is still starting", "Try again in a moment.")
