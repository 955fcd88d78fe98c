"""Drivers asked again and again, each for itself: one that is slow delays no other."""

import asyncio
from collections.abc import Callable, Collection, Iterable

from pitui.domain.clock_jumps import steady_time
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.spark_driver import DriverAge, driver_age
from pitui.remote.http.request import ANSWER_LIMIT
from pitui.remote.http.request_queue import polling
from pitui.services.monitor.driver_poll import DriverPoll
from pitui.services.monitor.poll_state import DriverView


class DriverWatch:
    """Keeps at most one look at each driver under way, and what the last one found."""

    def __init__(self, poll: DriverPoll, changed: Callable[[], None]) -> None:
        self._poll = poll
        self._changed = changed
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._at: dict[str, float] = {}
        self.views: dict[str, DriverView] = {}

    def turn(self, group: TaskGroup, app_ids: Iterable[str], looked_at: Collection[str]) -> None:
        """Begin a look at those of some applications at which none is under way; drop others."""
        wanted = dict.fromkeys(app_ids)
        self._poll.forget_all_but(wanted)
        for gone in [key for key in self._looks if key not in wanted]:
            self._looks.pop(gone).cancel()
        views = {key: view for key, view in self.views.items() if key in wanted}
        if len(views) != len(self.views):
            self.views = views
            self._changed()
        for app_id in wanted:
            if app_id not in self._looks:
                look = self._look(app_id, executors=app_id in looked_at)
                self._looks[app_id] = group.create_task(look)

    async def once(self, app_ids: Iterable[str], looked_at: Collection[str], limit: float) -> None:
        """Look at all of them once; who takes longer than `limit` seconds is left out."""

        async def look(app_id: str) -> None:
            view = await self._poll.look(app_id, executors=app_id in looked_at, limit=limit)
            if view is not None:
                self.views[app_id] = view

        async with TaskGroup() as group:
            for app_id in app_ids:
                group.create_task(look(app_id))

    def ages(self, now: float) -> dict[str, DriverAge]:
        """Return how old what drivers said is, where it is old, and who takes long right now.

        `now` is the `steady_time`.
        """
        found = {}
        for app_id in self._looks:
            at = self._at.get(app_id, now) if app_id in self.views else now
            age = driver_age(now - at, self._poll.answering(app_id))
            if age is not None:
                found[app_id] = age
        return found

    async def _look(self, app_id: str, *, executors: bool) -> None:
        known = self.views.get(app_id)
        # What nobody has seen yet is shown as soon as it can be.
        first = known is None or (executors and known.executors is None)
        try:
            with polling(not first):
                view = await self._poll.look(app_id, executors=executors, limit=ANSWER_LIMIT)
        finally:
            self._looks.pop(app_id, None)
        if view is None and not executors:
            self.views.pop(app_id, None)
        elif view is not None:
            self.views[app_id] = view
            self._at[app_id] = steady_time()
        self._changed()
