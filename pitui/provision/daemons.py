"""Which daemons a node runs by its configuration."""

from pitui.domain.cluster import Role
from pitui.domain.errors import NodeError
from pitui.provision.addresses import address_of
from pitui.provision.site import Site
from pitui.provision.spark_home import home_of
from pitui.spark.unit_files import Daemon


async def daemons_of(site: Site) -> list[Daemon]:
    """Return a node's daemons, the master first.

    Raises:
        NodeError: an address that has to be known is not.
    """
    node, shelf = site.node, site.shelf
    master = shelf.config.spark.master
    own = await address_of(shelf, site.name)
    master_host = master.host or await address_of(shelf, shelf.master.name)
    if own is None or master_host is None:
        away = site.name if own is None else shelf.master.name
        message = f"the address of {away} is not known"
        raise NodeError(site.name, message, "Set it: nodes.NAME.address or spark.master.host.")
    roles = [Role.MASTER] * node.is_master + [Role.WORKER] * node.is_worker
    return [
        Daemon(
            role=role,
            home=await home_of(site),
            user=await site.spark_user(),
            host=master_host if role is Role.MASTER else own,
            webui_port=master.webui_port if role is Role.MASTER else node.worker_webui_port,
            port=master.port,
            master_url=f"spark://{master_host}:{master.port}",
            log_folder=node.env.get("SPARK_LOG_DIR", ""),
        )
        for role in roles
    ]
