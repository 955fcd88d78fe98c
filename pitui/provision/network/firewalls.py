"""Firewalls: which one is active on a node, and how the other nodes get through; pure.

Drivers and executors listen on ports that the system chooses, so TCP from the other nodes is let
in on all ports. The rules of ufw and firewalld persist by themselves. For plain nftables and
iptables a unit of ours adds them at each boot, after whatever sets up the firewall. What we opened
can be told from what a person did: by its comment, and in firewalld, which has none for addresses,
by a list beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.remote.quoting import quote, quote_all

SCRIPT = "/usr/local/lib/pitui/firewall"
UNIT = "pitui-firewall.service"

_FIREWALLD_LIST = "/var/lib/pitui/firewalld"
"""The addresses that we let in through firewalld, one a line."""

LOOK = r"""
if command -v ufw >/dev/null 2>&1 && ufw status 2>/dev/null | grep -q '^Status: active'; then
  echo kind ufw
  ufw show added 2>/dev/null | sed -n -E \
    -e "s/^ufw allow from ([0-9.]+)( to any)?( proto tcp)?( comment '.*')?$/open \1 \4/p" |
    sed "s/^open \([0-9.]*\)  *comment 'pitui'$/open \1\nours \1/"
elif command -v firewall-cmd >/dev/null 2>&1 && firewall-cmd --state >/dev/null 2>&1; then
  echo kind firewalld
  for a in $(firewall-cmd --permanent --zone=trusted --list-sources); do
    firewall-cmd --zone=trusted --query-source="$a" >/dev/null 2>&1 && echo "open $a"
  done
  sed 's/^/ours /' /var/lib/pitui/firewalld 2>/dev/null
elif command -v iptables >/dev/null 2>&1 && iptables -S INPUT 2>/dev/null |
    grep -Eq -e '^-P INPUT DROP|-j (DROP|REJECT)'; then
  echo kind iptables
  iptables -S INPUT | sed -n -E \
    's/^-A INPUT -s ([0-9.]+)\/32 -p tcp .*pitui.* -j ACCEPT$/open \1\nours \1/p'
elif command -v nft >/dev/null 2>&1; then
  chain=$(nft list ruleset 2>/dev/null | awk '
    $1 == "table" { family = $2; table = $3 }
    $1 == "chain" { chain = $2; input = 0 }
    / hook input / { input = 1; if (/policy drop/) { print family, table, chain; exit } }
    input && / (drop|reject)/ { print family, table, chain; exit }')
  if [ -n "$chain" ]; then
    echo kind nftables; echo "chain $chain"
    nft list chain $chain | sed -n -E \
      's/.*ip saddr ([0-9.]+) .*accept comment "pitui".*/open \1\nours \1/p'
  fi
fi
true
"""
"""Run as root; its output is what `parse_firewall` reads."""


@dataclass(frozen=True, slots=True)
class Firewall:
    """The active firewall; `kind` is empty where there is none that drops anything."""

    kind: str = ""
    chain: str = ""
    """For nftables: family, table and chain that drop what comes in."""
    open_for: frozenset[str] = frozenset()
    ours: frozenset[str] = frozenset()
    """Those of them that we let in."""

    @property
    def by_itself(self) -> bool:
        """Whether its rules persist without a unit of ours."""
        return self.kind in ("ufw", "firewalld")


def parse_firewall(output: str) -> Firewall:
    """Return what `LOOK` found."""
    kind = chain = ""
    found, ours = set(), set()
    for line in output.splitlines():
        key, _, value = line.strip().partition(" ")
        if key == "kind":
            kind = value
        elif key == "chain":
            chain = value
        elif key == "open":
            found.add(value.split()[0].removesuffix("/32"))
        elif key == "ours":
            ours.add(value)
    return Firewall(kind, chain, frozenset(found), frozenset(ours & found))


def open_command(firewall: Firewall, addresses: Sequence[str]) -> str:
    """Return the command that lets addresses in through ufw or firewalld."""
    if firewall.kind == "ufw":
        return _each(addresses, f"ufw allow {_UFW_RULE}")
    return _each(
        addresses,
        f"mkdir -p {_FIREWALLD_LIST.rpartition('/')[0]}",
        f'echo "$a" >> {_FIREWALLD_LIST}',
        'firewall-cmd -q --permanent --zone=trusted --add-source="$a"',
        'firewall-cmd -q --zone=trusted --add-source="$a"',
    )


def close_command(firewall: Firewall, addresses: Sequence[str]) -> str:
    """Return the command that takes out what let addresses in; it must be ours."""
    if firewall.kind == "ufw":
        return _each(addresses, f"ufw --force delete allow {_UFW_RULE}")
    if firewall.kind == "firewalld":
        return _each(
            addresses,
            'firewall-cmd -q --permanent --zone=trusted --remove-source="$a"',
            'firewall-cmd -q --zone=trusted --remove-source="$a"',
            f'sed -i "/^$a$/d" {_FIREWALLD_LIST}',
        )
    if firewall.kind == "iptables":
        return _each(addresses, f"while iptables -D {_IPTABLES_RULE} 2>/dev/null; do :; done")
    where = quote(*firewall.chain.split()[:3])
    rules = r"""sed -n "s/.*ip saddr $a .* comment \"pitui\" # handle //p" """
    return _each(
        addresses,
        f"for rule in $(nft -a list chain {where} | {rules}); do "
        f"nft delete rule {where} handle $rule || exit 1; done",
    )


_UFW_RULE = 'proto tcp from "$a" to any comment pitui'
_IPTABLES_RULE = 'INPUT -s "$a" -p tcp -m comment --comment pitui -j ACCEPT'


def _each(addresses: Sequence[str], *commands: str) -> str:
    return f"for a in {quote_all(addresses)}; do {' && '.join(commands)} || exit 1; done"


def script_text(firewall: Firewall, addresses: Sequence[str]) -> str:
    """Return the script that adds the rules where they are missing (nftables, iptables)."""
    head = (
        "#!/bin/sh\n# Managed by pitui: lets the cluster's other nodes in.\nset -e\n"
        f"for a in {quote_all(addresses)}; do\n"
    )
    if firewall.kind == "iptables":
        rule = _IPTABLES_RULE
        return f"{head}  iptables -C {rule} 2>/dev/null || iptables -I {rule}\ndone\n"
    where = quote(*firewall.chain.split()[:3])
    return (
        f'{head}  nft list chain {where} | grep -qF "ip saddr $a " ||\n'
        f'    nft insert rule {where} ip saddr "$a" meta l4proto tcp accept comment \'"pitui"\'\n'
        "done\n"
    )


UNIT_TEXT = f"""\
# Managed by pitui.
[Unit]
Description=Let the Spark cluster's other nodes through the firewall
After=nftables.service iptables.service netfilter-persistent.service network-pre.target
Before=spark-master.service spark-worker.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={SCRIPT}

[Install]
WantedBy=multi-user.target
"""
