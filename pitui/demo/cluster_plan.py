"""What a demonstration cluster consists of: nodes, addresses, ports, and where its files are."""

import shutil
from pathlib import Path

import msgspec

MARKER = "PITUI_DEMO"
"""The environment variable that every process of a demonstration carries; holds its folder."""

WORKER_CORES = 2
WORKER_MEMORY_MIB = 768


class DemoNode(msgspec.Struct, frozen=True, kw_only=True):
    """One node: an address on the loopback network, with its own ports."""

    name: str
    address: str
    webui_port: int
    ssh_port: int | None = None
    """None for the master's node, which is reached without SSH."""
    spark_port: int | None = None
    """Where the master listens; None for a worker, which lets the system choose."""

    @property
    def ports(self) -> set[tuple[str, int]]:
        """The addresses and ports that the node's servers listen on."""
        known = (self.webui_port, self.ssh_port, self.spark_port)
        return {(self.address, port) for port in known if port is not None}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A whole demonstration cluster; kept as JSON in its folder."""

    folder: str
    user: str
    java_home: str
    python: str
    spark: str
    """The folder of the pyspark package, which carries Spark's programs."""
    master: DemoNode
    workers: list[DemoNode]

    @property
    def path(self) -> Path:
        """The folder as a path."""
        return Path(self.folder)

    @property
    def nodes(self) -> list[DemoNode]:
        """All nodes, the master's first."""
        return [self.master, *self.workers]

    @property
    def config(self) -> Path:
        """The generated config.yaml."""
        return self.path / "config.yaml"

    @property
    def identity(self) -> Path:
        """The private key that opens the nodes."""
        return self.path / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The nodes' host keys."""
        return self.path / "known_hosts"

    def node_folder(self, node: DemoNode) -> Path:
        """Return the folder of all that a node has."""
        return self.path / "nodes" / node.name

    def home(self, node: DemoNode) -> Path:
        """Return a node's home folder."""
        return self.node_folder(node) / "home"

    def spark_home(self, node: DemoNode) -> Path:
        """Return a node's Spark folder."""
        return self.node_folder(node) / "spark"

    def host_key(self, node: DemoNode) -> Path:
        """Return the private host key of a node's SSH server."""
        return self.node_folder(node) / "ssh_host_ed25519_key"

    def environment(self, node: DemoNode) -> dict[str, str]:
        """Return what a login on a node finds in its environment."""
        system = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {
            "HOME": str(self.home(node)),
            "USER": self.user,
            "LOGNAME": self.user,
            "SHELL": shutil.which("bash", path=system) or "/bin/sh",
            "PATH": f"{system}:{self.java_home}/bin",
            "LANG": "C.UTF-8",
            "HOSTNAME": node.name,
            MARKER: self.folder,
        }


def plan_file(folder: Path) -> Path:
    """Return the file that a demonstration's plan is kept in."""
    return folder / "demo.json"


def save_plan(plan: Plan) -> None:
    """Write a plan into its folder."""
    plan_file(plan.path).write_bytes(msgspec.json.format(msgspec.json.encode(plan)))


def read_plan(folder: Path) -> Plan:
    """Read the plan of the demonstration in a folder.

    Raises:
        OSError: there is none.
        msgspec.MsgspecError: it is not one of ours.
    """
    return msgspec.json.decode(plan_file(folder).read_bytes(), type=Plan)
