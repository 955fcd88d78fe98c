"""Which network interfaces carry a node's traffic, out of what sysfs says of each.

A packet passes several: a bridge, a VLAN, a bond or a tunnel counts the bytes of the interface
below it once more. Only those count that have a device of their own. In a container none has:
there it is what leads out of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LOOPBACK = "lo"
_ETHERNET = 1
"""ARPHRD_ETHER; tunnels without Ethernet frames (WireGuard, tun, IPIP, SIT, GRE) have others."""
_NOARP = 0x80
"""IFF_NOARP: set for dummy and ifb."""
_NEVER = frozenset(("bridge", "bonding", "tun_flags", "lower", "master"))
_STACKED = re.compile(r"bridge|bond|team|vlan|vxlan|geneve|wireguard|hsr|gretap|ip6gretap|l2tp")
"""Kinds (DEVTYPE) that lie on another interface."""
_BY_NAME = re.compile(
    r"lo$|veth|docker|br|virbr|vmbr|lxcbr|lxdbr|bond|team|dummy|ifb|tun|tap|wg|tailscale|zt|cni"
    r"|flannel|cali|vxlan|vlan|macvlan|macvtap|ip6?tnl|sit|gre|podman|nodelocaldns|kube"
    r"|[^.]+\.\d+$"
)


@dataclass(frozen=True, slots=True)
class NetworkLink:
    """What sysfs says of an interface."""

    parts: frozenset[str] = frozenset()
    """Which of `device`, `master`, `bridge`, `bonding`, `tun_flags` and any `lower_*` it has."""
    numbers: Mapping[str, int] | None = None
    """Its `type`, `flags`, `ifindex` and `iflink`."""
    kind: str = ""
    """DEVTYPE of its `uevent`; empty for most."""

    def number(self, name: str) -> int:
        """Return one of its numbers; 0 where it could not be read."""
        return (self.numbers or {}).get(name, 0)


def parse_links(lines: Iterable[str]) -> dict[str, NetworkLink]:
    """Return the interfaces of the health script's `link NAME ...` lines."""
    found = {}
    for line in lines:
        name, *words = line.split()
        pairs = [word.partition("=") for word in words]
        numbers = {
            key: number for key, _, text in pairs if (number := _number_or_none(text)) is not None
        }
        parts = frozenset(key for key, sign, _ in pairs if not sign)
        kind = next((text for key, _, text in pairs if key == "kind"), "")
        found[name] = NetworkLink(parts, numbers, kind)
    return found


def carrying(names: Iterable[str], links: Mapping[str, NetworkLink]) -> frozenset[str]:
    """Return those of some interfaces whose traffic is the node's, each byte in one of them."""
    there = set(names)
    own = {name: links[name] for name in there if name in links}
    physical = [n for n, k in own.items() if "device" in k.parts and "lower" not in k.parts]
    if physical:
        return frozenset(physical)
    if own.keys() - {_LOOPBACK} or not there - {_LOOPBACK}:
        return frozenset(name for name, link in own.items() if _leads_out(link, own))
    # Without sysfs, or with that of another namespace, there are only names to go by.
    return frozenset(name for name in there if not _BY_NAME.match(name))


def _leads_out(link: NetworkLink, links: Mapping[str, NetworkLink]) -> bool:
    """Say whether an interface of a container has its other end outside of it."""
    if link.parts & _NEVER or _STACKED.match(link.kind) or link.number("flags") & _NOARP:
        return False
    others = {other.number("ifindex") for other in links.values() if other is not link}
    return link.number("type") == _ETHERNET and link.number("iflink") not in others


def _number_or_none(text: str) -> int | None:
    try:
        return int(text, 0)
    except ValueError:
        return None
