"""Ctrl-C while nodes are changed: the first one finishes what is in hand, the second ends."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pitui.cli.output import complain


@contextmanager
def finishing_first(cancel: Callable[[], None]) -> Iterator[None]:
    """Call `cancel` at the first Ctrl-C, and cancel the current task at the second."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    before = signal.getsignal(signal.SIGINT)

    def interrupted() -> None:
        complain("pitui: finishing the current steps; press Ctrl-C again to abort at once")
        cancel()
        if task is not None:
            loop.add_signal_handler(signal.SIGINT, task.cancel)

    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        # What comes after this can be cancelled as before, by `asyncio.run`.
        signal.signal(signal.SIGINT, before)
