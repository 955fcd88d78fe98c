"""The same work on many nodes."""

import asyncio
from contextlib import aclosing

import pytest

from pitui.domain.errors import NodeError
from pitui.remote.fanout import as_done, fan_out

NAMES = [f"pi{n}" for n in range(10)]


async def test_results_come_in_the_order_of_the_names_and_failures_among_them():
    async def work(name: str) -> str:
        if name == "pi3":
            raise NodeError(name, "broken")
        return name.upper()

    results = await fan_out([*NAMES, "pi1"], work)
    assert list(results) == NAMES
    assert isinstance(results["pi3"], NodeError)
    assert results["pi4"] == "PI4"


@pytest.mark.parametrize("limit", [1, 3, 20])
async def test_no_more_than_the_limit_work_at_once(limit):
    working, most = 0, 0

    async def work(name: str) -> None:
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1

    await fan_out(NAMES, work, limit=limit)
    assert most == min(limit, len(NAMES))


async def test_a_bug_is_raised_and_ends_the_others():
    ended = []

    async def work(name: str) -> None:
        if name == "pi0":
            raise ZeroDivisionError
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(name)

    with pytest.raises(ExceptionGroup) as caught:
        await fan_out(NAMES, work)
    assert caught.group_contains(ZeroDivisionError)
    assert sorted(ended) == NAMES[1:]


async def test_results_are_handed_out_as_they_end():
    gates = {name: asyncio.Event() for name in NAMES}

    async def work(name: str) -> str:
        await gates[name].wait()
        if name == "pi7":
            raise NodeError(name, "broken")
        return name

    seen = []
    gates["pi5"].set()
    async for name, result in as_done(NAMES, work):
        seen.append(name)
        assert result == name or isinstance(result, NodeError)
        waiting = [other for other in reversed(NAMES) if not gates[other].is_set()]
        if waiting:
            gates[waiting[0]].set()
    assert seen == ["pi5", "pi9", "pi8", "pi7", "pi6", "pi4", "pi3", "pi2", "pi1", "pi0"]


async def test_leaving_early_cancels_the_rest():
    cancelled = []

    async def work(name: str) -> str:
        if name != "pi0":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(name)
                raise
        return name

    async with aclosing(as_done(NAMES, work)) as results:
        async for name, _ in results:
            assert name == "pi0"
            break
    assert sorted(cancelled) == NAMES[1:]


async def test_a_bug_reaches_whoever_iterates_and_only_there():
    async def work(name: str) -> str:
        if name == "pi1":
            raise ZeroDivisionError
        if name != "pi0":
            await asyncio.Event().wait()
        return name

    async def consume() -> None:
        async for _ in as_done(NAMES, work):
            # Busy with its own work while another node's fails.
            for _ in range(5):
                await asyncio.sleep(0)

    with pytest.raises(ZeroDivisionError):
        await consume()


async def test_nothing_to_do():
    async def work(name: str) -> str:
        raise AssertionError

    assert await fan_out([], work) == {}
    assert [item async for item in as_done([], work)] == []
