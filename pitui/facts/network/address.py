"""A node's own names and addresses, and which of the master's workers is on which node."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pitui.config.model import Node
from pitui.domain.cluster import MasterView, Worker
from pitui.domain.ip_address import is_ip_address, is_loopback
from pitui.domain.workers import newest_by_host, preference, webui_port

ADDRESS_COMMAND = (
    'echo "name $(hostname 2>/dev/null || cat /etc/hostname)"; '
    "ip -o addr 2>/dev/null || ifconfig -a 2>/dev/null; true"
)
"""Its output is what `parse_names` reads."""

_ADDRESS = re.compile(r"\binet6?\s+(?:addr:\s*)?([0-9a-fA-F.:]+)")


@dataclass(frozen=True, slots=True)
class Names:
    """What a node calls itself; loopback addresses are left out."""

    hostname: str = ""
    addresses: frozenset[str] = frozenset()


def parse_names(output: str) -> Names:
    """Return a node's own names."""
    hostname = ""
    for line in output.splitlines():
        if line.startswith("name "):
            hostname = line.removeprefix("name ").strip()
            break
    addresses = frozenset(_ADDRESS.findall(output))
    return Names(hostname, frozenset(a for a in addresses if not is_loopback(a)))


@dataclass(frozen=True, slots=True)
class Matched:
    """The master's workers by node; `strangers` are on no configured node."""

    by_node: dict[str, Worker | None]
    strangers: tuple[Worker, ...]
    all_of: dict[str, tuple[Worker, ...]] = field(default_factory=dict)
    """Every worker of a node, where it runs several (SPARK_WORKER_INSTANCES); the best last."""


def match_workers(view: MasterView, nodes: Iterable[Node], names: Mapping[str, Names]) -> Matched:
    """Say which worker is on which node; a node with several rows gets the best of them.

    A node is known by its configured host, and by those of its own names and addresses that no
    other node has. The web UI port decides between several nodes with one address. `names` may
    lack nodes that have not answered yet.
    """
    known = list(nodes)
    hosts, own = _by_host(known), _own_names(known, names)
    by_node: dict[str, Worker | None] = {node.name: None for node in known}
    strangers = []
    all_of: dict[str, tuple[Worker, ...]] = {}
    # Best last, so that it is the one that stays.
    for worker in sorted(newest_by_host(view.workers), key=preference):
        node = _node_of(worker, hosts, own)
        if node is None and len(known) == 1 and is_loopback(worker.host):
            node = known[0]  # a cluster that somebody tries on one machine
        if node is None:
            strangers.append(worker)
        else:
            by_node[node.name] = worker
            all_of[node.name] = (*all_of.get(node.name, ()), worker)
    return Matched(by_node, tuple(strangers), all_of)


def _by_host(nodes: list[Node]) -> dict[str, list[Node]]:
    """Return the nodes of each configured host."""
    found: dict[str, list[Node]] = {}
    for node in nodes:
        found.setdefault(node.host.lower(), []).append(node)
    return found


def _own_names(nodes: list[Node], names: Mapping[str, Names]) -> dict[str, Node]:
    """Return the names that are one node's alone, each with its node."""
    all_names = {node.name: _all_names(names.get(node.name, Names())) for node in nodes}
    times = Counter(name for own in all_names.values() for name in own)
    return {name: node for node in nodes for name in all_names[node.name] if times[name] == 1}


def _all_names(names: Names) -> set[str]:
    hostname = names.hostname.lower()
    return {*names.addresses, hostname, hostname.partition(".")[0]} - {"", "localhost"}


def _node_of(
    worker: Worker, hosts: Mapping[str, list[Node]], own: Mapping[str, Node]
) -> Node | None:
    host = worker.host.lower()
    candidates = hosts.get(host, [])
    if not candidates:
        short = "" if is_ip_address(host) else host.partition(".")[0]
        found = {node.name: node for name in (host, short) if (node := own.get(name)) is not None}
        candidates = [*found.values()]
    if len(candidates) > 1:
        port = webui_port(worker)
        candidates = [node for node in candidates if node.worker_webui_port == port]
    return candidates[0] if len(candidates) == 1 else None
