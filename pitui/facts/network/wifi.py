"""A node's wireless links and what its way to us runs over."""

from dataclasses import dataclass

WIRELESS_COMMAND = (
    "for d in /sys/class/net/*; do n=${d##*/}; "
    '[ -d "$d/wireless" ] || [ -d "$d/phy80211" ] || continue; '
    'echo "wireless $n $(cat "$d/operstate" 2>/dev/null)"; done; '
    'for r in /sys/class/rfkill/*; do [ -e "$r/type" ] && '
    'echo "rfkill $(cat "$r/type") $(cat "$r/soft")"; done; '
    '[ -e "/etc/systemd/system/multi-user.target.wants/pitui-wifi-off.service" ] && echo unit; true'
)
"""Its output is what `parse_wireless` reads."""


@dataclass(frozen=True, slots=True)
class Wireless:
    """A node's wireless links, and whether they are switched off."""

    links: tuple[str, ...] = ()
    blocked: bool = False
    """Whether every wireless radio is switched off."""
    stays_off: bool = False
    """Whether our unit keeps it so after a boot."""


def parse_wireless(output: str) -> Wireless:
    """Return what `WIRELESS_COMMAND` found."""
    links, radios, unit = [], [], False
    for line in output.splitlines():
        words = line.split()
        if words[:1] == ["wireless"]:
            links.append(words[1])
        elif words[:2] == ["rfkill", "wlan"]:
            radios.append(words[2:] == ["1"])
        elif words == ["unit"]:
            unit = True
    return Wireless(tuple(links), bool(radios) and all(radios), unit)
