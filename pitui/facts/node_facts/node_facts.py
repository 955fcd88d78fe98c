"""What a node said of itself to the checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pitui.facts.network.hosts import HostLine
from pitui.facts.node_basics import Machine
from pitui.facts.node_facts.access_facts import AccessFacts
from pitui.facts.node_facts.log_facts import LogFacts
from pitui.facts.node_facts.reach import Reach
from pitui.facts.runtimes.java import JavaRuntime
from pitui.facts.sudo_rules import SudoRights
from pitui.facts.time import Clock


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """A folder that Spark uses, and the file system that it is on, or would be made on."""

    use: str
    """`system` (/), `home`, `work`, `logs` or `local` (scratch space)."""
    path: str
    file_system: str
    """As stat(1) calls it, such as `ext2/ext3` or `tmpfs`."""
    mount: str
    size_kib: int = 0
    free_kib: int = 0
    """What others than root may still use."""
    inodes: int = 0
    """0 where the file system has no fixed number of them."""
    inodes_free: int = 0
    read_only: bool = False

    @property
    def of_ram(self) -> bool:
        """Whether what is written there takes memory."""
        return self.file_system in ("tmpfs", "ramfs")


@dataclass(frozen=True, slots=True)
class Leftover:
    """A folder in scratch space with a name that Spark gives."""

    path: str
    owner: str
    changed_at: float
    """Unix time on the node."""


@dataclass(frozen=True, slots=True)
class PidFile:
    """A PID file of spark-daemon.sh."""

    path: str
    pid: int
    what: str
    """The class that runs with that pid, `other` for another program, `gone` for none, `hidden`
    where that cannot be seen."""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class UnitOverride:
    """A file beside a unit (a drop-in) that decides what the unit runs, or as whom."""

    unit: str
    path: str
    keys: tuple[str, ...]
    """`ExecStart`, `User`, or both."""


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """A network interface that has a device."""

    name: str
    wireless: bool
    up: bool
    speed_mbit: int
    """-1 where it cannot be told, as of Wi-Fi."""
    packets: int = 0
    """Received and sent since boot."""
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Swap:
    """A line of /proc/swaps."""

    path: str
    kind: str
    size_kib: int
    used_kib: int = 0


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """The answer of one node; what it did not say stays empty, or None where that matters."""

    machine: Machine = field(default_factory=Machine)
    asked: tuple[float, float] = (0.0, 0.0)
    """Unix times here, before and after the question."""
    clocks: tuple[float, float] = (0.0, 0.0)
    """Unix times there, when it began and ended to answer."""
    clock: Clock = field(default_factory=Clock)
    page_bytes: int = 0
    hosts: tuple[HostLine, ...] = ()
    resolved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The addresses of each name that was asked for; none where it does not resolve."""
    links: tuple[LinkFacts, ...] = ()
    route_link: str = ""
    """The interface that leads to the master."""
    listening: tuple[tuple[str, int], ...] | None = None
    """Addresses and ports of TCP; None where the node has no `ss`."""
    kernel: tuple[str, ...] | None = None
    """Lines of trouble since boot, with Unix time where known; None where the log is closed."""
    swaps: tuple[Swap, ...] = ()
    devices: Mapping[str, str] = field(default_factory=dict)
    """The device of each file system, by where it is mounted."""
    ext4_errors: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    """What `systemctl is-enabled` says of each unit."""
    failing_units: Mapping[str, str] = field(default_factory=dict)
    """Units whose process ended with an error, or did so several times since they were started;
    `for good` where systemd has tried that too often (its start limit)."""
    unit_users: Mapping[str, str] = field(default_factory=dict)
    """The account that each unit of the system names (`User=`)."""
    overrides: tuple[UnitOverride, ...] = ()
    sudo: SudoRights = field(default_factory=SudoRights)
    has_home: bool = False
    real_home: str = ""
    """Spark's home without symbolic links; empty where that is not known."""
    spark: str | None = None
    """The version in the name of spark-core's jar."""
    scala: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables as Spark's scripts have them after spark-env.sh."""
    env_ends: tuple[str, str] | None = None
    """Why Spark's scripts end in spark-env.sh, and what to do."""
    defaults: Mapping[str, str] = field(default_factory=dict)
    """spark-defaults.conf; secrets are only `set`."""
    defaults_path: str = ""
    """Empty where there is none, or this login may not read it."""
    defaults_group: str | None = None
    """The group that may read it, where this login may not."""
    secret_id: str = ""
    """What tells spark.authenticate.secret from others: 16 digits of its SHA-256; empty: none."""
    provisioned: bool = False
    """Whether spark-env.sh or spark-defaults.conf has a block that provisioning keeps."""
    by_hand: frozenset[str] = frozenset()
    """Names of variables and properties that stand outside of such blocks."""
    java: JavaRuntime | None = None
    python: tuple[int, int] | None = None
    """Major and minor version of the Python that executors start."""
    folders: tuple[CheckedFolder, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    pid_files: tuple[PidFile, ...] = ()
    pid_folder: str = ""
    gave_up: str = ""
    """The line with which the worker's last log says that it gave up."""
    reach: tuple[Reach, ...] = ()
    access: AccessFacts = field(default_factory=AccessFacts)
    logs: LogFacts = field(default_factory=LogFacts)

    @property
    def addresses(self) -> frozenset[str]:
        """Its own addresses, loopback ones too."""
        return frozenset(address.address for address in self.machine.addresses)

    def device_of(self, path: str) -> str:
        """Return the device that a file is on, or is; empty where that is not known."""
        if path.startswith("/dev/"):
            return path
        above = [m for m in self.devices if path == m or path.startswith(m.rstrip("/") + "/")]
        return self.devices[max(above, key=len)] if above else ""

    @property
    def ahead(self) -> tuple[float, float]:
        """Seconds by which its clock is ahead of ours, and how much of that may be wrong.

        It began to answer after we began to ask, and ended before we had it all.
        """
        (begin, end), (first, last) = self.asked, self.clocks
        low, high = last - end, first - begin
        return (low + high) / 2, max(0.0, high - low) / 2
