"""Logs of many sources as one stream: the last lines merged by time, then as they come."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import first_error
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.services.cluster import Cluster
from pitui.services.logs.find_sources import find_sources
from pitui.services.logs.log_merge import HoldBack, merged
from pitui.services.logs.log_tree import log_tree
from pitui.services.logs.node_follower import NodeFollower

__all__ = ["find_sources", "follow", "log_tree"]

BATCH_LINES = 5000
"""Lines handed over at once; one block of a source may take it beyond."""

BATCH_AFTER = 0.05
"""Seconds for which lines of a single source are collected before they are handed over."""

HOLD_BACK = 0.8
"""Seconds for which a line of several sources waits for older ones of others: a quiet log is
looked at every 0.4 s."""

HELD_MOST = 50_000
"""Lines that are held back at most."""

FIRST_MOST = 300_000
"""Lines of what was there at the start that are sorted as a whole; beyond that they are sorted as
they come, within what is held back."""

_WAITING_BLOCKS = 4
"""Blocks that may wait for whoever reads; beyond that the sources wait."""

_FEW = 100
"""Lines that are not worth a batch of their own."""

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
    reached, its file was rotated) comes as a line with `note` set. Less than 0 `lines` are all.
    Close the iterator (`contextlib.aclosing`) where you may leave it early.
    """
    queue: asyncio.Queue[_Item] = asyncio.Queue(_WAITING_BLOCKS)
    error: Exception | None = None
    async with TaskGroup() as group:
        followers = _followers(cluster, sources, queue, lines=lines, follow=follow)
        pump = group.create_task(_run_all(followers, queue))
        try:
            if len(sources) > 1:
                waiting = await _first_lines(followers, queue)
                while waiting:
                    yield waiting[:BATCH_LINES]
                    del waiting[:BATCH_LINES]
                stream = _in_order(queue)
            else:
                stream = _as_they_come(queue)
            async for batch in stream:
                yield batch
        except GeneratorExit:
            # Closed early. The task group would wrap this one into an exception group.
            pass
        except _FollowerError as failed:
            error = failed.error
        pump.cancel()
    if error is not None:
        raise error


def _followers(
    cluster: Cluster,
    sources: Sequence[LogSource],
    queue: asyncio.Queue[_Item],
    *,
    lines: int,
    follow: bool,
) -> list[NodeFollower]:
    """Return a follower for each node: all of a node's logs come over one channel."""
    by_node: dict[str, dict[int, LogSource]] = {}
    for number, source in enumerate(sources):
        by_node.setdefault(source.node, {})[number] = source
    return [
        NodeFollower(
            cluster,
            node,
            own,
            partial(_put, queue),
            lines=lines,
            follow=follow,
            measure=len(by_node) > 1,
            asks=len(sources) == 1,
        )
        for node, own in by_node.items()
    ]


class _FollowerError(Exception):
    """A follower raised what it should not have."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


async def _put(queue: asyncio.Queue[_Item], number: int, lines: list[LogLine]) -> None:
    await queue.put((number, lines))


async def _run_all(followers: list[NodeFollower], queue: asyncio.Queue[_Item]) -> None:
    try:
        async with TaskGroup() as group:
            for follower in followers:
                group.create_task(follower.run())
    # It would cancel whoever iterates in the middle of their own work; so it goes the way of the
    # lines and is raised to them.
    except Exception as error:  # noqa: BLE001
        await queue.put(first_error(error) if isinstance(error, ExceptionGroup) else error)
    else:
        await queue.put(None)


async def _first_lines(followers: list[NodeFollower], queue: asyncio.Queue[_Item]) -> list[LogLine]:
    """Return what was there at the start, merged by time."""
    clock = asyncio.get_running_loop()
    begin = clock.time()
    logs: dict[int, list[LogLine]] = {}
    count = 0
    while count < FIRST_MOST:
        if _all_there(followers, clock.time() - begin) and queue.empty():
            break
        try:
            async with asyncio.timeout(BATCH_AFTER):
                item = await queue.get()
        except TimeoutError:
            continue
        if item is None:
            queue.put_nowait(None)
            break
        number, lines = _checked(item)
        logs.setdefault(number, []).extend(lines)
        count += len(lines)
    return list(merged(logs[number] for number in sorted(logs)))


def _all_there(followers: list[NodeFollower], waited: float) -> bool:
    limits = ((_MERGE_LIMIT if follower.heard else _HEAR_LIMIT) for follower in followers)
    return all(
        follower.caught_up or waited > limit
        for follower, limit in zip(followers, limits, strict=True)
    )


async def _as_they_come(queue: asyncio.Queue[_Item]) -> AsyncIterator[list[LogLine]]:
    """Yield the lines of a single source, gathered for a moment where they come one by one."""
    while (item := await queue.get()) is not None:
        batch = _checked(item)[1]
        if len(batch) < _FEW:
            if queue.empty():
                await asyncio.sleep(BATCH_AFTER)
            while not queue.empty() and len(batch) < BATCH_LINES:
                item = queue.get_nowait()
                if item is None:
                    yield batch
                    return
                batch += _checked(item)[1]
        yield batch


async def _in_order(queue: asyncio.Queue[_Item]) -> AsyncIterator[list[LogLine]]:
    """Yield the lines of several sources by time, each held back for a while."""
    clock = asyncio.get_running_loop()
    held = HoldBack(HOLD_BACK, HELD_MOST)
    ended = False
    while not ended:
        try:
            async with asyncio.timeout_at(held.due_at()):
                item = await queue.get()
        except TimeoutError:
            pass
        else:
            ended = item is None
            if item is not None:
                number, lines = _checked(item)
                held.add(number, lines, clock.time(), time.time())
        batch = held.rest() if ended else held.take(clock.time())
        if batch:
            yield batch


def _checked(item: tuple[int, list[LogLine]] | Exception) -> tuple[int, list[LogLine]]:
    if isinstance(item, Exception):
        raise _FollowerError(item)
    return item
