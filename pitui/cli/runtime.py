"""Running a command's coroutine: interrupts, errors and exit statuses in one place."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from pitui.cli.output import fail
from pitui.domain.errors import PituiError

INTERRUPTED = 130


def run(main: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a command to its end and exit with the status it returns.

    Ctrl-C and SIGTERM cancel it, so that it can clean up, and end in 130. A `PituiError` becomes
    one line on standard error.
    """
    try:
        status = asyncio.run(_with_signals(main))
    except PituiError as error:
        fail(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(INTERRUPTED)
    except BaseExceptionGroup as group:
        ours, others = group.split(PituiError)
        if ours is None or others is not None:
            raise
        fail(_first(ours))
    sys.exit(status)


def _first(group: BaseExceptionGroup[PituiError]) -> PituiError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


async def _with_signals(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, task.cancel)
    return await main()
