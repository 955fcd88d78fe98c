"""The way to one server: one question at a time, none cut, and rest for the server in between."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from pitui.domain.concurrency.duty_cycle import pause_after
from pitui.domain.errors import WebError

T = TypeVar("T")

REST = 4
"""How many times as long as an answer took pitui leaves its server alone of its own accord."""

LONGEST_REST = 60.0
"""Seconds of the longest such rest."""

_QUICK_REST = 50
"""The same for quick answers, so that they take 2 % of a core at most ..."""
_QUICK_LIMIT = 1.0
"""... up to a rest of so many seconds."""

Send = Callable[[Callable[[], None]], Coroutine[Any, Any, T]]

_POLLING: ContextVar[bool] = ContextVar("polling", default=False)


@contextmanager
def polling(yes: bool = True) -> Iterator[None]:
    """Mark questions asked inside as pitui's own: they wait for others, and for the rest."""
    token = _POLLING.set(yes)
    try:
        yield
    finally:
        _POLLING.reset(token)


@dataclass(eq=False)
class _Question(Generic[T]):
    key: Hashable
    """What others may ask for as well while nobody has answered yet; None for nobody."""
    url: str
    send: Send[T]
    polled: bool
    answer: asyncio.Future[T] = field(default_factory=asyncio.Future)
    waiting: int = 0
    """How many want the answer."""
    since: float | None = None
    """When it went out, on the loop's clock."""

    def goes_out(self) -> None:
        """Take note of when it does, the first time."""
        if self.since is None:
            self.since = asyncio.get_running_loop().time()


class Gate(Generic[T]):
    """Puts questions to one server. Who gives up waiting, or is cancelled, cuts nothing."""

    def __init__(self) -> None:
        self._queue: list[_Question[T]] = []
        self._asked: _Question[T] | None = None
        self._rested = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.sending: asyncio.Future[T] | None = None
        """The question under way, as a task."""

    async def ask(self, url: str, send: Send[T], limit: float, key: Hashable = None) -> T:
        """Return the answer to a question, which others may have asked already.

        A question of a person's goes before those of `polling`, which also wait for the rest.

        Args:
            url: what is asked, for errors.
            send: puts the question, within a limit of its own, and says when it goes out: making
                the way there is not the server's time.
            limit: seconds without any answer of the server after which this caller gives up.
            key: the same for the same question; None where it has to be put each time.

        Raises:
            WebError: there was no answer.
        """
        question = self._same(key) or self._put(_Question(key, url, send, _POLLING.get()))
        if question.polled and not _POLLING.get():
            question.polled = False
            self._go()
        question.waiting += 1
        try:
            await self._answered(question, limit)
        finally:
            question.waiting -= 1
            if not question.waiting and question in self._queue:
                self._queue.remove(question)
        return question.answer.result()

    def answering(self) -> float | None:
        """Return for how many seconds the server has been answering; None where it is not."""
        since = self._asked.since if self._asked else None
        return None if since is None else asyncio.get_running_loop().time() - since

    def _same(self, key: Hashable) -> _Question[T] | None:
        if key is None:
            return None
        known = (self._asked, *self._queue)
        return next((q for q in known if q is not None and q.key == key), None)

    def _put(self, question: _Question[T]) -> _Question[T]:
        self._queue.append(question)
        self._go()
        return question

    async def _answered(self, question: _Question[T], limit: float) -> None:
        """Wait for the answer, as long as the server gives any in time.

        Raises:
            WebError: it does not.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while not question.answer.done():
            since = self._asked.since if self._asked else None
            left = limit if since is None else max(begun, since) + limit - loop.time()
            if since is not None and left <= 0:
                raise WebError(question.url, f"no answer for {loop.time() - since:.0f} s")
            await asyncio.wait({question.answer}, timeout=left)

    def _go(self) -> None:
        """Put the next question, if its time has come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._asked is not None or not self._queue:
            return
        loop = asyncio.get_running_loop()
        question = next((q for q in self._queue if not q.polled), self._queue[0])
        rest = self._rested - loop.time()
        if question.polled and rest > 0:
            self._timer = loop.call_later(rest, self._go)
            return
        self._queue.remove(question)
        self._asked = question
        # Whoever asked may go: the question is nobody's task, and `_ended` looks at its error.
        self.sending = loop.create_task(question.send(question.goes_out))
        self.sending.add_done_callback(partial(self._ended, question))

    def _ended(self, question: _Question[T], sent: asyncio.Future[T]) -> None:
        if sent.cancelled():
            question.answer.set_exception(WebError(question.url, "it was not waited for"))
        elif (error := sent.exception()) is not None:
            question.answer.set_exception(error)
        else:
            question.answer.set_result(sent.result())
            now = asyncio.get_running_loop().time()
            took = now - (question.since or now)
            least = min(took * _QUICK_REST, _QUICK_LIMIT)
            self._rested = now + pause_after(took, times=REST, least=least, most=LONGEST_REST)
        question.answer.exception()  # there may be nobody left to look at it
        self._asked = self.sending = None
        self._go()
