"""firewall: where one is active, the cluster's nodes reach each other through it."""

from dataclasses import dataclass

from pitui.provision.addresses import address_of
from pitui.provision.diffs import diff, joined
from pitui.provision.files_step import Text
from pitui.provision.firewalls import (
    LOOK,
    SCRIPT,
    UNIT,
    UNIT_TEXT,
    Firewall,
    open_command,
    parse_firewall,
    script_text,
)
from pitui.provision.site import Site
from pitui.provision.step import Finding, State, Step, ok, skipped, would_change

_BY_ITSELF = ("ufw", "firewalld")


@dataclass(frozen=True, slots=True)
class _Todo:
    firewall: Firewall
    missing: tuple[str, ...]
    texts: tuple[Text, ...]


class FirewallStep(Step):
    """Lets TCP from the other nodes in; changes nothing where no firewall drops anything."""

    id = "firewall"
    title = "firewall"
    needs = ("access",)
    disturbs = True

    async def check(self, site: Site) -> Finding:
        """Look for an active firewall, and whether the other nodes get through."""
        if not await site.may_root():
            return Finding(State.BLOCKED, "only root can see the firewall", admin=_LIST)
        firewall = parse_firewall((await site.root(LOOK)).stdout)
        if not firewall.kind:
            return skipped("no firewall is active")
        wanted = await _others(site)
        missing = tuple(address for address in wanted if address not in firewall.open_for)
        texts = () if firewall.kind in _BY_ITSELF else await _texts(site, firewall, wanted)
        wrong = tuple(text for text in texts if text.old != text.new)
        if not missing and not wrong:
            return ok(f"{firewall.kind} lets all {len(wanted)} other nodes in")
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        detail = f"let {', '.join(missing) or 'the other nodes'} in through {firewall.kind}"
        return would_change(detail, diff=shown, data=_Todo(firewall, missing, wrong))

    async def apply(self, site: Site, finding: Finding) -> None:
        """Open it, now and at every boot."""
        todo = finding.data
        assert isinstance(todo, _Todo)  # noqa: S101 - what check made
        if todo.firewall.kind in _BY_ITSELF:
            await site.as_root(open_command(todo.firewall, todo.missing), limit=120)
            return
        for text in todo.texts:
            mode = 0o755 if text.path == SCRIPT else 0o644
            await site.write_file(text.path, text.new, mode=mode, keep_old=False)
        await site.as_root(f"systemctl daemon-reload && systemctl enable {UNIT}; {SCRIPT}")


_LIST = "ufw status; nft list ruleset; iptables -S INPUT"


async def _others(site: Site) -> list[str]:
    """Return the IPv4 addresses of the other nodes."""
    found = [await address_of(site.shelf, name) for name in site.shelf.nodes if name != site.name]
    return sorted({address for address in found if address and ":" not in address})


async def _texts(site: Site, firewall: Firewall, wanted: list[str]) -> tuple[Text, ...]:
    unit = f"/etc/systemd/system/{UNIT}"
    old = [await site.read_text(path, root=True) for path in (SCRIPT, unit)]
    return (Text(SCRIPT, old[0], script_text(firewall, wanted)), Text(unit, old[1], UNIT_TEXT))


STEP = FirewallStep()
