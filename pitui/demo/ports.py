"""Loopback addresses and free ports for the demonstration's nodes."""

import socket

from pitui.demo.cluster_plan import DemoNode
from pitui.domain.errors import PituiError

Taken = set[tuple[str, int]]
Nodes = tuple[DemoNode, list[DemoNode]]

_TRIES = 400
_SUBNETS = 16
_SSH, _SPARK, _MASTER_UI, _WORKER_UI = 2222, 7077, 8080, 8081


def choose_nodes(count: int, taken: Taken) -> Nodes:
    """Return the master's node and the workers', on ports that are free now and not in `taken`.

    Every address of 127.0.0.0/8 is this machine on Linux: there the nodes have addresses of their
    own, 127.0.S.10 and up, with the S on which most ports are the usual ones. A second
    demonstration so gets other addresses than the first. On macOS all nodes share 127.0.0.1.

    Raises:
        PituiError: no free port was found.
    """
    if not _can_bind("127.0.0.11", 0):
        return _on_addresses(["127.0.0.1"] * (count + 1), set(taken))
    found = []
    for subnet in range(_SUBNETS):
        nodes = _on_addresses([f"127.0.{subnet}.{10 + n}" for n in range(count + 1)], set(taken))
        odd = _unusual_ports(nodes)
        if not odd:
            return nodes
        found.append((odd, subnet, nodes))
    return min(found, key=lambda one: one[:2])[2]


def _on_addresses(addresses: list[str], taken: Taken) -> Nodes:
    master = DemoNode(
        name="nuc",
        address=addresses[0],
        spark_port=_free_port(addresses[0], _SPARK, taken),
        webui_port=_free_port(addresses[0], _MASTER_UI, taken),
    )
    workers = [
        DemoNode(
            name=f"pi{number}",
            address=address,
            ssh_port=_free_port(address, _SSH, taken),
            webui_port=_free_port(address, _WORKER_UI, taken),
        )
        for number, address in enumerate(addresses[1:], 1)
    ]
    return master, workers


def _unusual_ports(nodes: Nodes) -> int:
    master, workers = nodes
    usual = {_SSH, _SPARK, _MASTER_UI, _WORKER_UI}
    return sum(port not in usual for node in (master, *workers) for _, port in node.ports)


def _free_port(address: str, wanted: int, taken: Taken) -> int:
    for port in range(wanted, wanted + _TRIES):
        if (address, port) not in taken and _can_bind(address, port):
            taken.add((address, port))
            return port
    raise PituiError(f"no free port near {wanted} on {address}", "Stop the programs that use them.")


def _can_bind(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the JVM does it: a port that was left a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True
