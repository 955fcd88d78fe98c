"""What is seen through although somebody wants to leave, and left when they ask twice."""

import asyncio

import pytest

from pitui.domain.concurrency.run_to_end import run_to_end
from pitui.domain.concurrency.task_group import TaskGroup


class Work:
    """Begins, and ends when it may."""

    def __init__(self) -> None:
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.done = False
        self.said: list[str] = []

    async def run(self) -> None:
        self.begun.set()
        await self.go_on.wait()
        self.done = True

    async def run_to_end(self) -> None:
        await run_to_end(self.run(), lambda: self.said.append("left"))


async def begun(group: TaskGroup, work: Work) -> "asyncio.Task[None]":
    task = group.create_task(work.run_to_end())
    await work.begun.wait()
    return task


async def test_a_cancellation_waits_for_the_end() -> None:
    work = Work()
    async with TaskGroup() as group:
        task = await begun(group, work)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        work.go_on.set()
    assert task.cancelled()
    assert work.done
    assert work.said == []


async def test_a_second_one_leaves_it_and_says_so_once() -> None:
    work = Work()
    async with TaskGroup() as group:
        task = await begun(group, work)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
    assert task.cancelled()
    assert not work.done
    assert work.said == ["left"]


async def test_two_that_came_before_leave_it_unbegun() -> None:
    work = Work()

    async def stopped() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            try:
                await asyncio.Event().wait()
            finally:
                await work.run_to_end()

    async with TaskGroup() as group:
        task = group.create_task(stopped())
        for _ in range(2):
            await asyncio.sleep(0)
            task.cancel()
    assert work.said == ["left"]
    assert not work.begun.is_set()


async def test_its_error_is_not_lost() -> None:
    async def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await run_to_end(fails(), lambda: None)
