"""What manages a node's Ethernet, and what has to be written for a fixed address."""

import re
from dataclasses import dataclass, field

from pitui.remote.quoting import quote

NETWORK_COMMAND = r"""
active() { systemctl is-active -q "$1" 2>/dev/null; }
if active NetworkManager && command -v nmcli >/dev/null; then
  nmcli -t -f DEVICE,STATE device 2>/dev/null | sed 's/^/nm /'
fi
if command -v netplan >/dev/null && ls /etc/netplan/*.yaml >/dev/null 2>&1; then echo netplan; fi
active dhcpcd && echo dhcpcd
if active systemd-networkd && command -v networkctl >/dev/null; then
  networkctl --no-legend --no-pager list 2>/dev/null | sed 's/^/networkd /'
fi
if command -v ifup >/dev/null; then
  for f in /etc/network/interfaces /etc/network/interfaces.d/*; do
    [ -f "$f" ] && sed "s|^|interfaces $f |" "$f"
  done
fi
for d in /sys/class/net/*; do [ -d "$d/wireless" ] && echo "wireless ${d##*/}"; done
sed 's/^/resolv /' /etc/resolv.conf /run/systemd/resolve/resolv.conf 2>/dev/null
true
"""
"""Its output is what `parse_network` reads."""

INTERFACES = "/etc/network/interfaces"
DHCPCD = "/etc/dhcpcd.conf"


@dataclass(frozen=True, slots=True)
class NetworkManagers:
    """Who manages what on a node."""

    network_manager: frozenset[str] = frozenset()
    """Links that NetworkManager manages."""
    netplan: bool = False
    dhcpcd: bool = False
    networkd: frozenset[str] = frozenset()
    """Links that systemd-networkd manages."""
    interfaces: dict[str, str] = field(default_factory=dict)
    """/etc/network/interfaces and the files of interfaces.d, where ifupdown is installed."""
    wireless: frozenset[str] = frozenset()
    dns: tuple[str, ...] = ()

    def manager(self, link: str) -> str | None:
        """Return who manages a link, None where nobody that we know does."""
        if link in self.network_manager:
            return "NetworkManager"
        if self.netplan:
            return "netplan"
        if link in self.networkd:
            return "systemd-networkd"
        if self.stanza_of(link) is not None:
            return "ifupdown"
        return "dhcpcd" if self.dhcpcd else None

    def stanza_of(self, link: str) -> str | None:
        """Return the file that has a link's stanza for ifupdown, None where none has."""
        stanza = re.compile(rf"^\s*iface\s+{re.escape(link)}\s+inet\s", re.MULTILINE)
        return next((path for path, text in self.interfaces.items() if stanza.search(text)), None)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed address for a link."""

    link: str
    address: str
    """With its prefix, such as `192.168.1.11/24`."""
    gateway: str | None
    dns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NetworkChange:
    """Files of a node as they have to be, and the commands that make them count."""

    files: dict[str, str] = field(default_factory=dict)
    mode: int = 0o644
    apply: str = ""
    back: str = ""
    """What makes the old files count again."""


def parse_network(output: str) -> NetworkManagers:
    """Return what `NETWORK_COMMAND` found."""
    lines = output.splitlines()
    nm = [line[3:].rsplit(":", 1) for line in lines if line.startswith("nm ")]
    networkd = [line.split() for line in lines if line.startswith("networkd ")]
    unmanaged = ("unmanaged", "unavailable")
    resolv = [line.split()[2:] for line in lines if line.startswith("resolv nameserver ")]
    return NetworkManagers(
        network_manager=frozenset(w[0] for w in nm if len(w) == 2 and w[1] not in unmanaged),
        netplan="netplan" in lines,
        dhcpcd="dhcpcd" in lines,
        networkd=frozenset(w[2] for w in networkd if len(w) > 5 and w[5] != "unmanaged"),
        interfaces=_interfaces(lines),
        wireless=frozenset(line[9:] for line in lines if line.startswith("wireless ")),
        # A resolver of the node's own says nothing about where it asks, and what routers announce
        # over IPv6 comes and goes.
        dns=tuple(dict.fromkeys(w[0] for w in resolv if w and _asked_by_v4(w[0]))),
    )


def _interfaces(lines: list[str]) -> dict[str, str]:
    """Return ifupdown's files by path."""
    found: dict[str, str] = {}
    for line in lines:
        if line.startswith("interfaces "):
            path, _, text = line.removeprefix("interfaces ").partition(" ")
            found[path] = f"{found.get(path, '')}{text}\n"
    return found


def _asked_by_v4(server: str) -> bool:
    return ":" not in server and not server.startswith("127.")


def netplan_command(link: str) -> str:
    """Return the command, for root, whose output `parse_netplan` reads; from netplan 0.104 on."""
    return f"netplan get {quote(f'ethernets.{link}.addresses')} 2>/dev/null; true"


def parse_netplan(output: str) -> tuple[str, ...]:
    """Return the fixed addresses that all of netplan's files together give a link."""
    return tuple(re.findall(r"^\s*-\s+[\"']?([0-9a-fA-F.:]+/\d+)", output, re.MULTILINE))


def network_manager(fixed: Fixed) -> NetworkChange:
    """Return a profile that goes before whatever profile the link has."""
    name = f"pitui-{fixed.link}"
    gateway = f",{fixed.gateway}" if fixed.gateway else ""
    dns = f"dns={';'.join([*_v4(fixed.dns), ''])}\n" if _v4(fixed.dns) else ""
    text = (
        f"# managed by pitui\n[connection]\nid={name}\ntype=ethernet\n"
        f"interface-name={fixed.link}\nautoconnect-priority=100\n\n[ipv4]\nmethod=manual\n"
        f"address1={fixed.address}{gateway}\n{dns}\n[ipv6]\nmethod=auto\n"
    )
    path = f"/etc/NetworkManager/system-connections/{name}.nmconnection"
    return NetworkChange(
        {path: text},
        0o600,
        f"nmcli connection reload && nmcli connection up {quote(name)}",
        f"nmcli connection reload; nmcli device connect {quote(fixed.link)}",
    )


def netplan(fixed: Fixed) -> NetworkChange:
    """Return a file that is read after the others, and so overrides them."""
    lines = [
        "# managed by pitui",
        "network:",
        "  version: 2",
        "  ethernets:",
        f"    {fixed.link}:",
        "      dhcp4: false",
        f"      addresses: [{fixed.address}]",
    ]
    if fixed.gateway:
        lines += ["      routes:", f"        - {{to: default, via: {fixed.gateway}}}"]
    if fixed.dns:
        lines += [f"      nameservers: {{addresses: [{', '.join(fixed.dns)}]}}"]
    text = "\n".join(lines) + "\n"
    return NetworkChange(
        {"/etc/netplan/90-pitui.yaml": text}, 0o600, "netplan apply", "netplan apply"
    )


def networkd(fixed: Fixed) -> NetworkChange:
    """Return a file that is read before the others: the first that matches a link counts."""
    lines = ["# managed by pitui", "[Match]", f"Name={fixed.link}", "", "[Network]"]
    lines += [f"Address={fixed.address}"]
    lines += [f"Gateway={fixed.gateway}"] if fixed.gateway else []
    lines += [f"DNS={server}" for server in fixed.dns]
    command = f"networkctl reload && networkctl reconfigure {quote(fixed.link)}"
    path = f"/etc/systemd/network/05-pitui-{fixed.link}.network"
    return NetworkChange({path: "\n".join(lines) + "\n"}, 0o644, command, command)


def dhcpcd_lines(fixed: Fixed) -> list[str]:
    """Return the lines for a block in dhcpcd.conf."""
    lines = [f"interface {fixed.link}", f"static ip_address={fixed.address}"]
    lines += [f"static routers={fixed.gateway}"] if fixed.gateway else []
    lines += [f"static domain_name_servers={' '.join(fixed.dns)}"] if fixed.dns else []
    return lines


def ifupdown(path: str, text: str, fixed: Fixed) -> NetworkChange:
    """Return a file of ifupdown's with the link's IPv4 stanza replaced, all else as it is."""
    stanza = [f"iface {fixed.link} inet static", f"    address {fixed.address}"]
    stanza += [f"    gateway {fixed.gateway}"] if fixed.gateway else []
    stanza += [f"    dns-nameservers {' '.join(fixed.dns)}"] if fixed.dns else []
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        words = line.split()
        if words[:3] == ["iface", fixed.link, "inet"]:
            lines += stanza
            inside = True
        elif inside and words and (line[:1].isspace() or words[0].startswith("#")):
            # An option of the stanza that was replaced; a remark of a person's stays.
            lines += [line] if words[0].startswith("#") else []
        else:
            inside = False
            lines.append(line)
    link = quote(fixed.link)
    command = f"ifdown --force {link}; ip addr flush dev {link}; ifup {link}"
    return NetworkChange({path: "\n".join(lines) + "\n"}, 0o644, command, command)


def _v4(servers: tuple[str, ...]) -> list[str]:
    return [server for server in servers if ":" not in server]
