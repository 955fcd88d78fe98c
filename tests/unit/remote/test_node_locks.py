"""Locks that are taken in the very moment in which their action is broken off or ends."""

import asyncio
import math
from collections.abc import AsyncIterator

import msgspec
import pytest

from pitui.config.model import Config
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.remote.locks.node_locks import Holding, _Lock
from pitui.remote.prompts import NonInteractive
from pitui.services.cluster import Cluster, open_cluster


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    text = {"cluster": {"name": "shelf", "master": "nuc"}, "nodes": {"nuc": {"host": "local"}}}
    async with open_cluster(msgspec.convert(text, Config), NonInteractive()) as opened:
        yield opened


@pytest.fixture
async def answer(monkeypatch: pytest.MonkeyPatch) -> "asyncio.Future[_Lock]":
    """What the node answers whoever takes its lock."""
    awaited: asyncio.Future[_Lock] = asyncio.get_running_loop().create_future()

    async def take(_holding: Holding, _name: str) -> _Lock:
        return await asyncio.shield(awaited)

    monkeypatch.setattr(Holding, "_take", take)
    return awaited


async def begun(locks: Holding) -> "asyncio.Task[_Lock]":
    while not locks._begun:
        await asyncio.sleep(0)
    return locks._begun["nuc"]


async def test_a_lock_that_came_as_its_taker_was_cancelled_is_known(
    cluster: Cluster, answer: "asyncio.Future[_Lock]"
) -> None:
    async with cluster.locks.holding("restart") as locks, TaskGroup() as group:
        taking = group.create_task(locks.take("nuc"))
        # Its taker has not woken yet.
        (await begun(locks)).add_done_callback(lambda _: taking.cancel())
        answer.set_result(_Lock(None, 0.0))
        await asyncio.wait([taking])
        assert taking.cancelled()
        assert list(locks._held) == ["nuc"]


@pytest.mark.parametrize("answers", [True, False])
async def test_a_command_that_confirms_the_lock_of_an_action_that_ends_is_not_in_trouble(
    cluster: Cluster,
    answer: "asyncio.Future[_Lock]",
    answers: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pitui.remote.locks.node_locks._BEGUN_LIMIT", 0.05)
    async with TaskGroup() as group:
        async with cluster.locks.holding("restart") as locks:
            locks._turns["nuc"] = asyncio.Lock()
            locks._held["nuc"] = _Lock(None, -math.inf)
            checking = group.create_task(cluster.locks.check("nuc"))
            await begun(locks)
            if answers:
                asyncio.get_running_loop().call_later(0.01, answer.set_result, _Lock(None, 0.0))
        await checking
    assert not locks._held
