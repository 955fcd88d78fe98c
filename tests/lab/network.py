"""A bridge, and for each machine a network namespace with a cable to it.

The bridge is 10.77.X.1/24: this machine plays the NUC. Nothing leads out.
"""

import json
import os
import socket
from pathlib import Path

from tests.lab.shell import LabError, run, succeeds

_NET = Path("/sys/class/net")
_NETNS = Path("/run/netns")
INDEXES = range(1, 250)
BURST = "32kbit"


def bridge(index: int) -> str:
    """Return the name of a lab's bridge."""
    return f"plab{index}"


def address(index: int, number: int) -> str:
    """Return the address of a lab's machine; 0 is this machine."""
    return f"10.77.{index}.{10 + number if number else 1}"


def namespace(index: int, number: int) -> str:
    """Return the name of a machine's network namespace."""
    return f"{bridge(index)}-{number}"


def cable(index: int, number: int) -> str:
    """Return the name of our end of a machine's cable."""
    return f"{bridge(index)}-{number}"


def free_index(taken: set[int]) -> int:
    """Return a subnet that no lab and no link here uses.

    Raises:
        LabError: there is none.
    """
    used = {
        entry["local"]
        for link in json.loads(run("ip", "-json", "-4", "address") or "[]")
        for entry in link["addr_info"]
    }
    for index in INDEXES:
        near = any(text.startswith(f"10.77.{index}.") for text in used)
        if index not in taken and not near and not (_NET / bridge(index)).exists():
            return index
    raise LabError("all of 10.77.1.0/24 to 10.77.249.0/24 are in use")


def add_bridge(index: int) -> None:
    """Make a lab's bridge."""
    name = bridge(index)
    run("ip", "link", "add", name, "type", "bridge")
    run("ip", "address", "add", f"{address(index, 0)}/24", "dev", name)
    run("ip", "link", "set", name, "up")


def add_machine(index: int, number: int) -> None:
    """Make a machine's namespace and its cable, without an address yet."""
    name, space = cable(index, number), namespace(index, number)
    run("ip", "netns", "add", space)
    run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", space)
    run("ip", "link", "set", name, "master", bridge(index), "up")


def configure(index: int, number: int) -> None:
    """Give a machine that is off its address, and nothing else, as after a power cut."""
    space = namespace(index, number)
    _renew(index, number)
    run("ip", "-netns", space, "link", "set", "lo", "up")
    run("ip", "-netns", space, "link", "set", "eth0", "up")
    run("ip", "-netns", space, "address", "add", f"{address(index, number)}/24", "dev", "eth0")
    run("ip", "-netns", space, "route", "replace", "default", "via", address(index, 0))


def _renew(index: int, number: int) -> None:
    """Replace a machine's namespace: addresses and firewall rules live in there."""
    space, passing = namespace(index, number), f"{cable(index, number)}p"
    run("ip", "-netns", space, "link", "set", "eth0", "down")
    run("ip", "-netns", space, "link", "set", "eth0", "name", passing)
    run("ip", "-netns", space, "link", "set", passing, "netns", str(os.getpid()))
    run("ip", "netns", "del", space)
    run("ip", "netns", "add", space)
    run("ip", "link", "set", passing, "netns", space)
    run("ip", "-netns", space, "link", "set", passing, "name", "eth0")


def set_cable(index: int, number: int, *, plugged: bool) -> None:
    """Pull a machine's cable, or plug it in."""
    run("ip", "link", "set", cable(index, number), "up" if plugged else "down")


def plugged(index: int, number: int) -> bool:
    """Return whether a machine's cable is plugged in."""
    flags = (_NET / cable(index, number) / "flags").read_text()
    return bool(int(flags, 16) & 1)


def set_rate(index: int, number: int, rate: str | None, burst: str = BURST) -> None:
    """Limit what a machine receives, such as `94mbit` for a Pi 3; None lifts it.

    0 is this machine, and limits what it sends: what machines send each other does not count. What
    is more than `burst` at once the kernel takes apart packet by packet, which costs CPU.
    """
    name = cable(index, number) if number else bridge(index)
    if rate is None:
        succeeds("tc", "qdisc", "del", "dev", name, "root")
        return
    bucket = ("tbf", "rate", rate, "burst", burst, "latency", "400ms")
    run("tc", "qdisc", "replace", "dev", name, "root", *bucket)


def sent_from_here(index: int) -> int:
    """Return the bytes that this machine has sent to its machines."""
    return int((_NET / bridge(index) / "statistics" / "tx_bytes").read_text())


def answers(address: str) -> bool:
    """Return whether an SSH server answers at an address."""
    try:
        with socket.create_connection((address, 22), timeout=1) as link:
            link.settimeout(2)
            return link.recv(4) == b"SSH-"
    except OSError:
        return False


def leaders(index: int, number: int) -> list[int]:
    """Return the process that is number 1 on a machine, if it is on."""
    space = namespace(index, number)
    if not (_NETNS / space).exists():
        return []
    found = []
    for pid in run("ip", "netns", "pids", space, check=False).split():
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if any(line.startswith("NSpid:") and line.endswith("\t1") for line in status.splitlines()):
            found.append(int(pid))
    return found


def remove(index: int, numbers: range) -> None:
    """Remove a lab's namespaces, cables and bridge, as far as they are there."""
    for number in numbers:
        if (_NET / cable(index, number)).exists():
            run("ip", "link", "del", cable(index, number))
        if (_NETNS / namespace(index, number)).exists():
            run("ip", "netns", "del", namespace(index, number))
    if (_NET / bridge(index)).exists():
        run("ip", "link", "del", bridge(index))
