"""What a cluster is at one moment: master, nodes, workers, applications, executors."""

from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from pitui.domain.apps.stall_reason import MayStall, StallReason
from pitui.domain.link import LinkStatus
from pitui.domain.spark_driver import ClusterDriver, DriverAge


class MasterState(StrEnum):
    """The master's own word for its state, or why there is none."""

    ALIVE = "ALIVE"
    STANDBY = "STANDBY"
    RECOVERING = "RECOVERING"
    STOPPED = "STOPPED"
    UNREACHABLE = "UNREACHABLE"
    UNKNOWN = "UNKNOWN"

    @property
    def silent(self) -> bool:
        """Whether there is no word of the master's own."""
        return self in (MasterState.STOPPED, MasterState.UNREACHABLE)


class WorkerState(StrEnum):
    """A worker as the master lists it, or as its node shows it where the master does not."""

    ALIVE = "ALIVE"
    DEAD = "DEAD"
    DECOMMISSIONED = "DECOMMISSIONED"
    STOPPED = "STOPPED"
    UNREGISTERED = "UNREGISTERED"


class ApplicationState(StrEnum):
    """The state of an application in the master's words."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"

    active: bool
    """Whether the application still holds or wants resources."""

    def __init__(self, word: str) -> None:
        # Thousands of applications are asked with each snapshot: it is no property.
        self.active = word in ("WAITING", "RUNNING")


class Launcher(StrEnum):
    """What starts a daemon on a node."""

    SYSTEMD = "systemd"
    DAEMON = "daemon"


class Role(StrEnum):
    """What a node is for."""

    MASTER = "master"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Metrics:
    """A node's load at one moment; percentages are of all its cores together."""

    cpu_percent: float
    memory_used_mib: int
    memory_total_mib: int
    disk_free_mib: int
    uptime_s: int
    load_1m: float = 0.0
    temperature_c: float | None = None
    throttled: str | None = None
    """What `vcgencmd get_throttled` says, in words; None where the node has no such thing."""
    cores: int = 0

    @property
    def power_trouble(self) -> str:
        """What the firmware complains of, now or since boot; empty where of nothing."""
        return "" if self.throttled in (None, "no") else self.throttled or ""


@dataclass(frozen=True, slots=True)
class DaemonProcess:
    """A Spark daemon's process on a node, identified by pid and start time."""

    pid: int
    started: int
    """Field 22 of /proc/PID/stat (clock ticks since boot): tells a recycled pid apart."""
    role: Role
    launcher: Launcher
    user: str = ""
    arguments: tuple[str, ...] = ()
    unit: str | None = None
    """The systemd unit that owns the process, where one does."""
    unit_of_user: bool = False
    """Whether that unit belongs to a user's own systemd."""
    homes: tuple[str, ...] = ()
    """Spark homes and conf folders that its environment and class path name."""
    environment: tuple[tuple[str, str], ...] = ()
    """Its SPARK_* folders, where they could be read."""
    settings: tuple[tuple[str, str], ...] = ()
    """Properties of Spark that it got on its command line, without secrets."""
    log: str | None = None
    """The file that its standard output goes to, where that is a file."""
    in_container: bool = False
    """Whether it runs in a container of the node, with process numbers of its own."""

    def option(self, *names: str) -> str | None:
        """Return the value of a command line option, whichever of its names was used."""
        return next((value for name, value in pairwise(self.arguments) if name in names), None)

    @property
    def host(self) -> str | None:
        """The host it was told to listen on."""
        return self.option("--host", "-h", "--ip", "-i")

    @property
    def webui_port(self) -> int | None:
        """The web UI port it was told to use."""
        text = self.option("--webui-port") or ""
        return int(text) if text.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as the master lists it; memory in MiB."""

    id: str
    host: str
    port: int
    webui: str
    state: WorkerState
    cores: int
    cores_used: int
    memory_mib: int
    memory_used_mib: int
    last_heartbeat: float
    """Unix time in seconds."""

    @property
    def memory_free_mib(self) -> int:
        """Memory that a new executor could have here."""
        return self.memory_mib - self.memory_used_mib

    @property
    def cores_free(self) -> int:
        """Cores that a new executor could have here."""
        return self.cores - self.cores_used


@dataclass(frozen=True, slots=True)
class NodeWorker:
    """The worker of a node: the master's word joined with the node's own process."""

    state: WorkerState
    pid: int | None = None
    launcher: Launcher | None = None
    cores: int = 0
    cores_used: int = 0
    memory_mib: int = 0
    memory_used_mib: int = 0
    id: str | None = None
    webui: str | None = None
    last_heartbeat: float | None = None
    instances: int = 1
    """How many the node runs (SPARK_WORKER_INSTANCES); cores and memory are of all together."""


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """Everything known of one node."""

    name: str
    host: str
    roles: tuple[Role, ...]
    link: LinkStatus = field(default_factory=LinkStatus)
    worker: NodeWorker | None = None
    """None on a node that is no worker by its configuration and runs none."""
    master_pid: int | None = None
    metrics: Metrics | None = None
    cpu_history: tuple[float, ...] = ()
    """CPU percent, oldest first, one a poll."""
    processes: tuple[DaemonProcess, ...] = ()
    """Its own Spark daemons."""
    workers: tuple[Worker, ...] = ()
    """Its workers as the master lists them, those that are alive or were heard of last."""


@dataclass(frozen=True, slots=True)
class MasterStatus:
    """The master; totals count ALIVE workers only. Memory in MiB."""

    node: str
    url: str
    state: MasterState = MasterState.UNKNOWN
    version: str | None = None
    cores: int = 0
    cores_used: int = 0
    memory_mib: int = 0
    memory_used_mib: int = 0
    error: str | None = None
    webui: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an application is, summed over its stages that are not skipped."""

    stages: int
    stages_done: int
    tasks: int
    tasks_done: int
    tasks_active: int
    tasks_failed: int
    current: str = ""
    """The name of the active stage, or empty."""

    @property
    def fraction(self) -> float:
        """Tasks done of all, from 0 to 1; 0 where there are none."""
        return self.tasks_done / self.tasks if self.tasks else 0.0


@dataclass(frozen=True, slots=True)
class Application(MayStall):
    """An application as the master lists it."""

    id: str
    name: str
    state: ApplicationState
    cores: int
    memory_per_executor_mib: int
    submitted_at: float
    """Unix time in seconds."""
    duration_s: float
    user: str = ""
    stall: StallReason | None = None
    """Why it waits, or why it runs and yet does not move."""
    progress: Progress | None = None
    """Known only for a running application whose driver's UI answers."""
    driver_age: DriverAge | None = None
    """Where what the driver said of it is old, or it takes long to answer."""


@dataclass(frozen=True, slots=True)
class Executor:
    """An executor of a running application; sizes in bytes, times in milliseconds."""

    id: str
    host: str
    active: bool
    cores: int
    tasks_active: int
    tasks_done: int
    tasks_failed: int
    memory_used: int
    """On-heap storage memory in use, of `memory_max`."""
    memory_max: int
    heap_peak: int
    duration_ms: int
    gc_ms: int
    shuffle_read: int = 0
    shuffle_write: int = 0
    input_bytes: int = 0
    node: str | None = None
    """The name of the node it runs on, where that is one of ours."""
    removed_because: str = ""
    disk_used: int = 0
    added_at: float | None = None
    """Unix time in seconds."""
    removed_at: float | None = None
    task_rates: tuple[float, ...] = ()
    """Tasks a second, oldest first, one a look."""

    @property
    def gc_share(self) -> float:
        """Share of the executor's task time spent in garbage collection, 0 to 1."""
        return self.gc_ms / self.duration_ms if self.duration_ms else 0.0


@dataclass(frozen=True, slots=True)
class MasterView:
    """The master's whole answer to `/json/`."""

    url: str
    state: MasterState
    workers: tuple[Worker, ...] = ()
    applications: tuple[Application, ...] = ()
    drivers: tuple[ClusterDriver, ...] = ()
    unreadable: int = 0
    """Entries and values of the answer that could not be read."""

    @property
    def alive(self) -> tuple[Worker, ...]:
        """Return the workers that the master can use."""
        return tuple(w for w in self.workers if w.state is WorkerState.ALIVE)
