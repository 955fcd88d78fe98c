"""The terminal in the hands of another program for a while."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from textual.app import App


@contextmanager
def handed_over(app: App[object]) -> Iterator[None]:
    """Leave the terminal to a program that is started within; nothing is drawn meanwhile.

    Connections are kept alive, and an interrupt is the program's.

    Raises:
        SuspendNotSupported: this terminal cannot be handed over.
    """
    before = signal.signal(signal.SIGINT, _nothing)
    try:
        with app.batch_update(), app.suspend():
            yield
    finally:
        signal.signal(signal.SIGINT, before)


def _nothing(_number: int, _frame: object) -> None:
    """Let an interrupt pass; unlike SIG_IGN this is not inherited."""
