"""Which daemons a node runs by its configuration."""

from pitui.domain.cluster import Role
from pitui.domain.errors import NodeError
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.network.addresses import address_of
from pitui.provision.spark.spark_home import home_of
from pitui.spark.daemons.unit_files import UnitDaemon


async def daemons_of(ctx: NodeContext) -> list[UnitDaemon]:
    """Return a node's daemons, the master first.

    Raises:
        NodeError: an address that has to be known is not.
    """
    node, context = ctx.node, ctx.context
    master = context.config.spark.master
    own = await address_of(context, ctx.name)
    master_host = master.host or await address_of(context, context.master.name)
    if own is None or master_host is None:
        away = ctx.name if own is None else context.master.name
        message = f"the address of {away} is unknown"
        raise NodeError(ctx.name, message, "Set it: nodes.NAME.address or spark.master.host.")
    return [
        UnitDaemon(
            role=role,
            home=await home_of(ctx),
            user=await ctx.spark_user(),
            host=master_host if role is Role.MASTER else own,
            webui_port=master.webui_port if role is Role.MASTER else node.worker_webui_port,
            port=master.port,
            master_url=f"spark://{master_host}:{master.port}",
            log_folder=node.env.get("SPARK_LOG_DIR", ""),
        )
        for role in node.roles
    ]
