"""How long a command may take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pitui.domain.errors import CommandTimeoutError


@asynccontextmanager
async def time_limit(node: str, seconds: float) -> AsyncIterator[asyncio.Timeout]:
    """Give what is inside so many seconds; hands out the timer.

    Raises:
        CommandTimeoutError: they did not suffice.
    """
    try:
        async with asyncio.timeout(seconds) as timer:
            yield timer
    except TimeoutError:
        if not timer.expired():
            raise
        raise CommandTimeoutError(
            node,
            f"a command did not finish within {seconds:g} s and was stopped",
            "The node may be overloaded, or busy with other commands.",
        ) from None
