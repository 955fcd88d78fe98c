"""What one looks at closer on one node: its system, its last hour, its processes, its disk."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Point:
    """A node's load in a few seconds; rates in bytes a second, None where it cannot say."""

    at: float
    """Unix time."""
    cpu_percent: float
    memory_percent: float
    temperature_c: float | None = None
    received: float | None = None
    sent: float | None = None
    read: float | None = None
    written: float | None = None
    disk_percent: float | None = None
    """How full the file system of the Spark home is."""


@dataclass(frozen=True, slots=True)
class System:
    """What a node is; what could not be found out is empty."""

    model: str = ""
    release: str = ""
    kernel: str = ""
    architecture: str = ""
    java: str = ""
    python: str = ""
    spark: str = ""
    cores: int = 0
    memory_mib: int = 0


@dataclass(frozen=True, slots=True)
class SparkProcess:
    """A process that is part of Spark; memory in MiB."""

    pid: int
    parent: int
    resident_mib: int
    user: str
    what: str
    """In words: `worker`, `executor 3 of app-...`, `Python of executor 3`."""
    app_id: str = ""


class FolderKind(StrEnum):
    """What a folder or file on a node's disk is."""

    APPLICATION = "application"
    DRIVER = "driver"
    OLD_LOG = "old log"
    LOG = "log"
    BENCHMARK = "benchmark data"


@dataclass(frozen=True, slots=True)
class LeftoverFolder:
    """What an application, a driver or a daemon left on a node's disk."""

    name: str
    kind: FolderKind
    kib: int
    changed_at: float
    """Unix time on the node."""
    owner: str
    in_use: bool = True
    """Whether it may still be written to; also where that is not known."""
    partial: bool = False
    """Whether something in it could not be read: it is at least so large."""


@dataclass(frozen=True, slots=True)
class DiskUse:
    """What lies in a worker's folder and in the log folder."""

    work: str
    """Path of the work folder; empty where there is none."""
    logs: str
    folders: tuple[LeftoverFolder, ...] = ()
    unsure: str = ""
    """Why nothing can be told to be unused; empty where it can."""

    @property
    def removable(self) -> tuple[LeftoverFolder, ...]:
        """Return what nothing uses any more."""
        return tuple(folder for folder in self.folders if not folder.in_use)
