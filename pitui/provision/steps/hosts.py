"""/etc/hosts: every node by name, and no name of theirs on loopback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pitui.domain.errors import PituiError
from pitui.facts.network import hosts
from pitui.facts.network.cloud_init import (
    HOSTS_COMMAND,
    HOSTS_TEMPLATE,
    NAME_UNIT,
    NAME_UNIT_PATH,
    NAME_UNIT_TEXT,
    TEMPLATE_NAME,
    HostsMode,
    parse_hosts_mode,
    without_own_name,
)
from pitui.provision.engine.files_step import Text
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.run_on_all import run_on_all
from pitui.provision.engine.step import CheckResult, Step, ok, would_change
from pitui.provision.network.addresses import KnownAddress, addresses
from pitui.provision.support.diffs import diff, joined
from pitui.provision.support.managed_block import block_lines, with_block, without_block

_BLOCK = "the nodes of the cluster"


@dataclass(frozen=True, slots=True)
class _Wanted:
    text: str
    lines: tuple[str, ...]
    missing: tuple[str, ...]
    others: tuple[str, ...]


class HostsStep(Step):
    """A managed block with every node; `127.0.1.1 NAME` would bind Spark to loopback."""

    id = "hosts"
    title = "/etc/hosts"
    needs = ("access",)

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare the file, and what makes it at boot, with what they would be."""
        old = await ctx.read_text(hosts.PATH)
        wanted = await _wanted_hosts(ctx, old or "")
        remarks = [f"{len(wanted.lines)} nodes"]
        remarks += [f"the address of {name} is unknown" for name in wanted.missing]
        remarks += wanted.others
        mode = await _mode(ctx)
        at_boot = await _at_boot(ctx, mode, wanted.lines)
        texts = [Text(hosts.PATH, old, wanted.text), *at_boot]
        wrong = [text for text in texts if text.old != text.new]
        remarks += _REMARKS[mode]
        detail = "; ".join(remarks)
        if not wrong:
            return ok(detail)
        shown = joined(*(diff(text.path, text.old, text.new) for text in wrong))
        return would_change(detail, diff=shown, admin=f"change it so:\n{shown}")

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:  # noqa: ARG002
        """Write the files, from what they hold now."""
        old = await ctx.read_text(hosts.PATH) or ""
        wanted = await _wanted_hosts(ctx, old)
        mode = await _mode(ctx)
        for text in await _at_boot(ctx, mode, wanted.lines):
            await _write_if_changed(ctx, text.path, text.old or "", text.new)
        if mode is HostsMode.LOCALHOST:
            await ctx.as_root(f"systemctl daemon-reload && systemctl enable {NAME_UNIT}")
        await _write_if_changed(ctx, hosts.PATH, old, wanted.text)

    async def remove(self, ctx: NodeContext, others: Mapping[str, NodeContext]) -> str:
        """Take the node's line out of the others' files, and their block out of its own."""
        done = await run_on_all(others, lambda other: _without_node(other, ctx.name))
        try:
            done += [ctx.name] if await _without_cluster(ctx) else []
        except PituiError as error:
            ctx.say(f"its own {hosts.PATH} stays: {error.message}")
        return f"out of {hosts.PATH} on {', '.join(done)}" if done else ""


STEP = HostsStep()

_REMARKS = {
    HostsMode.KEPT: [],
    HostsMode.TEMPLATE: ["cloud-init makes it anew at every boot"],
    HostsMode.LOCALHOST: ["cloud-init puts its own name on loopback at every boot"],
}


async def _wanted_hosts(ctx: NodeContext, old: str) -> _Wanted:
    known = await addresses(ctx.context)
    before = {
        name: line for line in block_lines(old, _BLOCK) or [] for name in _names_of_line(line)
    }
    lines, missing = [], []
    for name, where in known.items():
        line = await _hosts_line(ctx, name, where, before.get(name, "")) or before.get(name)
        if line is None:
            missing.append(name)
        else:
            lines.append(line)
    machine = await ctx.machine()
    own = {name: where.address for name, where in known.items() if where.address}
    unwanted = list(known) if ctx.node.local else [*known, machine.hostname]
    text = with_block(hosts.without_loopback(old, unwanted), _BLOCK, lines)
    outside = with_block(text, _BLOCK, ())
    others = hosts.others_of(outside, own)
    if others:
        # The first line of a name wins.
        text = with_block(outside, _BLOCK, lines, first=True)
    remarks = tuple(f"{other}, ours stands before it" for other in others)
    return _Wanted(text, tuple(lines), tuple(missing), remarks)


async def _mode(ctx: NodeContext) -> HostsMode:
    """Return what cloud-init does to the file at boot; nothing is known of it without root."""
    if not await ctx.may_root():
        return HostsMode.KEPT
    return parse_hosts_mode((await ctx.root(HOSTS_COMMAND)).stdout)


async def _at_boot(ctx: NodeContext, mode: HostsMode, lines: Sequence[str]) -> list[Text]:
    """Return the files that see to it that the hosts file is the same after a boot."""
    if mode is HostsMode.LOCALHOST:
        old = await ctx.read_text(NAME_UNIT_PATH, root=True)
        return [Text(NAME_UNIT_PATH, old, NAME_UNIT_TEXT)]
    old = await ctx.read_text(HOSTS_TEMPLATE, root=True) if mode is HostsMode.TEMPLATE else None
    if old is None:
        return []
    return [Text(HOSTS_TEMPLATE, old, with_block(without_own_name(old), _BLOCK, lines))]


def _names_of_line(line: str) -> tuple[str, ...]:
    return hosts.parse_line(line).names


async def _hosts_line(ctx: NodeContext, name: str, where: KnownAddress, before: str) -> str | None:
    if where.address is None:
        return None
    names = [name]
    local, itself = ctx.context.nodes[name].local, name == ctx.name
    if local or itself:
        own = (await ctx.context.contexts[name].machine()).hostname
        # This machine keeps its name, which Spark may find it by. Another has one of its own still
        # where the step hostname was left out: sudo and Java wait for a name server without it.
        stays = local or not ctx.context.plan or own in _names_of_line(before)
        if own and stays and own not in ("localhost", *ctx.context.nodes):
            names.append(own)
    return f"{where.address}\t{' '.join(names)}"


async def _without_node(ctx: NodeContext, gone: str) -> bool:
    """Take a node out of another one's files; say whether it was there."""
    changed = False
    for path in (HOSTS_TEMPLATE, hosts.PATH):
        old = await ctx.read_text(path) or ""
        lines = block_lines(old, _BLOCK) or []
        new = with_block(old, _BLOCK, _without_name(lines, gone))
        changed |= await _write_if_changed(ctx, path, old, new)
    return changed


async def _without_cluster(ctx: NodeContext) -> bool:
    """Take the block out of a node's own files; say whether there was one."""
    if await ctx.read_text(NAME_UNIT_PATH) is not None:
        await ctx.as_root(
            f"systemctl disable --now {NAME_UNIT} && rm -f -- {NAME_UNIT_PATH} "
            "&& systemctl daemon-reload"
        )
    template = await ctx.read_text(HOSTS_TEMPLATE) or ""
    if block_lines(template, _BLOCK) is not None:
        await _write_if_changed(ctx, HOSTS_TEMPLATE, template, _alone(template, TEMPLATE_NAME))
    old = await ctx.read_text(hosts.PATH) or ""
    return await _write_if_changed(
        ctx, hosts.PATH, old, _alone(old, (await ctx.machine()).hostname)
    )


def _alone(text: str, name: str) -> str:
    """Return the text without the cluster; without its own name sudo waits for a name server."""
    return hosts.with_own_name(without_block(text, _BLOCK), name)


async def _write_if_changed(ctx: NodeContext, path: str, old: str, new: str) -> bool:
    if new != old:
        await ctx.write_file(path, new)
    return new != old


def _without_name(lines: list[str], name: str) -> list[str]:
    return [line for line in lines if name not in _names_of_line(line)]
