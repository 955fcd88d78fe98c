"""Wireless off, only where the link to us runs over Ethernet."""

from pitui.facts.network.wifi import WIRELESS_COMMAND, Wireless, parse_wireless
from pitui.facts.node_basics import Machine
from pitui.provision.engine.node_context import NodeContext
from pitui.provision.engine.step import CheckResult, Step, ok, skipped, would_change
from pitui.provision.support.diffs import diff

_UNIT = "pitui-wifi-off.service"
_FILE = f"/etc/systemd/system/{_UNIT}"
# Not every image has the program rfkill; what it does is a file of the kernel's for each radio.
_BLOCK = (
    "for r in /sys/class/rfkill/*; do "
    "if grep -qsx wlan $r/type; then echo 1 > $r/soft || exit 1; fi; done"
)
# NetworkManager sets the radio as it remembers it, and systemd-rfkill as it was: this comes after.
_TEXT = f"""\
# managed by pitui
[Unit]
Description=Wireless off: this node's link runs over Ethernet
After=systemd-rfkill.service NetworkManager.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-/usr/bin/nmcli radio wifi off
ExecStart=/bin/sh -c "{_BLOCK.replace("$", "$$")}"

[Install]
WantedBy=multi-user.target
"""


class WifiStep(Step):
    """Switches wireless off for good on nodes with a cable."""

    id = "wifi"
    title = "wireless"
    needs = ("access", "network")

    async def check(self, ctx: NodeContext) -> CheckResult:
        """Look which link we came in by, and what radios there are."""
        if ctx.context.config.provision.wifi != "off":
            return skipped("provision.wifi is keep")
        if ctx.node.local:
            return skipped("the machine that pitui runs on keeps its wireless")
        seen = parse_wireless((await ctx.run(WIRELESS_COMMAND)).stdout)
        if not seen.links:
            return ok("there is none")
        over = link_to_us(await ctx.machine())
        if over is None or over in seen.links:
            why = f"the link to this node runs over {over}" if over else "its link is not known"
            return skipped(f"{why}: wireless stays on")
        text = await ctx.read_text(_FILE)
        if seen.blocked and seen.stays_off and text == _TEXT:
            return ok(f"off; the link runs over {over}")
        return would_change(
            f"switches {', '.join(seen.links)} off; the link runs over {over}",
            diff=diff(_FILE, text, _TEXT),
            admin="rfkill block wlan",
            data=seen,
        )

    async def apply(self, ctx: NodeContext, finding: CheckResult) -> None:
        """Block the radio now and at every boot."""
        if not isinstance(finding.data, Wireless):
            raise TypeError("not this step's finding")
        await ctx.write_file(_FILE, _TEXT, mode=0o644, keep_old=False)
        await ctx.as_root(f"systemctl daemon-reload && systemctl enable --now {_UNIT}")
        # The unit may have run before, and somebody switched it on since.
        await ctx.as_root(_BLOCK)


STEP = WifiStep()


def link_to_us(machine: Machine) -> str | None:
    """Return the link that our connection came in by, None where it cannot be told."""
    for address in machine.addresses:
        if address.address == machine.server_address:
            return address.link
    return None
