"""The node's name in the config as its host name, without a reboot."""

import re

from pitui.facts.network import hosts
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, skipped, would_change
from pitui.provision.support.diffs import diff, joined
from pitui.remote.quoting import quote

_FILE = "/etc/hostname"
_CLOUD = "/etc/cloud/cloud.cfg.d"
_CLOUD_FILE = f"{_CLOUD}/99-pitui.cfg"
_CLOUD_TEXT = """\
# managed by pitui: cloud-init would set the name and /etc/hosts back at every boot
preserve_hostname: true
manage_etc_hosts: false
"""
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


class HostnameStep(Step):
    """Sets the host name to the node's name."""

    id = "hostname"
    title = "host name"
    needs = ("access",)

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Compare the running name, /etc/hostname and what cloud-init would do."""
        name = ctx.name
        if ctx.node.local:
            return skipped("the machine that pitui runs on keeps its name")
        if not _HOST_NAME.fullmatch(name):
            return skipped(
                f"{name} is not a valid host name: only letters, digits and dashes are allowed"
            )
        machine = await ctx.machine()
        stored = await ctx.read_text(_FILE)
        cloud = (await ctx.run(f"[ -d {_CLOUD} ]")).ok
        own = await ctx.read_text(_CLOUD_FILE) if cloud else _CLOUD_TEXT
        if machine.hostname == name and (stored or "").strip() == name and own == _CLOUD_TEXT:
            return ok(name)
        shown = joined(
            diff(_FILE, stored, f"{name}\n") if (stored or "").strip() != name else "",
            diff(_CLOUD_FILE, own, _CLOUD_TEXT),
        )
        detail = (
            f"from {machine.hostname} to {name}" if machine.hostname != name else f"keeps {name}"
        )
        return would_change(
            detail, diff=shown, admin=f"hostnamectl set-hostname {name}", data=cloud
        )

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Make the new name resolve first: sudo waits for name servers where it does not."""
        name = ctx.name
        old = await ctx.read_text(hosts.PATH) or ""
        new = hosts.with_own_name(old, name)
        if new != old:
            await ctx.write_file(hosts.PATH, new)
        await ctx.write_file(_FILE, f"{name}\n")
        if finding.data:
            await ctx.write_file(_CLOUD_FILE, _CLOUD_TEXT, keep_old=False)
        await ctx.as_root(
            f"hostnamectl set-hostname {quote(name)} 2>/dev/null || hostname {quote(name)}"
        )
        before = (await ctx.machine()).hostname
        ctx.forget()
        if before != name:
            # Its former name has no meaning any more; the line is Debian's for the machine's own.
            await ctx.write_file(hosts.PATH, hosts.without_loopback(new, [before]))


STEP = HostnameStep()
