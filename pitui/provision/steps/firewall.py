"""firewall: where one is active, the cluster's nodes reach each other through it."""

from collections.abc import Mapping
from dataclasses import dataclass

from pitui.domain.errors import PituiError
from pitui.provision.addresses import address_of, addresses
from pitui.provision.diffs import diff, joined
from pitui.provision.each import on_each
from pitui.provision.files_step import Text
from pitui.provision.firewalls import (
    LOOK,
    SCRIPT,
    UNIT,
    UNIT_TEXT,
    Firewall,
    close_command,
    open_command,
    parse_firewall,
    script_text,
)
from pitui.provision.site import Site
from pitui.provision.step import Finding, State, Step, ok, skipped, would_change
from pitui.remote.quoting import quote

_UNIT_FILE = f"/etc/systemd/system/{UNIT}"
_LIMIT = 120.0


@dataclass(frozen=True, slots=True)
class _Todo:
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

    async def check(self, site: Site) -> Finding:
        """Look for an active firewall, and whether the other nodes, and no others, get through."""
        if not await site.may_root():
            return Finding(State.BLOCKED, "only root can see the firewall", admin=_LIST)
        firewall = await _look(site)
        if not firewall.kind:
            return skipped("no firewall is active")
        wanted, sure = await _others(site)
        missing = tuple(sorted(wanted - firewall.open_for))
        stale = tuple(sorted(firewall.ours - wanted)) if sure else ()
        stays = wanted | (firewall.ours - set(stale))
        texts = () if firewall.by_itself else await _texts(site, firewall, stays)
        wrong = tuple(text for text in texts if text.old != text.new)
        if not missing and not stale and not wrong:
            return ok(f"{firewall.kind} lets all {len(wanted)} other nodes in")
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        what = [f"let {', '.join(missing)} in"] if missing else []
        what += [f"close it to {', '.join(stale)}, which is no node"] if stale else []
        what = what or ["let the other nodes in"]
        detail = f"{'; '.join(what)} through {firewall.kind}"
        return would_change(detail, diff=shown, data=_Todo(firewall, missing, stale, wrong))

    async def apply(self, site: Site, finding: Finding) -> None:
        """Open it, now and at every boot."""
        todo = finding.data
        assert isinstance(todo, _Todo)  # noqa: S101 - what check made
        if todo.stale:
            await site.as_root(close_command(todo.firewall, todo.stale), limit=_LIMIT)
        if todo.firewall.by_itself:
            await site.as_root(open_command(todo.firewall, todo.missing), limit=_LIMIT)
            return
        await _write(site, todo.texts)
        await site.as_root(f"systemctl daemon-reload && systemctl enable {UNIT}; {SCRIPT}")

    async def remove(self, site: Site, others: Mapping[str, Site]) -> str:
        """Close the others' firewalls to the node, and its own to all of them."""
        gone = await address_of(site.shelf, site.name)
        done = await on_each(others, lambda other: _close(other, gone)) if gone else []
        try:
            done += [site.name] if await _close_all(site) else []
        except PituiError as error:
            site.say(f"its own firewall stays as it is: {error.message}")
        return f"closed on {', '.join(done)}" if done else ""


_LIST = "ufw status; nft list ruleset; iptables -S INPUT"


async def _look(site: Site) -> Firewall:
    return parse_firewall((await site.root(LOOK)).stdout)


async def _others(site: Site) -> tuple[set[str], bool]:
    """Return the IPv4 addresses of the other nodes, and whether each of them said its own."""
    known = await addresses(site.shelf)
    others = [where for name, where in known.items() if name != site.name]
    found = {where.address for where in others if where.address and ":" not in where.address}
    return found, all(where.asked for where in others)


async def _texts(site: Site, firewall: Firewall, wanted: set[str]) -> tuple[Text, ...]:
    old = [await site.read_text(path, root=True) for path in (SCRIPT, _UNIT_FILE)]
    script = Text(SCRIPT, old[0], script_text(firewall, sorted(wanted)), 0o755)
    return (script, Text(_UNIT_FILE, old[1], UNIT_TEXT, 0o644))


async def _write(site: Site, texts: tuple[Text, ...]) -> None:
    for text in texts:
        await site.write_file(text.path, text.new, mode=text.mode, keep_old=False)


async def _close(site: Site, gone: str) -> bool:
    """Take out what lets a node in; say whether there was anything."""
    if not await site.may_root():
        return False
    firewall = await _look(site)
    if gone not in firewall.ours:
        return False
    if not firewall.by_itself:
        await _write(site, await _texts(site, firewall, set(firewall.ours - {gone})))
    await site.as_root(close_command(firewall, [gone]), limit=_LIMIT)
    return True


async def _close_all(site: Site) -> bool:
    """Take out whatever we let in, and what does so at boot; say whether there was anything."""
    if not await site.may_root():
        return False
    firewall = await _look(site)
    if not firewall.ours:
        return False
    if not firewall.by_itself:
        files = quote(_UNIT_FILE, SCRIPT)
        await site.as_root(
            f"systemctl -q disable {UNIT}; rm -f -- {files}; systemctl daemon-reload"
        )
    await site.as_root(close_command(firewall, sorted(firewall.ours)), limit=_LIMIT)
    return True


STEP = FirewallStep()
