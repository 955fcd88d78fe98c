"""A fixed address on Ethernet, with a way back that the node takes by itself."""

import asyncio
import time
from dataclasses import dataclass

from msgspec.structs import replace

from pitui.domain.errors import AwayError, Failure, LinkError, NodeError
from pitui.facts.network import fixed_address as facts
from pitui.facts.node_basics import Machine
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, skipped, would_change
from pitui.provision.network import network_rollback
from pitui.provision.network.network_rollback import apply_script, confirm_script
from pitui.provision.support.diffs import diff, joined
from pitui.provision.support.managed_block import with_block
from pitui.remote.quoting import quote
from pitui.remote.ssh.connection_pool import ConnectionPool

_TRY_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class _NetworkPlan:
    fixed: facts.Fixed
    change: facts.NetworkChange
    old: dict[str, str | None]


class NetworkStep(Step):
    """The fixed address of a node that has one in the config (`address`)."""

    id = "network"
    title = "fixed address"
    needs = ("access",)

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Find out who manages the link, and compare its files."""
        if ctx.node.address is None:
            return skipped("the configuration sets no fixed address")
        if ctx.node.local:
            return skipped("the machine that pitui runs on keeps its addresses")
        machine = await ctx.machine()
        seen = facts.parse_network((await ctx.run(facts.NETWORK_COMMAND)).stdout)
        link = _own_link(ctx, machine, seen)
        fixed = _fixed(ctx, machine, seen, link)
        manager = seen.manager(link)
        if manager is None:
            message = f"nothing that pitui knows manages {link}"
            advice = "It knows NetworkManager, netplan, dhcpcd, systemd-networkd and ifupdown."
            raise NodeError(ctx.name, message, advice)
        change = await _network_change(ctx, seen, manager, fixed)
        old = {path: await _old(ctx, path, change.mode) for path in change.files}
        has = any(f"{a.address}/{a.prefix}" == fixed.address for a in machine.addresses)
        beside = await _remaining_addresses(ctx, fixed, old) if manager == "netplan" else ""
        detail = f"{fixed.address} on {link}, by {manager}{beside}"
        if has and old == change.files:
            return ok(detail)
        shown = joined(*(diff(path, old[path], text) for path, text in change.files.items()))
        return would_change(
            detail, diff=shown, admin=shown or "", data=_NetworkPlan(fixed, change, old)
        )

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Change it, come back at the new address, and only then keep it."""
        plan = finding.data
        if not isinstance(plan, _NetworkPlan):
            raise TypeError("not this step's finding")
        address = plan.fixed.address.partition("/")[0]
        keys = await ctx.ask("cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null; true")
        await ctx.as_root(apply_script(plan.change), stdin=b"")
        new = replace(ctx.node, host=address)
        connections = ConnectionPool([new], ctx.context.prompter)
        try:
            await connections.know(ctx.name, keys)
            await _come_back(ctx, connections, address)
        finally:
            await connections.aclose()
        ctx.forget()
        if ctx.node.host != address and not await _found_again(ctx):
            message = (
                f"{ctx.name} is at {address} now, but the configuration says host: {ctx.node.host}"
            )
            advice = f"Set its host to {address}, and run this again."
            raise AwayError(ctx.name, Failure.NO_ROUTE, message, advice)


STEP = NetworkStep()


async def _come_back(ctx: NodeContext, connections: ConnectionPool, address: str) -> None:
    until = time.monotonic() + network_rollback.BACK_AFTER - 10
    last = "not tried yet"
    confirm = confirm_script()
    while time.monotonic() < until:
        ctx.say(f"looking for it at {address}")
        try:
            line, head = await ctx.root_line(confirm, stdin=False)
            result = await connections.runner(ctx.name).run(line, stdin=head or None, limit=10)
        except LinkError as error:
            last = error.message
        else:
            if result.ok:
                return
            last = result.stderr.strip()[-200:] or "it cannot be confirmed there"
        await asyncio.sleep(_TRY_EVERY)
        connections.retry(ctx.name)
    message = f"not reachable at {address} ({last}); the node returns to its old address by itself"
    raise NodeError(ctx.name, message, "Check address, prefix and gateway.", Failure.NO_ROUTE)


async def _found_again(ctx: NodeContext) -> bool:
    """Say whether the configured host leads to the new address; an old address never will."""
    if ctx.node.host.replace(".", "").isdigit():
        return False
    ctx.context.connections.retry(ctx.name)
    try:
        await ctx.machine()
    except LinkError:
        return False
    return True


def _own_link(ctx: NodeContext, machine: Machine, seen: facts.NetworkManagers) -> str:
    own = {a.address: a.link for a in machine.addresses}
    link = own.get(machine.server_address or "")
    if link is None and machine.routes:
        link = machine.routes[0].link
    if link is None or link == "lo":
        raise NodeError(ctx.name, "cannot tell which network link leads here", "Set it yourself.")
    if link in seen.wireless:
        message = f"its link {link} is wireless; a fixed address needs Ethernet"
        raise NodeError(ctx.name, message, "Plug in a cable, or leave `address` out.")
    return link


def _fixed(
    ctx: NodeContext, machine: Machine, seen: facts.NetworkManagers, link: str
) -> facts.Fixed:
    wanted = ctx.context.config.provision.network
    gateway = wanted.gateway or next((r.gateway for r in machine.routes if r.link == link), None)
    return facts.Fixed(link, ctx.node.address or "", gateway, tuple(wanted.dns) or seen.dns)


async def _remaining_addresses(
    ctx: NodeContext, fixed: facts.Fixed, old: dict[str, str | None]
) -> str:
    """Return in words which addresses stay: netplan adds the lists of all its files up."""
    if not await ctx.may_root():
        return ""
    said = facts.parse_netplan((await ctx.root(facts.netplan_command(fixed.link))).stdout)
    ours = "".join(text or "" for text in old.values())
    others = [a for a in said if a != fixed.address and f"[{a}]" not in ours]
    return f"; {', '.join(others)} of another file in /etc/netplan stays" if others else ""


async def _network_change(
    ctx: NodeContext, seen: facts.NetworkManagers, manager: str, fixed: facts.Fixed
) -> facts.NetworkChange:
    if manager == "NetworkManager":
        return facts.network_manager(fixed)
    if manager == "netplan":
        return facts.netplan(fixed)
    if manager == "systemd-networkd":
        return facts.networkd(fixed)
    if manager == "ifupdown":
        path = seen.stanza_of(fixed.link) or facts.INTERFACES
        return facts.ifupdown(path, await ctx.read_text(path) or "", fixed)
    old = await ctx.read_text(facts.DHCPCD) or ""
    text = with_block(old, f"address of {fixed.link}", facts.dhcpcd_lines(fixed))
    # Its usual option `persistent` leaves the old address there when it stops.
    flush = f"ip -4 addr flush dev {quote(fixed.link)}"
    restart = f"systemctl stop dhcpcd; {flush}; systemctl start dhcpcd"
    return facts.NetworkChange({facts.DHCPCD: text}, 0o644, restart, restart)


async def _old(ctx: NodeContext, path: str, mode: int) -> str | None:
    return await ctx.read_text(path, root=mode == 0o600 and await ctx.may_root())
