"""Looking again and again until something is there."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


def pause_after(began: float) -> float:
    """Return how many seconds to wait after a look that began then (`time.monotonic`).

    What takes long to look at is looked at more seldom: it would keep busy what it waits for.
    """
    return max(0.1, 2 * (time.monotonic() - began))


async def until_found(look: Callable[[], Awaitable[T | None]], what: str, limit: float) -> T:
    """Return what `look` finds within so many seconds."""
    try:
        async with asyncio.timeout(limit):
            while True:
                began = time.monotonic()
                if (seen := await look()) is not None:
                    return seen
                await asyncio.sleep(pause_after(began))
    except TimeoutError:
        raise AssertionError(f"waited {limit} s in vain until {what}") from None
