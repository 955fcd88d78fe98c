"""A thread for files of pitui's own: what waits for a lock or a slow card waits there."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from pitui.domain.errors import PituiError

_LIMIT = 15.0

_P = ParamSpec("_P")
_T = TypeVar("_T")


class SlowDiskError(PituiError):
    """A disk has not answered in time; what was asked of it may still come to be."""


class DiskThread:
    """Does one thing after the other, outside the event loop; Python ends when all is done."""

    def __init__(self, what: str, limit: float = _LIMIT) -> None:
        self._what = what
        self._limit = limit
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")

    async def do(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what `work` returns, or raise what it raises.

        Raises:
            SlowDiskError: it has not ended in time. It is dropped, unless it has begun.
        """
        return await self.within(self._limit, partial(work, *args, **kwargs))

    async def within(self, limit: float, work: Callable[[], _T]) -> _T:
        """Do the same with another limit, in seconds."""
        try:
            async with asyncio.timeout(limit) as clock:
                return await asyncio.wrap_future(self._thread.submit(work))
        except TimeoutError:
            if not clock.expired():
                raise  # the work's own
            what = f"{self._what}: the disk has not answered for {limit:g} s"
            raise SlowDiskError(what) from None

    def put(self, work: Callable[[], object]) -> None:
        """Have something done that nobody waits for, nor for what it raises."""
        self._thread.submit(work)
