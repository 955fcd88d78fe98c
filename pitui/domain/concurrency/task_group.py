"""A task group that leaves the task that waits for it as it was, on every Python."""

import asyncio
import sys
from types import TracebackType

_KEEPS_ITS_REQUEST = sys.version_info < (3, 13)


class TaskGroup(asyncio.TaskGroup):  # noqa: TID251
    """asyncio's, without what it leaves behind before Python 3.13.

    Where a task of the group fails after the body has ended, the group asks for its caller to be
    cancelled and never takes that back (`Task.cancelling` stays above zero). On Debian 12's Python,
    3.11.2, every later `asyncio.timeout` of that caller then lets `CancelledError` out in place of
    `TimeoutError`, which ends the caller without a word.
    """

    _parent_cancel_requested: bool

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        caller, requested = asyncio.current_task(), self._parent_cancel_requested
        try:
            await super().__aexit__(kind, error, trace)
        finally:
            left = self._parent_cancel_requested and not requested
            if _KEEPS_ITS_REQUEST and left and caller is not None:
                caller.uncancel()
