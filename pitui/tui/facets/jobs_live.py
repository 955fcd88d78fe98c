"""Applications' insides, from the real services."""

from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from pitui.domain.cluster import Application
from pitui.domain.inside import Looked, Spot
from pitui.domain.text import unreadable_words
from pitui.services.causes import Cause, cause_of
from pitui.services.cluster import Cluster
from pitui.services.insides import Insides
from pitui.services.kill import kill_driver, kill_spot
from pitui.services.watch import Watch
from pitui.services.web_pages import WebPage, page_of


class LiveJobs:
    """Asks drivers, the history server, event logs."""

    def __init__(self, cluster: Cluster, watch: Watch) -> None:
        self._cluster = cluster
        self._watch = watch
        self._insides = Insides(cluster, self._node_of)

    def inside(self, spot: Spot) -> AsyncGenerator[Looked, None]:
        """Yield what is at a spot."""
        return self._insides.follow(spot)

    async def earlier(self, but: frozenset[str]) -> list[Application]:
        """Return applications of the past."""
        return await self._insides.history.applications(but)

    def unreadable(self) -> str:
        """Return what of the history server's list could not be read."""
        lost = self._insides.history.unreadable
        words = unreadable_words(lost, "entry", "entries")
        return f"{words} in the history server's list" if lost else ""

    async def kill(self, spot: Spot) -> str:
        """Kill what is at a spot."""
        ended = await kill_spot(self._cluster, spot)
        self._watch.nudge()
        return str(ended.state).lower()

    async def kill_driver(self, driver_id: str) -> None:
        """Kill a cluster-mode driver."""
        await kill_driver(self._cluster, driver_id)
        self._watch.nudge()

    async def cause(self, spot: Spot) -> Cause:
        """Return what explains a failure."""
        return await cause_of(self._cluster, self._insides, spot)

    async def page(self, spot: Spot | None) -> WebPage:
        """Return the page on a spot."""
        return await page_of(self._cluster, self._insides, spot)

    def _node_of(self, app_id: str, executor: str, host: str) -> str | None:
        snapshot = self._watch.snapshot
        for row in snapshot.executors.get(app_id, ()):
            if row.id == executor and row.node:
                return row.node
        for node in snapshot.nodes:
            webui = node.worker.webui if node.worker and node.worker.webui else ""
            if host in (node.host, node.name, urlsplit(webui).hostname):
                return node.name
        return None
