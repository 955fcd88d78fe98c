"""The page of Spark's web UI that shows a place inside an application."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin

from pitui.domain.errors import PituiError
from pitui.domain.inside import Origin, Spot
from pitui.services.cluster import Cluster
from pitui.services.insides import Insides


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


async def page_of(cluster: Cluster, insides: Insides, spot: Spot | None) -> WebPage:
    """Return the page of a spot, the master's own without one.

    Raises:
        WebError: the node through which the way leads cannot be reached.
    """
    own = await _address(cluster, insides, spot) if spot else cluster.spark_master.web_url
    return WebPage(await cluster.web.opened(own, cluster.master.name), own)


async def _address(cluster: Cluster, insides: Insides, spot: Spot) -> str:
    try:
        source = await insides.source(spot.app_id)
    except PituiError:
        # The master's page is the one left to show; opening it says what is wrong.
        source = None
    if source is None:
        page = f"app/?appId={quote(spot.app_id)}"
        return urljoin(cluster.spark_master.web_url, page)
    base = source.address
    if source.origin is Origin.HISTORY:
        base = f"{base}/history/{quote(spot.app_id)}"
    return f"{base}/{_path(spot)}"


def _path(spot: Spot) -> str:
    if spot.stage is not None:
        return f"stages/stage/?id={spot.stage[0]}&attempt={spot.stage[1]}"
    if spot.job is not None:
        return f"jobs/job/?id={spot.job}"
    if spot.query is not None:
        return f"SQL/execution/?id={spot.query}"
    return "jobs/"
