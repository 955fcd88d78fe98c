"""The configuration as typed values; every key of config.yaml is here once.

Defaults are those of the design; `pitui.config.load` reads a file into `Config` and checks what
types alone cannot say (`pitui.config.check`). Per-node keys override `ssh:` and `spark:`;
`pitui.config.nodes` gives nodes with everything resolved.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

if TYPE_CHECKING:
    from pitui.domain.cluster import Role

Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=3600)]
Cores = Annotated[int, msgspec.Meta(ge=1, le=4096)]
Sudo = Literal["passwordless", "ask", "none"]
Scalar = str | int | float | bool
"""A value for Spark or an environment; from a file it is the text as it is there."""

LOCAL = "local"
"""The `host` of the machine that pitui itself runs on: no SSH."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A mapping in config.yaml."""


class ClusterSection(_Section, frozen=True):
    """The cluster's name, and the node that runs the master."""

    master: str
    name: str = "spark"


class SshSection(_Section, frozen=True):
    """How nodes are reached, unless a node says otherwise."""

    user: str | None = None
    port: Port | None = None
    identity: str | None = None
    known_hosts: str | None = None
    connect_timeout: Seconds = 10.0
    sudo: Sudo = "passwordless"


class MasterSection(_Section, frozen=True):
    """Where the master listens; `host: null` means that pitui finds out."""

    host: str | None = None
    port: Port = 7077
    webui_port: Port = 8080


class WorkerSection(_Section, frozen=True):
    """What every worker offers, unless a node says otherwise."""

    cores: Cores | Literal["auto"] = "auto"
    memory: str = "auto"
    webui_port: Port = 8081


class NodeWorkerSection(_Section, frozen=True):
    """What one node's worker offers; None takes the value of `spark.worker`."""

    cores: Cores | Literal["auto"] | None = None
    memory: str | None = None
    webui_port: Port | None = None


class SparkSection(_Section, frozen=True):
    """Spark on the nodes."""

    version: str | None = None
    archive: str | None = None
    sha512: str | None = None
    mirrors: list[str] = []
    home: str = "/opt/spark"
    user: str | None = None
    secure: bool = True
    submit_group: str | None = None
    master: MasterSection = MasterSection()
    worker: WorkerSection = WorkerSection()
    defaults: dict[str, Scalar] = {}
    env: dict[str, Scalar] = {}


class NetworkSection(_Section, frozen=True):
    """What nodes with a fixed address of their own (`address`) have in common."""

    gateway: str | None = None
    dns: list[str] = []


class ProvisionSection(_Section, frozen=True):
    """What provisioning brings about beside Spark itself."""

    network: NetworkSection = NetworkSection()
    wifi: Literal["keep", "off"] = "keep"
    jdk: str | None = None
    spark_ssh: bool = True


class NodeSection(_Section, frozen=True):
    """One machine; whatever is None comes from `ssh:` and `spark:`."""

    host: str
    user: str | None = None
    port: Port | None = None
    identity: str | None = None
    sudo: Sudo | None = None
    spark_home: str | None = None
    address: str | None = None
    worker: NodeWorkerSection | bool | None = None
    env: dict[str, Scalar] = {}


class DataSection(_Section, frozen=True):
    """A file, a folder, or what a pattern matches, at the same path on nodes."""

    source: str
    target: str
    nodes: list[str] | Literal["all"] = "all"
    owner: str | None = None


class JobSection(_Section, frozen=True):
    """An application that `pitui submit NAME` runs."""

    app: str
    py_files: list[str] = []
    jars: list[str] = []
    args: list[Scalar] = []
    conf: dict[str, Scalar] = {}
    data: list[str] = []


class ExclusionSection(_Section, frozen=True):
    """A finding of `pitui doctor` that is known and accepted."""

    check: str
    reason: str
    node: str | None = None
    until: str | None = None
    """The last day on which it holds, as `2026-12-31`."""


class DoctorSection(_Section, frozen=True):
    """What `pitui doctor` ignores."""

    exclude: list[ExclusionSection] = []


class UiSection(_Section, frozen=True):
    """The terminal UI; `keys` maps an action's id to the keys that trigger it."""

    refresh: Annotated[float, msgspec.Meta(ge=0.2, le=60)] = 1.0
    theme: str | None = None
    read_only: bool = False
    keys: dict[str, str] = {}
    log_lines: Annotated[int, msgspec.Meta(ge=1000, le=5_000_000)] = 100_000


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A node with every default applied; what the rest of pitui works with."""

    name: str
    host: str
    user: str | None
    """None leaves it to ~/.ssh/config and the local user name."""
    port: int | None
    """None leaves it to ~/.ssh/config, then 22."""
    identity: Path | None
    known_hosts: Path | None
    connect_timeout: float
    sudo: Sudo
    spark_home: str
    is_master: bool
    is_worker: bool
    worker_cores: int | None
    """None: all of the node's cores."""
    worker_memory_mib: int | None
    """None: what fits the node."""
    worker_webui_port: int
    env: dict[str, str]
    address: str | None = None
    """A fixed IPv4 address with its prefix, such as `192.168.1.11/24`; None leaves the network."""
    master_port: int = 7077
    """The port of its cluster's master."""

    @property
    def local(self) -> bool:
        """Whether this is the machine that pitui runs on, reached without SSH."""
        return self.host == LOCAL

    @property
    def roles(self) -> "tuple[Role, ...]":
        """What is to run there: the master first."""
        from pitui.domain.cluster import Role

        return (Role.MASTER,) * self.is_master + (Role.WORKER,) * self.is_worker


class Document(_Section, frozen=True):
    """The whole of config.yaml."""

    cluster: ClusterSection
    nodes: dict[str, NodeSection]
    ssh: SshSection = SshSection()
    spark: SparkSection = SparkSection()
    provision: ProvisionSection = ProvisionSection()
    data: list[DataSection] = []
    jobs: dict[str, JobSection] = {}
    logs: dict[str, str] = {}
    doctor: DoctorSection = DoctorSection()
    ui: UiSection = UiSection()


class Config(Document, frozen=True):
    """The whole of config.yaml, and where it was read from."""

    folder: Path = Path()
    """The folder of the file; relative paths start there. No key of the file can set it."""
