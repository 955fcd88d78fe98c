"""Looking again and again until something is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until_found(look: Callable[[], Awaitable[T | None]], what: str, limit: float) -> T:
    """Return what `look` finds within so many seconds."""
    try:
        async with asyncio.timeout(limit):
            while (seen := await look()) is None:
                await asyncio.sleep(0.1)
            return seen
    except TimeoutError:
        raise AssertionError(f"waited {limit} s in vain until {what}") from None
