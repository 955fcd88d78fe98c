"""What is to be done to its end although somebody wants to leave."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


async def run_to_end(work: Coroutine[Any, Any, None], left: Callable[[], None]) -> None:
    """Do something that the first cancellation of the current task does not break off.

    One that came before counts. The second ends the work, after `left` was called.

    Raises:
        CancelledError: the task was cancelled meanwhile; the work is done, or was left.
    """
    asked = asyncio.current_task()
    task = asyncio.create_task(work)  # noqa: TID251 - awaited in any case
    cancelled = leaving = False
    while not task.done():
        if asked is not None and asked.cancelling() > 1 and not leaving:
            leaving = True
            left()
            task.cancel()
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    await task
