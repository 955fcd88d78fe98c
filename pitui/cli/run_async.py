"""Running a command's coroutine: interrupts, errors and exit statuses in one place."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from pitui.cli.output import complain, fail
from pitui.domain.errors import PituiError, ungrouped

_SIGNALLED = 128
"""What an exit status is above where a signal ended a program."""
_SENTENCES = {
    signal.SIGINT: "interrupted",
    signal.SIGTERM: "ended by SIGTERM",
    signal.SIGHUP: "ended by SIGHUP: the terminal is gone",
}
_heard: list[signal.Signals] = []
"""The signals that asked for an end, in their order."""
_answered = threading.Event()
"""Set where the command said itself what it does about that."""


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a command to its end and exit with the status it returns.

    Ctrl-C, SIGTERM and SIGHUP cancel it, so that it can clean up. Then it ends with a sentence, and
    with the status of a program that the signal has ended: 130, 143 or 129. A `PituiError` becomes
    one line on standard error.
    """
    _heard.clear()
    _answered.clear()
    try:
        with ungrouped(PituiError):
            status = asyncio.run(_with_signals(main))
    except PituiError as error:
        fail(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        end_by_signal()
    if _heard:
        end_by_signal()
    sys.exit(status)


def note_interrupt() -> None:
    """Take note of a Ctrl-C that a command answers in its own words, and then ends."""
    _heard.append(signal.SIGINT)
    _answered.set()


def end_by_signal() -> NoReturn:
    """Say what ended the command, and end with the status that says so too."""
    number = _heard[0] if _heard else signal.SIGINT
    if not _answered.is_set():
        complain(f"pitui: {_SENTENCES[number]}")
    sys.exit(_SIGNALLED + number)


def hung_up() -> bool:
    """Return whether the terminal, and nothing else, ended us: what runs is left running."""
    return signal.SIGHUP in _heard


async def _with_signals(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as behind `nohup`
                loop.add_signal_handler(number, _cancel_on_signal, task, number)
    return await main()


def _cancel_on_signal(task: asyncio.Task[Any], number: signal.Signals) -> None:
    _heard.append(number)
    task.cancel()
