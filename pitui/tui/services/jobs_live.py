"""Applications' insides, from the real services."""

from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from pitui.domain.apps.app_detail import AppLocation, DetailResult
from pitui.domain.cluster import Application
from pitui.domain.text import unreadable_words
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.failure_analysis import FailureCause, analyze_failure
from pitui.services.apps.kill import kill_driver, kill_spot
from pitui.services.apps.web_pages import WebPage, page_of
from pitui.services.cluster import Cluster
from pitui.services.monitor.cluster_monitor import ClusterMonitor


class LiveJobService:
    """Asks drivers, the history server, event logs."""

    def __init__(self, cluster: Cluster, monitor: ClusterMonitor) -> None:
        self._cluster = cluster
        self._monitor = monitor
        self._app_details = AppDetails(cluster, self._node_of)

    def inside(self, location: AppLocation) -> AsyncGenerator[DetailResult, None]:
        """Yield what is at a spot."""
        return self._app_details.follow(location)

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Return applications of the past."""
        return await self._app_details.history.applications(but)

    def unreadable(self) -> str:
        """Return what of the history server's list could not be read."""
        lost = self._app_details.history.unreadable
        words = unreadable_words(lost, "entry", "entries")
        return f"{words} in the history server's list" if lost else ""

    async def kill(self, location: AppLocation) -> str:
        """Kill what is at a spot."""
        ended = await kill_spot(self._cluster, location)
        self._monitor.poll_now()
        return str(ended.state).lower()

    async def kill_driver(self, driver_id: str) -> None:
        """Kill a cluster-mode driver."""
        await kill_driver(self._cluster, driver_id)
        self._monitor.poll_now()

    async def cause(self, location: AppLocation) -> FailureCause:
        """Return what explains a failure."""
        return await analyze_failure(self._cluster, self._app_details, location)

    async def page(self, location: AppLocation | None) -> WebPage:
        """Return the page on a spot."""
        return await page_of(self._cluster, self._app_details, location)

    def _node_of(self, app_id: str, executor: str, host: str) -> str | None:
        snapshot = self._monitor.snapshot
        for row in snapshot.executors.get(app_id, ()):
            if row.id == executor and row.node:
                return row.node
        for node in snapshot.nodes:
            webui = node.worker.webui if node.worker and node.worker.webui else ""
            if host in (node.host, node.name, urlsplit(webui).hostname):
                return node.name
        return None
