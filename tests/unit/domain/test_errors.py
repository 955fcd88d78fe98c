"""Errors of task groups, on every Python alike."""

import asyncio

import pytest

from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import NodeError, PituiError, UsageError, first_error, ungrouped

ONE, TWO = NodeError("pi1", "one"), UsageError("two")


def test_the_first_of_a_group_however_deep():
    assert first_error(ExceptionGroup("", [ExceptionGroup("", [ONE]), TWO])) is ONE


@pytest.mark.parametrize(
    "group", [ExceptionGroup("", [ONE, TWO]), ExceptionGroup("", [ExceptionGroup("", [ONE])])]
)
def test_errors_of_one_kind_come_out_of_their_group(group):
    with pytest.raises(NodeError) as caught, ungrouped(PituiError):
        raise group
    assert caught.value is ONE


def test_others_stay_as_they_are():
    mixed = ExceptionGroup("", [ONE, KeyError()])
    for error in (mixed, ExceptionGroup("", [KeyError()]), ONE, KeyError()):
        with pytest.raises(type(error)) as caught, ungrouped(PituiError):
            raise error
        assert caught.value is error


async def test_of_a_task_group():
    async def fail() -> None:
        raise ONE

    async def several() -> None:
        with ungrouped(NodeError):
            async with TaskGroup() as group:
                group.create_task(fail())
                await asyncio.sleep(10)

    with pytest.raises(NodeError):
        await several()
