"""Running a command's coroutine: interrupts, errors and exit statuses in one place."""

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any

from pitui.cli.output import fail
from pitui.domain.errors import PituiError, ungrouped

INTERRUPTED = 130
_hung_up = threading.Event()


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a command to its end and exit with the status it returns.

    Ctrl-C, SIGTERM and SIGHUP cancel it, so that it can clean up, and end in 130. A `PituiError`
    becomes one line on standard error.
    """
    try:
        with ungrouped(PituiError):
            status = asyncio.run(_with_signals(main))
    except PituiError as error:
        fail(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)
    sys.exit(status)


async def _with_signals(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
        loop.add_signal_handler(signal.SIGHUP, _cancel_on_hangup, task)
    return await main()


def _cancel_on_hangup(task: asyncio.Task[Any]) -> None:
    _hung_up.set()
    task.cancel()


def hung_up() -> bool:
    """Return whether the terminal, and nothing else, ended us: what runs is left running."""
    return _hung_up.is_set()
