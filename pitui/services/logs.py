"""Logs of many sources as one stream: the last lines merged by time, then as they come."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial
from itertools import chain

from pitui.domain.log_line import LogLine, LogSource
from pitui.services.cluster import Cluster
from pitui.services.log_find import find_sources
from pitui.services.log_follow import LogFollower
from pitui.services.log_merge import merged
from pitui.services.log_tree import log_tree

__all__ = ["find_sources", "follow", "log_tree"]

BATCH_LINES = 5000
"""Lines handed over at once; one block of a source may take it beyond."""

_BATCH_AFTER = 0.05
"""Seconds for which lines are collected before they are handed over."""

_WAITING_BLOCKS = 4
"""Blocks that may wait for whoever reads; beyond that the sources wait."""

_HEAR_LIMIT = 3.0
_MERGE_LIMIT = 30.0
"""Seconds that the last lines are waited for, to merge them by time: of a node that says nothing,
and of one that sends slowly."""

_Item = tuple[int, list[LogLine]] | Exception | None


async def follow(
    cluster: Cluster,
    sources: Sequence[LogSource],
    lines: int = 500,
    follow: bool = True,
) -> AsyncGenerator[list[LogLine], None]:
    """Yield the lines of all sources in batches: of each the last `lines`, then those that come.

    Every line comes once, and in its source's order. What happens to a source (its node cannot be
    reached, its file was rotated) comes as a line with `note` set. Close the iterator
    (`contextlib.aclosing`) where you may leave it early.
    """
    queue: asyncio.Queue[_Item] = asyncio.Queue(_WAITING_BLOCKS)
    error: Exception | None = None
    async with asyncio.TaskGroup() as group:
        followers = [
            LogFollower(cluster, source, partial(_put, queue, number), lines=lines, follow=follow)
            for number, source in enumerate(sources)
        ]
        pump = group.create_task(_run_all(followers, queue))
        try:
            waiting = await _first_lines(followers, queue)
            while waiting:
                yield waiting[:BATCH_LINES]
                del waiting[:BATCH_LINES]
            async for batch in _as_they_come(queue):
                yield batch
        except GeneratorExit:
            # Closed early. The task group would wrap this one into an exception group.
            pass
        except _FollowerError as failed:
            error = failed.error
        pump.cancel()
    if error is not None:
        raise error


class _FollowerError(Exception):
    """A follower raised what it should not have."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


async def _put(queue: asyncio.Queue[_Item], number: int, lines: list[LogLine]) -> None:
    if lines:
        await queue.put((number, lines))


async def _run_all(followers: list[LogFollower], queue: asyncio.Queue[_Item]) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for follower in followers:
                group.create_task(follower.run())
    # It would cancel whoever iterates in the middle of their own work; so it goes the way of the
    # lines and is raised to them.
    except Exception as error:  # noqa: BLE001
        await queue.put(error)
    else:
        await queue.put(None)


async def _first_lines(followers: list[LogFollower], queue: asyncio.Queue[_Item]) -> list[LogLine]:
    """Return what was there at the start, merged by time."""
    clock = asyncio.get_running_loop()
    begin = clock.time()
    logs: list[list[LogLine]] = [[] for _ in followers]
    while not _all_there(followers, clock.time() - begin):
        try:
            async with asyncio.timeout(_BATCH_AFTER):
                item = await queue.get()
        except TimeoutError:
            continue
        if item is None:
            queue.put_nowait(None)
            break
        number, lines = _checked(item)
        logs[number] += lines
    for _ in range(queue.qsize()):
        item = queue.get_nowait()
        if item is None:
            queue.put_nowait(None)
            break
        number, lines = _checked(item)
        logs[number] += lines
    return list(merged(logs))


def _all_there(followers: list[LogFollower], waited: float) -> bool:
    limits = ((_MERGE_LIMIT if follower.heard else _HEAR_LIMIT) for follower in followers)
    return all(
        follower.caught_up or waited > limit
        for follower, limit in zip(followers, limits, strict=True)
    )


async def _as_they_come(queue: asyncio.Queue[_Item]) -> AsyncIterator[list[LogLine]]:
    while (item := await queue.get()) is not None:
        batch = [_checked(item)[1]]
        if queue.empty():
            await asyncio.sleep(_BATCH_AFTER)
        while not queue.empty() and sum(map(len, batch)) < BATCH_LINES:
            item = queue.get_nowait()
            if item is None:
                yield list(chain.from_iterable(batch))
                return
            batch.append(_checked(item)[1])
        yield list(chain.from_iterable(batch))


def _checked(item: tuple[int, list[LogLine]] | Exception) -> tuple[int, list[LogLine]]:
    if isinstance(item, Exception):
        raise _FollowerError(item)
    return item
