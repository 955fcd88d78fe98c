"""A line typed at a terminal: not shown, and given up at once when it is cancelled."""

import asyncio
import os
import pty
import signal
import termios
from collections.abc import Iterator

import pytest

from pitui.cli.read_line import ask_line
from pitui.domain.concurrency.task_group import TaskGroup


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The two ends: who types, and what is read."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def echoes(theirs: int) -> bool:
    return bool(termios.tcgetattr(theirs)[3] & termios.ECHO)


async def silent(theirs: int) -> None:
    """Wait until the terminal shows nothing any more: the question is being put."""
    async with asyncio.timeout(5):
        while echoes(theirs):
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(("typed", "line"), [(b"s3cret word\n", "s3cret word"), (b"\x04", "")])
async def test_a_line_or_the_end(terminal: tuple[int, int], typed: bytes, line: str) -> None:
    ours, theirs = terminal
    async with asyncio.timeout(5), TaskGroup() as group:
        task = group.create_task(ask_line(theirs, "Password: ", hidden=True))
        await silent(theirs)
        os.write(ours, typed)
    assert task.result() == line
    assert echoes(theirs)
    os.set_blocking(ours, False)
    with pytest.raises(BlockingIOError):
        os.read(ours, 100)


async def test_cancelled(terminal: tuple[int, int], capfd: pytest.CaptureFixture[str]) -> None:
    _, theirs = terminal
    async with asyncio.timeout(5), TaskGroup() as group:
        task = group.create_task(ask_line(theirs, "Password: ", hidden=True))
        await silent(theirs)
        task.cancel()
    assert task.cancelled()
    assert echoes(theirs)
    assert capfd.readouterr().err == "Password: \n"


async def test_who_is_stopped_shows_what_is_typed_elsewhere_and_hides_it_again(
    terminal: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by Ctrl-Z: the shell has the terminal meanwhile."""
    _, theirs = terminal
    seen: list[bool] = []
    async with asyncio.timeout(5), TaskGroup() as group:
        task = group.create_task(ask_line(theirs, "Password: ", hidden=True))
        await silent(theirs)
        monkeypatch.setattr(
            "pitui.cli.read_line.os.kill", lambda _pid, _number: seen.append(echoes(theirs))
        )
        signal.raise_signal(signal.SIGTSTP)
        while not seen:
            await asyncio.sleep(0.005)
        assert seen == [True]
        signal.raise_signal(signal.SIGCONT)
        await silent(theirs)
        task.cancel()
    assert echoes(theirs)
