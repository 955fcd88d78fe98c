"""firewall: where one is active, the cluster's nodes reach each other through it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pitui.domain.errors import PituiError
from pitui.provision.engine.files_step import Text
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.run_on_all import run_on_all
from pitui.provision.engine.step import CheckResult, State, Step, ok, skipped, would_change
from pitui.provision.network.addresses import address_of, addresses
from pitui.provision.network.firewalls import (
    SCRIPT,
    UNIT,
    UNIT_TEXT,
    Firewall,
    close_command,
    open_command,
    script_text,
)
from pitui.provision.network.fixed_ports import read_firewall
from pitui.provision.support.diffs import diff, joined
from pitui.remote.quoting import quote

_UNIT_FILE = f"/etc/systemd/system/{UNIT}"
_LIMIT = 120.0


@dataclass(frozen=True, slots=True)
class _FirewallChange:
    firewall: Firewall
    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    texts: tuple[Text, ...] = ()


class FirewallStep(Step):
    """Lets TCP from the other nodes in; changes nothing where no firewall drops anything."""

    id = "firewall"
    title = "firewall"
    needs = ("access",)
    disturbs = True

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Look for an active firewall, and whether the other nodes, and no others, get through."""
        if not await ctx.may_root():
            return CheckResult(State.BLOCKED, "only root can see the firewall", admin=_LIST)
        firewall = await read_firewall(ctx)
        if not firewall.kind:
            return skipped("no firewall is active")
        wanted, sure = await _others(ctx)
        missing = tuple(sorted(wanted - firewall.open_for))
        stale = tuple(sorted(firewall.ours - wanted)) if sure else ()
        stays = wanted | (firewall.ours - set(stale))
        texts = () if firewall.by_itself else await _texts(ctx, firewall, stays)
        wrong = tuple(text for text in texts if text.old != text.new)
        if not missing and not stale and not wrong:
            return ok(f"{firewall.kind} lets all {len(wanted)} other nodes in")
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        what = [f"let {', '.join(missing)} in"] if missing else []
        what += [f"close it to {', '.join(stale)}, which is not a node"] if stale else []
        what = what or ["let the other nodes in"]
        detail = f"{'; '.join(what)} through {firewall.kind}"
        return would_change(
            detail, diff=shown, data=_FirewallChange(firewall, missing, stale, wrong)
        )

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Open it, now and at every boot."""
        todo = finding.data
        assert isinstance(todo, _FirewallChange)  # noqa: S101 - what check made
        if todo.stale:
            await ctx.as_root(close_command(todo.firewall, todo.stale), limit=_LIMIT)
        if todo.firewall.by_itself:
            await ctx.as_root(open_command(todo.firewall, todo.missing), limit=_LIMIT)
            return
        await _write_texts(ctx, todo.texts)
        await ctx.as_root(f"systemctl daemon-reload && systemctl enable {UNIT}; {SCRIPT}")

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:
        """Close the others' firewalls to the node, and its own to all of them."""
        gone = await address_of(ctx.context, ctx.name)
        done = await run_on_all(others, lambda other: _close(other, gone)) if gone else []
        try:
            done += [ctx.name] if await _close_all(ctx) else []
        except PituiError as error:
            ctx.say(f"its own firewall stays as it is: {error.message}")
        return f"closed on {', '.join(done)}" if done else ""


_LIST = "ufw status; nft list ruleset; iptables -S INPUT"


async def _others(ctx: NodeContext) -> tuple[set[str], bool]:
    """Return the IPv4 addresses of the other nodes, and whether each of them said its own."""
    known = await addresses(ctx.context)
    others = [where for name, where in known.items() if name != ctx.name]
    found = {where.address for where in others if where.address and ":" not in where.address}
    return found, all(where.asked for where in others)


async def _texts(ctx: NodeContext, firewall: Firewall, wanted: set[str]) -> tuple[Text, ...]:
    old = [await ctx.read_text(path, root=True) for path in (SCRIPT, _UNIT_FILE)]
    script = Text(SCRIPT, old[0], script_text(firewall, sorted(wanted)), 0o755)
    return (script, Text(_UNIT_FILE, old[1], UNIT_TEXT, 0o644))


async def _write_texts(ctx: NodeContext, texts: tuple[Text, ...]) -> None:
    for text in texts:
        await ctx.write_file(text.path, text.new, mode=text.mode, keep_old=False)


async def _close(ctx: NodeContext, gone: str) -> bool:
    """Take out what lets a node in; say whether there was anything."""
    if not await ctx.may_root():
        return False
    firewall = await read_firewall(ctx)
    if gone not in firewall.ours:
        return False
    if not firewall.by_itself:
        await _write_texts(ctx, await _texts(ctx, firewall, set(firewall.ours - {gone})))
    await ctx.as_root(close_command(firewall, [gone]), limit=_LIMIT)
    return True


async def _close_all(ctx: NodeContext) -> bool:
    """Take out whatever we let in, and what does so at boot; say whether there was anything."""
    if not await ctx.may_root():
        return False
    firewall = await read_firewall(ctx)
    if not firewall.ours:
        return False
    if not firewall.by_itself:
        files = quote(_UNIT_FILE, SCRIPT)
        await ctx.as_root(f"systemctl -q disable {UNIT}; rm -f -- {files}; systemctl daemon-reload")
    await ctx.as_root(close_command(firewall, sorted(firewall.ours)), limit=_LIMIT)
    return True


STEP = FirewallStep()
