"""Executors that died without their driver telling of it: only the master's pages list them.

Those that end before they have registered, those of an application whose driver has no UI.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from pitui.domain.apps.executor_end import RemovedExecutor
from pitui.domain.cluster import Application
from pitui.domain.concurrency.task_group import TaskGroup
from pitui.domain.errors import WebError
from pitui.services.clients.master import READ_LIMIT, MasterAccess
from pitui.services.monitor.poll_state import DriverView
from pitui.spark.api.html_pages import removed_executors

EVERY = 5.0
"""Seconds between two looks."""

_MOST_ASKED = 8
_MOST_KEPT = 20
"""Executors of one application that are kept, those that died last."""


async def read_deaths(
    master: MasterAccess, app_id: str, limit: float = READ_LIMIT
) -> tuple[RemovedExecutor, ...]:
    """Return the executors of an application that died by themselves, the latest last.

    Raises:
        WebError: the master does not answer.
    """
    page = await master.page(f"app/?appId={quote(app_id)}", limit)
    removed = removed_executors(page.body.decode(errors="replace"))
    return tuple(executor for executor in removed if executor.died)


class ExecutorLosses:
    """Looks for deaths where an application has other executors than its driver tells of."""

    def __init__(self, master: MasterAccess) -> None:
        self._master = master
        self.found: dict[str, tuple[RemovedExecutor, ...]] = {}

    async def look(self, active: Iterable[Application], drivers: Mapping[str, DriverView]) -> None:
        """Ask for the pages of the active applications that leave something open."""
        apps = list(active)
        found = {app.id: self.found[app.id] for app in apps if app.id in self.found}

        async def ask(app_id: str) -> None:
            try:
                found[app_id] = (await read_deaths(self._master, app_id))[-_MOST_KEPT:]
            except WebError:
                return  # the next look asks again

        async with TaskGroup() as group:
            for app in [app for app in apps if _open(app, drivers.get(app.id))][:_MOST_ASKED]:
                group.create_task(ask(app.id))
        self.found = {app_id: dead for app_id, dead in found.items() if dead}


def _open(app: Application, driver: DriverView | None) -> bool:
    """Say whether the master gave cores to executors that the driver does not tell of."""
    if driver is None or driver.executors is None:
        return True
    told = [executor for executor in driver.executors if executor.active]
    return not told or sum(executor.cores for executor in told) != app.cores
