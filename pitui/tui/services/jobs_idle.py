"""What stands in for applications' insides until the services are there."""

# ruff: noqa: ARG002 - it refuses what it is asked, whatever the arguments are

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError

if TYPE_CHECKING:
    from pitui.domain.apps.app_detail import AppLocation, DetailResult
    from pitui.domain.cluster import Application
    from pitui.services.apps.failure_analysis import FailureCause
    from pitui.services.apps.web_pages import WebPage


class IdleJobService:
    """Refuses what needs the services; the first moments of the UI only."""

    async def inside(self, location: AppLocation) -> AsyncGenerator[DetailResult, None]:
        """Say that there is nothing yet."""
        from pitui.domain.apps.app_detail import DetailResult

        yield DetailResult(location, error=_STARTING.message, advice=_STARTING.advice)

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Know of none."""
        return []

    def unreadable(self) -> str:
        """Have read nothing."""
        return ""

    async def kill(self, location: AppLocation) -> str:
        """Refuse."""
        raise _STARTING

    async def kill_driver(self, driver_id: str) -> None:
        """Refuse."""
        raise _STARTING

    async def cause(self, location: AppLocation) -> FailureCause:
        """Refuse."""
        raise _STARTING

    async def page(self, location: AppLocation | None) -> WebPage:
        """Refuse."""
        raise _STARTING


_STARTING = PituiError("pitui is still starting", "Try again in a moment.")
