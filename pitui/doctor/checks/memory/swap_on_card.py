"""memory.swap-on-card: a node swaps to its SD card."""

import re
from collections.abc import Iterator
from shlex import quote

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, info, warning
from pitui.facts.node_facts.node_facts import NodeFacts

_CARD = re.compile(r"/dev/mmcblk\d")
_MUCH_KIB = 64 << 10
_DEBIAN_13 = 13
"""Raspberry Pi OS has another service for its swap from then on."""


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        for swap in facts.swaps:
            if not _CARD.match(facts.device_of(swap.path)):
                continue
            used = swap.used_kib >= _MUCH_KIB
            finding = warning if used else info
            yield finding(
                f"it has swapped {swap.used_kib >> 10} of {swap.size_kib >> 10} MiB to its card "
                f"({swap.path})"
                if used
                else f"it may swap {swap.size_kib >> 10} MiB to its card ({swap.path})",
                _swap_fix(swap.path, name, _debian_release(facts)),
                node=name,
                about=swap.path,
                several="they have swapped to their cards"
                if used
                else "they may swap to their cards",
            )


def _debian_release(facts: NodeFacts) -> int:
    """Return the number of its Debian; 0 where it is none."""
    number = facts.machine.os.get("VERSION_ID", "")
    return int(number) if number.isdecimal() else 0


def _swap_fix(path: str, name: str, release: int) -> str:
    off, first = f"swapoff {quote(path)}", "take it out of /etc/fstab"
    if path == "/var/swap" and release < _DEBIAN_13:
        off, first = "systemctl disable --now dphys-swapfile", ""
    elif path == "/var/swap":
        first = "set Mechanism=zram in /etc/rpi/swap.conf"
    lower = f"lower nodes.{name}.worker.memory, or use zram of half the RAM"
    return f"{'; '.join(filter(None, [lower, first]))}; then: pitui exec {{nodes}} -- sudo {off}"


CHECK = Check(
    id="memory.swap-on-card",
    title="A node swaps to its SD card",
    why="A card writes a few MiB a second: the board seems frozen, and the card wears out",
    reads=Reads.NODES,
    rule=_rule,
    explains=("spark.unregistered",),
)
