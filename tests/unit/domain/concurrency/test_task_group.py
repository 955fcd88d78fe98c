"""What a task group leaves behind in the task that waits for it: nothing."""

import asyncio

import pytest

from pitui.domain.concurrency.task_group import TaskGroup


async def fail_soon() -> None:
    await asyncio.sleep(0.01)
    raise ValueError("planted")


def requests() -> int:
    task = asyncio.current_task()
    assert task is not None
    return task.cancelling()


async def expire() -> None:
    async with asyncio.timeout(0.01):
        await asyncio.sleep(10)


async def fail_later() -> None:
    async with TaskGroup() as group:
        group.create_task(fail_soon())


async def test_a_time_limit_after_a_task_that_failed_is_still_one() -> None:
    for _ in range(3):
        with pytest.raises(ExceptionGroup, match="unhandled errors"):
            await fail_later()
    assert requests() == 0
    with pytest.raises(TimeoutError):
        await expire()


async def test_so_is_one_after_a_task_that_failed_while_the_body_waited() -> None:
    async def fail_at_once() -> None:
        async with TaskGroup() as group:
            group.create_task(fail_soon())
            await asyncio.sleep(10)

    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        await fail_at_once()
    assert requests() == 0
    with pytest.raises(TimeoutError):
        await expire()


async def test_whoever_is_cancelled_from_outside_ends() -> None:
    async def wait() -> None:
        async with TaskGroup() as group:
            group.create_task(asyncio.sleep(10))

    async with TaskGroup() as group:
        waiting = group.create_task(wait())
        await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert waiting.cancelled()
