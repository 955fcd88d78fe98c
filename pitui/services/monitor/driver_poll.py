"""A running application's progress and executors, asked from its driver's UI."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from pitui.domain.cluster import Executor
from pitui.domain.errors import NotSparkError, WebError
from pitui.remote.http.web_client import Web
from pitui.services.clients.driver_address import DriverAddresses
from pitui.services.clients.master import MasterAccess
from pitui.services.monitor.poll_state import DriverView
from pitui.spark.api.driver_api import parse_executors, parse_progress

_KEPT = 60
"""Rates that are kept of an executor, one an answer."""


@dataclass(slots=True)
class _DriverProgress:
    done: int
    at: float
    rates: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))


class TaskRates:
    """Remembers how many tasks each executor of an application had done."""

    def __init__(self) -> None:
        self._seen: dict[str, _DriverProgress] = {}

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
            self._seen[executor.id] = _DriverProgress(executor.tasks_done, now)
            return executor
        passed = now - seen.at
        if executor.active and passed > 0:
            seen.rates.append(round(max(0, executor.tasks_done - seen.done) / passed, 2))
            seen.done, seen.at = executor.tasks_done, now
        return replace(executor, task_rates=tuple(seen.rates))


LIMIT = 3.0
"""Seconds for which a look waits for each answer unless it is told otherwise."""


async def driver_base(master: MasterAccess, app_id: str) -> str | None:
    """Return the address of a running application's API; None where its driver has no web UI.

    Raises:
        WebError: the master does not answer.
    """
    address = await DriverAddresses(master).of(app_id)
    return _api(address, app_id) if address else None


def _api(address: str, app_id: str) -> str:
    return f"{address}/api/v1/applications/{quote(app_id)}/"


class DriverPoll:
    """Finds drivers by the master's pages and asks them; remembers where they are."""

    def __init__(self, master: MasterAccess, web: Web, via: str) -> None:
        self._addresses = DriverAddresses(master)
        self._web = web
        self._via = via
        self._rates: dict[str, TaskRates] = {}

    def forget_all_but(self, app_ids: Iterable[str]) -> None:
        """Drop what is remembered of applications that ended."""
        wanted = set(app_ids)
        self._addresses.forget_all_but(wanted)
        self._rates = {k: v for k, v in self._rates.items() if k in wanted}

    def answering(self, app_id: str) -> float | None:
        """Return for how many seconds a driver has been answering; None where it is not."""
        address = self._addresses.known(app_id)
        return self._web.answering(address, self._via) if address else None

    async def look(
        self, app_id: str, *, executors: bool, limit: float = LIMIT
    ) -> DriverView | None:
        """Return what an application's driver says; None where it cannot be asked (any more)."""
        try:
            base = await self._base(app_id)
            if base is None:
                return None
            jobs = await self._get(base, "jobs", limit)
            active = await self._get(base, "stages?status=active", limit)
            progress, lost = parse_progress(jobs, active)
            if not executors:
                return DriverView(progress, unreadable=lost)
            rows = parse_executors(await self._get(base, "allexecutors", limit))
            rated = self._rates.setdefault(app_id, TaskRates()).note(rows)
            return DriverView(progress, rated, lost + rows.unreadable)
        except (WebError, NotSparkError):
            self._addresses.forget(app_id)
            return None

    async def _base(self, app_id: str) -> str | None:
        address = await self._addresses.of(app_id)
        return _api(address, app_id) if address else None

    async def _get(self, base: str, path: str, limit: float) -> bytes:
        answer = await self._web.get(base + path, via=self._via, limit=limit)
        return answer.body
