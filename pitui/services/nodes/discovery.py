"""Machines that may become nodes, proposed to somebody who has no configuration yet."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pitui.config.addresses import Address, name_for, parse_workers
from pitui.config.load import parse_config
from pitui.config.model import LOCAL
from pitui.config.new_config import Answers, NewNode, render
from pitui.config.nodes import resolve_nodes
from pitui.config.ssh_hosts import host_names
from pitui.config.validators import host_problem as host_fault
from pitui.domain.errors import NodeError, UsageError
from pitui.facts.network.hosts import PATH, parse_line
from pitui.remote.prompts import Prompter
from pitui.remote.ssh.connection_pool import ConnectionPool
from pitui.spark.detect_spark import FIRST_LOOK_COMMAND, FirstLook, parse_first_look

LOOK_LIMIT = 20.0
"""Seconds that a look at a machine may take once it is connected."""
_WORKERS = ("conf/workers", "conf/slaves")
_LOCAL_NAMES = ("localhost", "broadcasthost", "ip6-")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A machine, and where it is named."""

    name: str
    address: Address
    origin: str


def find_proposals(
    home: Path, hosts_file: Path = Path(PATH), spark_homes: Sequence[Path] = ()
) -> list[Proposal]:
    """Return this machine, Spark's workers, the hosts of ~/.ssh/config and those of /etc/hosts.

    Each machine comes once, by the first who names it. What cannot be read is passed over.
    """
    machine = platform.node()
    found = [Proposal(name_for(machine, ()), Address(LOCAL), "this machine")]
    seen = {LOCAL, machine, machine.partition(".")[0]}
    for address, origin in [
        *_listed_in_workers_file(spark_homes),
        *((Address(n), "~/.ssh/config") for n in host_names(home / ".ssh" / "config", home)),
        *((Address(name), PATH) for name in _hosts_in_file(hosts_file)),
    ]:
        if address.host not in seen and not host_fault(address.host):
            seen.add(address.host)
            name = name_for(address.host, [one.name for one in found])
            found.append(Proposal(name, address, origin))
    return found


def _listed_in_workers_file(spark_homes: Sequence[Path]) -> list[tuple[Address, str]]:
    for file in (spark_home / name for spark_home in spark_homes for name in _WORKERS):
        try:
            addresses = parse_workers(file.read_text(encoding="utf-8", errors="replace"))
        except (OSError, UsageError):
            continue
        return [(address, f"Spark's {file.name} file") for address in addresses]
    return []


def _hosts_in_file(file: Path) -> list[str]:
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    lines = [parse_line(line) for line in text.splitlines()]
    return [
        line.names[0]
        for line in lines
        if line.names
        and not line.loopback
        and not line.address.lower().startswith(("ff", "fe00"))  # groups, not machines
        and not line.names[0].startswith(_LOCAL_NAMES)
    ]


async def look_at(name: str, address: Address, user: str | None, prompter: Prompter) -> FirstLook:
    """Log in to a machine as a node would be, and ask who one is there and which Spark it has.

    Raises:
        LinkError: it cannot be reached, by the rules that hold for nodes.
        NodeError: it runs no commands.
        UsageError: the address or user cannot be used.
    """
    text = render(Answers("new", name, (NewNode(name, address),), user))
    config, _problems = parse_config(text, Path())
    assert config is not None  # noqa: S101 - `render` has loaded it
    connections = ConnectionPool(resolve_nodes(config).values(), prompter)
    try:
        result = await connections.runner(name).run(
            FIRST_LOOK_COMMAND, limit=LOOK_LIMIT, changes=False
        )
    finally:
        await connections.aclose()
    found = parse_first_look(result.stdout)
    if found is None:
        raise NodeError(
            name, "it does not run commands for this login", "Is it one of your machines?"
        )
    return found
