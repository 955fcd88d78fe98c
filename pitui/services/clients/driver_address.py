"""Where the UIs of running applications listen: only the master's pages say."""

from collections.abc import Iterable
from urllib.parse import quote

from pitui.services.clients.master import MasterAccess
from pitui.spark.api.html_pages import driver_ui

_LIMIT = 3.0


class DriverAddresses:
    """Finds drivers' UIs, and remembers where they are."""

    def __init__(self, master: MasterAccess) -> None:
        self._master = master
        self._addresses: dict[str, str] = {}

    async def of(self, app_id: str) -> str | None:
        """Return the address of an application's UI, without a slash at the end.

        None where it has ended, or has no UI.

        Raises:
            WebError: the master does not answer.
        """
        if app_id not in self._addresses:
            page = await self._master.page(f"app/?appId={quote(app_id)}", limit=_LIMIT)
            address = driver_ui(page.body.decode(errors="replace"), self._master.web_url)
            if address is None:
                return None
            self._addresses[app_id] = address.rstrip("/")
        return self._addresses[app_id]

    def known(self, app_id: str) -> str | None:
        """Return the address that is remembered."""
        return self._addresses.get(app_id)

    def forget(self, app_id: str) -> None:
        """Ask the master again next time: nothing answered there."""
        self._addresses.pop(app_id, None)

    def forget_all_but(self, app_ids: Iterable[str]) -> None:
        """Drop what is remembered of applications that ended."""
        wanted = set(app_ids)
        self._addresses = {k: v for k, v in self._addresses.items() if k in wanted}
