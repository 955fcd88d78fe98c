"""A fixed address on Ethernet, with a way back that the node takes by itself."""

import asyncio
import time
from dataclasses import dataclass

from msgspec.structs import replace

from pitui.domain.errors import AwayError, Failure, LinkError, NodeError
from pitui.facts import network as facts
from pitui.facts.machine import Machine
from pitui.provision import network_back
from pitui.provision.diffs import diff, joined
from pitui.provision.managed_block import with_block
from pitui.provision.network_back import apply_script, confirm_script
from pitui.provision.site import Site
from pitui.provision.step import Finding, Step, ok, skipped, would_change
from pitui.remote.links import Links
from pitui.remote.quoting import quote

_TRY_EVERY = 2.0


@dataclass(frozen=True, slots=True)
class _Plan:
    fixed: facts.Fixed
    change: facts.Change
    old: dict[str, str | None]


class Network(Step):
    """The fixed address of a node that has one in the config (`address`)."""

    id = "network"
    title = "fixed address"
    needs = ("access",)

    async def check(self, site: Site) -> Finding:
        """Find out who manages the link, and compare its files."""
        if site.node.address is None:
            return skipped("the config gives it no fixed address")
        if site.node.local:
            return skipped("the machine that pitui runs on keeps its addresses")
        machine = await site.machine()
        seen = facts.parse_network((await site.run(facts.NETWORK_COMMAND)).stdout)
        link = _link(site, machine, seen)
        fixed = _fixed(site, machine, seen, link)
        manager = seen.manager(link)
        if manager is None:
            message = f"nothing that pitui knows manages {link}"
            advice = "It knows NetworkManager, netplan, dhcpcd, systemd-networkd and ifupdown."
            raise NodeError(site.name, message, advice)
        change = await _change(site, seen, manager, fixed)
        old = {path: await _old(site, path, change.mode) for path in change.files}
        has = any(f"{a.address}/{a.prefix}" == fixed.address for a in machine.addresses)
        beside = await _beside(site, fixed, old) if manager == "netplan" else ""
        detail = f"{fixed.address} on {link}, by {manager}{beside}"
        if has and old == change.files:
            return ok(detail)
        shown = joined(*(diff(path, old[path], text) for path, text in change.files.items()))
        return would_change(detail, diff=shown, admin=shown or "", data=_Plan(fixed, change, old))

    async def apply(self, site: Site, finding: Finding) -> None:
        """Change it, come back at the new address, and only then keep it."""
        plan = finding.data
        if not isinstance(plan, _Plan):
            raise TypeError("not this step's finding")
        address = plan.fixed.address.partition("/")[0]
        keys = await site.ask("cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null; true")
        await site.as_root(apply_script(plan.change), stdin=b"")
        new = replace(site.node, host=address)
        links = Links([new], site.shelf.asker)
        try:
            await links.know(site.name, keys)
            await _come_back(site, links, address)
        finally:
            await links.aclose()
        site.forget()
        if site.node.host != address and not await _found_again(site):
            message = f"{site.name} is at {address} now, and the config says host: {site.node.host}"
            advice = f"Set its host to {address}, and run this again."
            raise AwayError(site.name, Failure.NO_ROUTE, message, advice)


STEP = Network()


async def _come_back(site: Site, links: Links, address: str) -> None:
    until = time.monotonic() + network_back.BACK_AFTER - 10
    last = "no try yet"
    confirm = confirm_script()
    while time.monotonic() < until:
        site.say(f"looking for it at {address}")
        try:
            line, head = await site.root_line(confirm, stdin=False)
            result = await links.runner(site.name).run(line, stdin=head or None, limit=10)
        except LinkError as error:
            last = error.message
        else:
            if result.ok:
                return
            last = result.stderr.strip()[-200:] or "it cannot be confirmed there"
        await asyncio.sleep(_TRY_EVERY)
        links.retry(site.name)
    message = f"not reachable at {address} ({last}); the node takes its old address back by itself"
    raise NodeError(site.name, message, "Check address, prefix and gateway.", Failure.NO_ROUTE)


async def _found_again(site: Site) -> bool:
    """Say whether the configured host leads to the new address; an old address never will."""
    if site.node.host.replace(".", "").isdigit():
        return False
    site.shelf.links.retry(site.name)
    try:
        await site.machine()
    except LinkError:
        return False
    return True


def _link(site: Site, machine: Machine, seen: facts.Network) -> str:
    own = {a.address: a.link for a in machine.addresses}
    link = own.get(machine.server_address or "")
    if link is None and machine.routes:
        link = machine.routes[0].link
    if link is None or link == "lo":
        raise NodeError(site.name, "it cannot be told which link leads here", "Set it by hand.")
    if link in seen.wireless:
        message = f"its link is {link}, which is wireless; a fixed address is for Ethernet"
        raise NodeError(site.name, message, "Plug in a cable, or leave `address` out.")
    return link


def _fixed(site: Site, machine: Machine, seen: facts.Network, link: str) -> facts.Fixed:
    wanted = site.shelf.config.provision.network
    gateway = wanted.gateway or next((r.gateway for r in machine.routes if r.link == link), None)
    return facts.Fixed(link, site.node.address or "", gateway, tuple(wanted.dns) or seen.dns)


async def _beside(site: Site, fixed: facts.Fixed, old: dict[str, str | None]) -> str:
    """Return in words which addresses stay: netplan adds the lists of all its files up."""
    if not await site.may_root():
        return ""
    said = facts.parse_netplan((await site.root(facts.netplan_command(fixed.link))).stdout)
    ours = "".join(text or "" for text in old.values())
    others = [a for a in said if a != fixed.address and f"[{a}]" not in ours]
    return f"; {', '.join(others)} of another file in /etc/netplan stays" if others else ""


async def _change(
    site: Site, seen: facts.Network, manager: str, fixed: facts.Fixed
) -> facts.Change:
    if manager == "NetworkManager":
        return facts.network_manager(fixed)
    if manager == "netplan":
        return facts.netplan(fixed)
    if manager == "systemd-networkd":
        return facts.networkd(fixed)
    if manager == "ifupdown":
        path = seen.stanza_of(fixed.link) or facts.INTERFACES
        return facts.ifupdown(path, await site.read_text(path) or "", fixed)
    old = await site.read_text(facts.DHCPCD) or ""
    text = with_block(old, f"address of {fixed.link}", facts.dhcpcd_lines(fixed))
    # Its usual option `persistent` leaves the old address there when it stops.
    flush = f"ip -4 addr flush dev {quote(fixed.link)}"
    restart = f"systemctl stop dhcpcd; {flush}; systemctl start dhcpcd"
    return facts.Change({facts.DHCPCD: text}, 0o644, restart, restart)


async def _old(site: Site, path: str, mode: int) -> str | None:
    return await site.read_text(path, root=mode == 0o600 and await site.may_root())
