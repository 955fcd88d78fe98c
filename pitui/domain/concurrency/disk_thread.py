"""A thread for files of pitui's own: what waits for a lock or a slow card waits there."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from threading import Thread
from typing import Generic, ParamSpec, TypeVar

from pitui.domain.errors import PituiError

_LIMIT = 15.0

_P = ParamSpec("_P")
_T = TypeVar("_T")


class SlowDiskError(PituiError):
    """A disk has not answered in time; what was asked of it may still come to be."""


class DiskThread:
    """Does one thing after the other, outside the event loop; Python ends when all is done.

    Where it only `reads`, Python's end waits for nothing; each thing then has a thread of its own.
    """

    def __init__(self, what: str, limit: float = _LIMIT, *, reads: bool = False) -> None:
        self._what = what
        self.limit = limit
        self._thread = None if reads else ThreadPoolExecutor(1, thread_name_prefix="disk")

    async def do(self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what `work` returns, or raise what it raises.

        Raises:
            SlowDiskError: it has not ended in time. It is dropped, unless it has begun.
        """
        return await self.within(self.limit, partial(work, *args, **kwargs))

    async def within(self, limit: float, work: Callable[[], _T]) -> _T:
        """Do the same with another limit, in seconds."""
        async with self.limited(limit):
            return await self.begin(work)

    def begin(self, work: Callable[[], _T]) -> "asyncio.Future[_T]":
        """Have something done, and return what is told of its end."""
        return asyncio.wrap_future(self._submit(work))

    @asynccontextmanager
    async def limited(self, limit: float) -> AsyncIterator[None]:
        """Raise `SlowDiskError` where what is inside waits for more than `limit` seconds."""
        try:
            async with asyncio.timeout(limit) as clock:
                yield
        except TimeoutError:
            if not clock.expired():
                raise  # the work's own
            what = f"{self._what}: the disk has not answered for {limit:g} s"
            raise SlowDiskError(what) from None

    def put(self, work: Callable[[], object]) -> None:
        """Have something done that nobody waits for, nor for what it raises."""
        self._submit(work)

    def _submit(self, work: Callable[[], _T]) -> "Future[_T]":
        if self._thread is not None:
            return self._thread.submit(work)
        ended: Future[_T] = Future()
        Thread(target=_work_for, args=(ended, work), name="disk", daemon=True).start()
        return ended


def _work_for(ended: "Future[_T]", work: Callable[[], _T]) -> None:
    if not ended.set_running_or_notify_cancel():
        return
    try:
        ended.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised where it is waited for
        ended.set_exception(error)


class LastingWork(Generic[_T]):
    """Work of one kind that is not begun again before it has ended; its answer is never lost."""

    def __init__(self, disk: DiskThread, limit: float | None = None) -> None:
        self._disk = disk
        self._limit = disk.limit if limit is None else limit
        self._begun: asyncio.Future[_T] | None = None

    @property
    def is_begun(self) -> bool:
        """Whether a slow disk was given something whose end nobody has heard of yet."""
        return self._begun is not None

    @property
    def hangs(self) -> bool:
        """Whether a disk is still at work."""
        return self._begun is not None and not self._begun.done()

    async def do(self, work: Callable[[], _T]) -> _T:
        """Return what `work` returns, or what was begun before and took too long.

        Raises:
            SlowDiskError: it has not ended in time; asked again, this goes on waiting for it.
        """
        self._begun = self._begun or self._disk.begin(work)
        return await self.end()

    async def end(self) -> _T:
        """Return what came of what was begun.

        Raises:
            SlowDiskError: it has not ended in time; asked again, this goes on waiting for it.
        """
        begun = self._begun
        if begun is None:
            raise RuntimeError("nothing was begun")
        async with self._disk.limited(self._limit):
            await asyncio.wait([begun])
        if self._begun is begun:
            self._begun = None
        return begun.result()
