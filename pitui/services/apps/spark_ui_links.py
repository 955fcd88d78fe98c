"""The page of Spark's web UI that shows a place inside an application."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin

from pitui.domain.apps.app_detail import AppLocation, DetailOrigin
from pitui.domain.errors import PituiError
from pitui.services.apps.app_details import AppDetails
from pitui.services.cluster import Cluster


@dataclass(frozen=True, slots=True)
class WebPage:
    """A page, and under which address it opens here."""

    address: str
    """For a browser on this machine."""
    own: str
    """As Spark's nodes know it."""

    @property
    def forwarded(self) -> bool:
        """Whether the way leads through a node's link."""
        return self.address != self.own


async def page_of(
    cluster: Cluster, app_details: AppDetails, location: AppLocation | None
) -> WebPage:
    """Return the address of Spark's page for a location, the master's own without one.

    Raises:
        WebError: the node through which the way leads cannot be reached.
    """
    own = (
        await _app_page_address(cluster, app_details, location)
        if location
        else cluster.spark_master.web_url
    )
    return WebPage(await cluster.web.opened(own, cluster.master.name), own)


async def _app_page_address(
    cluster: Cluster, app_details: AppDetails, location: AppLocation
) -> str:
    try:
        source = await app_details.source(location.app_id)
    except PituiError:
        # The master's page is the one left to show; opening it says what is wrong.
        source = None
    if source is None:
        page = f"app/?appId={quote(location.app_id)}"
        return urljoin(cluster.spark_master.web_url, page)
    base = source.address
    if source.origin is DetailOrigin.HISTORY:
        base = f"{base}/history/{quote(location.app_id)}"
    return f"{base}/{_page_path(location)}"


def _page_path(location: AppLocation) -> str:
    if location.stage is not None:
        return f"stages/stage/?id={location.stage[0]}&attempt={location.stage[1]}"
    if location.job is not None:
        return f"jobs/job/?id={location.job}"
    if location.query is not None:
        return f"SQL/execution/?id={location.query}"
    return "jobs/"
