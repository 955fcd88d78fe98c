"""Ctrl-C while nodes are changed: the first one ends it in good order, the second at once."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pitui.cli.output import complain
from pitui.cli.run_async import note_interrupt


@contextmanager
def finishing_first(cancel: Callable[[], None]) -> Iterator[None]:
    """Call `cancel` at the first Ctrl-C, and cancel the current task at the second."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def interrupted() -> None:
        complain("pitui: finishing the current steps; press Ctrl-C again to abort at once")
        note_interrupt()
        cancel()
        if task is not None:
            loop.add_signal_handler(signal.SIGINT, task.cancel)

    with _on_interrupt(interrupted):
        yield


@contextmanager
def cancelling_twice() -> Iterator[None]:
    """Cancel the current task at each Ctrl-C.

    Once, and it ends what it began in good order; what sees by `Task.cancelling` that it was twice
    leaves that at once. Where SIGINT is ignored, as behind `nohup`, it stays so.
    """
    task = asyncio.current_task()
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN or task is None:
        yield
        return

    def interrupted() -> None:
        if not task.cancelling():
            complain("pitui: stopping; press Ctrl-C again to leave at once")
            note_interrupt()
        task.cancel()

    with _on_interrupt(interrupted):
        yield


@contextmanager
def _on_interrupt(interrupted: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    loop.add_signal_handler(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        # What comes after this can be cancelled as before, by `asyncio.run`.
        signal.signal(signal.SIGINT, before)
