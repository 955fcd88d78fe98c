"""Ctrl-C while nodes are changed, and after that."""

import asyncio
import os
import signal

import pytest

from pitui.cli.interrupts import finishing_first

PRESSED = signal.SIGINT
LIMIT = 30.0


def test_the_first_finishes_and_the_second_cancels() -> None:
    said: list[str] = []

    async def main() -> None:
        finished = asyncio.Event()
        with finishing_first(finished.set):
            os.kill(os.getpid(), PRESSED)
            await asyncio.wait_for(finished.wait(), LIMIT)
            said.append("finished")
            os.kill(os.getpid(), PRESSED)
            await asyncio.sleep(LIMIT)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())
    assert said == ["finished"]


def test_what_comes_after_is_cancelled_in_order() -> None:
    said: list[str] = []

    async def main() -> None:
        with finishing_first(lambda: said.append("finished")):
            pass
        try:
            os.kill(os.getpid(), PRESSED)
            await asyncio.sleep(LIMIT)
        except asyncio.CancelledError:
            said.append("cancelled")
            raise

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    assert said == ["cancelled"]
