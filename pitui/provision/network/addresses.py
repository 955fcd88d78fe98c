"""At which address every node is to be reached by the others."""

import asyncio
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from pitui.config.model import Node
from pitui.domain.errors import PituiError
from pitui.domain.ip_address import is_ip_address, is_loopback
from pitui.facts.node_basics import InterfaceAddress, Machine
from pitui.provision.engine.provision_context import ProvisionContext
from pitui.remote.fanout import fan_out

_KEY = "addresses"
_NAME_LIMIT = 5.0
"""Seconds for a name server to answer."""


@dataclass(frozen=True, slots=True)
class KnownAddress:
    """A node's address; None where nobody knows it."""

    address: str | None
    asked: bool = False
    """Whether the node itself said it."""


async def addresses(context: ProvisionContext) -> dict[str, KnownAddress]:
    """Return the address of every node of the cluster, found out once.

    Nodes that cannot be asked have the address that the configuration or a name server gives them.
    """
    return await context.once(_KEY, lambda: _find_addresses(context))


async def address_of(context: ProvisionContext, name: str) -> str | None:
    """Return one node's address, None where nobody knows it."""
    return (await addresses(context))[name].address


async def _find_addresses(context: ProvisionContext) -> dict[str, KnownAddress]:
    async def machine(name: str) -> Machine:
        return await context.contexts[name].machine()

    if not context.plan:
        # Whoever still wants a password cannot be asked before they have it.
        limit = max(node.connect_timeout for node in context.nodes.values()) + 5
        await context.passed("access", context.nodes, limit)
    machines = await fan_out(context.nodes, machine)
    known: dict[str, KnownAddress] = {}
    for name, node in context.nodes.items():
        answer = machines[name]
        if isinstance(answer, PituiError):
            known[name] = await _unasked(node)
        else:
            peers = [m for other, m in machines.items() if other != name]
            known[name] = _address_by_peers(
                node, answer, [m for m in peers if isinstance(m, Machine)]
            )
    return known


def _address_by_peers(node: Node, machine: Machine, peers: list[Machine]) -> KnownAddress:
    found = node_address(node, machine, [peer.client_address for peer in peers])
    return KnownAddress(found, asked=True)


def node_address(node: Node, machine: Machine, seen_from: Iterable[str | None] = ()) -> str | None:
    """Return the address of a node for the other nodes.

    A configured address counts first; then the host in the configuration, where it is an address
    that the node really has (it may be that of a port forwarding); then the address at which it
    took our connection, or, for this machine, from which the others saw ours come; then that of
    the link with the default route.

    Args:
        node: the node as configured.
        machine: the node as it describes itself.
        seen_from: where the other nodes saw our connection to them come from.
    """
    if node.address is not None:
        return node.address.partition("/")[0]
    own = {a.address for a in machine.addresses}
    if is_ip_address(node.host) and (node.host in own or is_loopback(node.host)):
        return node.host
    candidates = [machine.server_address]
    if node.local:
        candidates += list(seen_from)
    for candidate in candidates:
        if candidate in own and candidate is not None and not is_loopback(candidate):
            return candidate
    best = _of_default_route(machine)
    return best.address if best else None


def _of_default_route(machine: Machine) -> InterfaceAddress | None:
    usable = [a for a in machine.addresses if a.scope == "global"]
    for route in machine.routes:
        for address in usable:
            if address.link == route.link and address.v4:
                return address
    return next((a for a in usable if a.v4), next(iter(usable), None))


async def _unasked(node: Node) -> KnownAddress:
    if node.address is not None:
        return KnownAddress(node.address.partition("/")[0])
    if is_ip_address(node.host):
        return KnownAddress(node.host)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_NAME_LIMIT):
            found = await loop.getaddrinfo(node.host, None, type=socket.SOCK_STREAM)
    except OSError:
        return KnownAddress(None)
    own = [str(sockaddr[0]) for *_, sockaddr in found]
    return KnownAddress(next((a for a in own if ":" not in a and not is_loopback(a)), None))
