"""Ports of drivers and block managers: fixed where a firewall is on, so that rules name them."""

from collections.abc import Mapping

from pitui.domain.errors import PituiError
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.provision.network.firewalls import LOOK, Firewall, parse_firewall
from pitui.remote.fanout import fan_out

# Below the ports that Linux chooses for outgoing connections (32768 and up). Several drivers or
# executors on one machine take the next ones.
FIXED_PORTS: Mapping[str, str] = {
    "spark.driver.port": "31000",
    "spark.driver.blockManager.port": "31100",
    "spark.blockManager.port": "31200",
    "spark.port.maxRetries": "99",
}
"""Settings of spark-defaults.conf; the same on all nodes, as drivers pass them to executors."""


async def read_firewall(ctx: NodeContext) -> Firewall:
    """Return a node's active firewall.

    Raises:
        NodeError: root cannot be had there.
    """
    return parse_firewall((await ctx.root(LOOK)).stdout)


async def ports_are_fixed(context: ProvisionContext, *, are_now: bool) -> bool:
    """Whether drivers and block managers get fixed ports: some node has a firewall.

    Where a node cannot be asked and no other has one, they stay as they are.
    """
    active = await context.once("firewalls", lambda: _any_firewall(context))
    return are_now if active is None else active


async def _any_firewall(context: ProvisionContext) -> bool | None:
    async def look(name: str) -> bool:
        ctx = context.contexts[name]
        return await ctx.may_root() and bool((await read_firewall(ctx)).kind)

    found = await fan_out(context.contexts, look)
    if any(one is True for one in found.values()):
        return True
    return None if any(isinstance(one, PituiError) for one in found.values()) else False
