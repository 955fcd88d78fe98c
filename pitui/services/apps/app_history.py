"""Applications of the past: of the history server where one answers, else of the event logs."""

import time
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from pitui.config.nodes import in_url
from pitui.domain.cluster import Application
from pitui.domain.errors import NotSparkError, PituiError, WebError
from pitui.services.apps.event_logs import EventLogs
from pitui.services.cluster import Cluster
from pitui.spark.api.history_api import is_over, parse_applications

_LIMIT = 4.0
_AGAIN = 60.0
"""Seconds until a history server that did not answer is asked again."""
_MOST = 200


@dataclass(frozen=True, slots=True)
class PastApps:
    """An application that the history server knows."""

    address: str
    """The server's."""
    over: bool
    """Whether it has ended."""


class AppHistory:
    """What ran before, as far as somebody kept it."""

    def __init__(self, cluster: Cluster, event_logs: EventLogs) -> None:
        self._cluster = cluster
        self._event_logs = event_logs
        self._silent_until = 0.0
        self.unreadable = 0
        """Entries of the last list of applications that could not be read."""

    async def find(self, app_id: str) -> PastApps | None:
        """Return where the history server has an application; None where none knows it."""
        base = await self._base()
        if base is None:
            return None
        try:
            url = f"{base}/api/v1/applications/{quote(app_id)}"
            answer = await self._cluster.web.get(url, self._cluster.master.name, _LIMIT)
            if not answer.ok:
                return None
            return PastApps(base, over=is_over(answer.body))
        except (WebError, NotSparkError):
            self._silent_until = time.monotonic() + _AGAIN
            return None

    async def applications(self, but: frozenset[str]) -> list[Application]:
        """Return what ran before, without applications of some ids, newest first.

        Raises:
            PituiError: neither a history server nor the event logs could be asked.
        """
        found = await self._of_server()
        if found is None:
            found = await self._event_logs.applications(but)
        kept = (application for application in found if application.id not in but)
        return sorted(kept, key=lambda application: -application.submitted_at)

    async def _of_server(self) -> list[Application] | None:
        base = await self._base()
        if base is None:
            return None
        url = f"{base}/api/v1/applications?status=completed&limit={_MOST}"
        try:
            answer = await self._cluster.web.get(url, self._cluster.master.name, _LIMIT)
            if not answer.ok:
                return None
            rows = parse_applications(answer.body)
            self.unreadable = rows.unreadable
            return list(rows)
        except (WebError, NotSparkError):
            self._silent_until = time.monotonic() + _AGAIN
            return None

    async def _base(self) -> str | None:
        """Return where a history server would be; None while it is known not to answer."""
        if time.monotonic() < self._silent_until:
            return None
        try:
            port = (await self._event_logs.settings()).port
        except PituiError:
            return None
        host = urlsplit(self._cluster.spark_master.web_url).hostname or ""
        return f"http://{in_url(host)}:{port}"
