"""security.open-ports: Spark's ports are open to more than the cluster."""

import ipaddress
from collections.abc import Iterator

from pitui.doctor.check import Check, Reads
from pitui.doctor.evidence.evidence import INNER_LINKS, Evidence
from pitui.doctor.finding import Finding, info, warning
from pitui.domain.cluster import Role
from pitui.domain.ip_address import is_ip_address, is_loopback
from pitui.domain.workers import webui_port
from pitui.facts.node_facts.node_facts import NodeFacts

_ANY = ("*", "0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_OTHERS = {15002: "Spark Connect", 18080: "history server", 4040: "a driver's page"}


def _rule(evidence: Evidence) -> Iterator[Finding]:
    for name, facts in evidence.spark_facts():
        ours = _ports(evidence, name)
        public = [a for a in facts.addresses if _is_public(a)]
        for host, port in sorted(set(facts.listening or ())):
            what = ours.get(port)
            seen = host in public or (host in _ANY and public)
            if what is None or is_loopback(host) or facts.access.firewall:
                continue
            if seen:
                yield warning(
                    f"port {port} ({what}) is open to the internet: it listens on "
                    f"{public[0] if host in _ANY else host}",
                    "pitui exec {nodes} -- 'sudo apt-get install -y ufw && sudo ufw allow "
                    f"{_ssh_port(evidence, name)}/tcp && sudo ufw --force enable' ; "
                    "pitui provision {nodes} --only firewall",
                    node=name,
                    about=str(port),
                    detail="A firewall that lets in SSH and the cluster keeps everybody else out",
                )
        wide = sorted({port for host, port in facts.listening or () if host in _ANY} & ours.keys())
        networks = _networks(facts)
        if wide and not public and len(networks) > 1 and not facts.access.firewall:
            shown = ", ".join(f"{port} ({ours[port]})" for port in wide)
            yield info(
                f"ports of Spark are open in all of its {len(networks)} networks: {shown}",
                f"set nodes.{name}.env.SPARK_LOCAL_IP to its address in the cluster's network, "
                f"then: pitui restart {name}",
                node=name,
                about="networks",
                detail=f"its networks: {', '.join(networks)}",
            )


def _ssh_port(evidence: Evidence, name: str) -> str:
    """Return the port by which pitui logs in, as a shell there has it: ~/.ssh/config may say it."""
    node = evidence.nodes[name]
    return str(node.port or 22) if node.port or node.local else "${SSH_CONNECTION##* }"


def _ports(evidence: Evidence, name: str) -> dict[int, str]:
    """Return what Spark's ports are for on a node."""
    master = evidence.config.spark.master
    ports = {evidence.nodes[name].worker_webui_port: "the worker's page", **_OTHERS}
    if name == evidence.master_name:
        ports |= {
            master.webui_port: "the master's page",
            6066: "submissions over REST",
            master.port: "the master",
        }
    status = evidence.status(name)
    for worker in status.workers if status is not None else ():
        ports[worker.port] = "the worker"
        if (page := webui_port(worker)) is not None:
            ports[page] = "the worker's page"
    runs = {process.role for process in status.processes} if status is not None else set()
    return ports if runs & {Role.MASTER, Role.WORKER} else {}


def _is_public(address: str) -> bool:
    """Whether others can reach an address from the internet; only a router knows of IPv6."""
    return is_ip_address(address) and ":" not in address and ipaddress.ip_address(address).is_global


def _networks(facts: NodeFacts) -> list[str]:
    found = {
        str(ipaddress.ip_network(f"{own.address}/{own.prefix}", strict=False))
        for own in facts.machine.addresses
        if is_ip_address(own.address)
        and ":" not in own.address
        and not is_loopback(own.address)
        and not own.link.startswith(INNER_LINKS)
    }
    return sorted(found)


CHECK = Check(
    id="security.open-ports",
    title="Spark's ports are open to others than the cluster",
    why="Whoever reaches them sees all applications, and without a secret runs programs there",
    reads=Reads.NODES,
    rule=_rule,
)
