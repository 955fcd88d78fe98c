"""The same work on many nodes at once, bounded; each ends for itself."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from typing import TypeVar

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import PituiError

T = TypeVar("T")

LIMIT = 32
"""How many work at once unless the caller says otherwise."""


async def fan_out(
    names: Iterable[str], work: Callable[[str], Awaitable[T]], limit: int = LIMIT
) -> dict[str, T | PituiError]:
    """Run `work(name)` for every name, at most `limit` at once, and return all results.

    A name whose work raised a `PituiError` has that error as its result; the others go on. Any
    other exception is a bug: it cancels the rest and is raised in an exception group.
    """
    wanted = list(dict.fromkeys(names))
    results: dict[str, T | PituiError] = {}
    gate = asyncio.Semaphore(limit)

    async def one(name: str) -> None:
        async with gate:
            results[name] = await _attempt(work, name)

    async with TaskGroup() as group:
        for name in wanted:
            group.create_task(one(name))
    return {name: results[name] for name in wanted}


async def as_done(
    names: Iterable[str], work: Callable[[str], Awaitable[T]], limit: int = LIMIT
) -> AsyncGenerator[tuple[str, T | PituiError], None]:
    """Do as `fan_out` does, and yield each name with its result as soon as it has one.

    Close the iterator (`contextlib.aclosing`) where you may leave it early: that cancels the rest.
    An exception that is no `PituiError` cancels the rest and is raised here.
    """
    wanted = list(dict.fromkeys(names))
    gate = asyncio.Semaphore(limit)
    done: asyncio.Queue[tuple[str, T | PituiError] | Exception] = asyncio.Queue()

    async def one(name: str) -> None:
        try:
            async with gate:
                done.put_nowait((name, await _attempt(work, name)))
        # A task group would cancel whoever iterates in the middle of their own work: the error
        # travels through the queue instead and is raised below.
        except Exception as error:  # noqa: BLE001
            done.put_nowait(error)

    bug: Exception | None = None
    async with TaskGroup() as group:
        tasks = [group.create_task(one(name)) for name in wanted]
        try:
            for _ in wanted:
                result = await done.get()
                if isinstance(result, Exception):
                    bug = result
                    break
                yield result
        except GeneratorExit:
            # Closed early. The task group would wrap this one into an exception group.
            pass
        for task in tasks:
            task.cancel()
    if bug is not None:
        raise bug


async def _attempt(work: Callable[[str], Awaitable[T]], name: str) -> T | PituiError:
    try:
        return await work(name)
    except PituiError as error:
        return error
