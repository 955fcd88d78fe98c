"""Loopback addresses and free ports for the demonstration's nodes."""

import socket

from pitui.demo.plan import DemoNode
from pitui.domain.errors import PituiError

_TRIES = 400
_SSH, _SPARK, _MASTER_UI, _WORKER_UI = 2222, 7077, 8080, 8081

Taken = set[tuple[str, int]]


def own_addresses() -> bool:
    """Return whether every address of 127.0.0.0/8 is this machine: so on Linux, not on macOS."""
    return _can_bind("127.0.0.11", 0)


def choose_nodes(count: int, taken: Taken) -> tuple[DemoNode, list[DemoNode]]:
    """Return the master's node and the workers', on ports that are free now and not in `taken`.

    Raises:
        PituiError: no free port was found.
    """
    own = own_addresses()
    chosen = set(taken)
    master_address = "127.0.0.10" if own else "127.0.0.1"
    master = DemoNode(
        name="nuc",
        address=master_address,
        spark_port=_free_port(master_address, _SPARK, chosen),
        webui_port=_free_port(master_address, _MASTER_UI, chosen),
    )
    workers = []
    for number in range(1, count + 1):
        address = f"127.0.0.{10 + number}" if own else "127.0.0.1"
        workers.append(
            DemoNode(
                name=f"pi{number}",
                address=address,
                ssh_port=_free_port(address, _SSH, chosen),
                webui_port=_free_port(address, _WORKER_UI, chosen),
            )
        )
    return master, workers


def _free_port(address: str, wanted: int, taken: Taken) -> int:
    for port in range(wanted, wanted + _TRIES):
        if (address, port) not in taken and _can_bind(address, port):
            taken.add((address, port))
            return port
    raise PituiError(f"no free port near {wanted} on {address}", "End what uses them.")


def _can_bind(address: str, port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the JVM does it: a port that was left a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
        return True
