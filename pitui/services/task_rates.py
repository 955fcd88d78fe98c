"""Tasks a second of executors, as differences between a driver's answers."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pitui.domain.cluster import Executor

_KEPT = 60
"""Rates that are kept of an executor, one an answer."""


@dataclass(slots=True)
class _Seen:
    done: int
    at: float
    rates: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))


class TaskRates:
    """Remembers how many tasks each executor of an application had done."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def note(self, executors: Iterable[Executor], now: float | None = None) -> tuple[Executor, ...]:
        """Return the executors with their tasks a second, oldest first.

        `now` is the monotonic time of the answer, in seconds.
        """
        moment = time.monotonic() if now is None else now
        told = tuple(self._one(executor, moment) for executor in executors)
        ids = {executor.id for executor in told}
        self._seen = {key: seen for key, seen in self._seen.items() if key in ids}
        return told

    def _one(self, executor: Executor, now: float) -> Executor:
        seen = self._seen.get(executor.id)
        if seen is None:
            self._seen[executor.id] = _Seen(executor.tasks_done, now)
            return executor
        passed = now - seen.at
        if executor.active and passed > 0:
            seen.rates.append(round(max(0, executor.tasks_done - seen.done) / passed, 2))
            seen.done, seen.at = executor.tasks_done, now
        return replace(executor, task_rates=tuple(seen.rates))
