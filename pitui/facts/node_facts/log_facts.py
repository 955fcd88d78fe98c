"""Logs, modules of Python, and files of data, as a node told the checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EventLogFolder:
    """Where applications that are submitted on a node write their event logs."""

    path: str
    there: str
    """`open` (the login may write there), `closed`, or `missing`."""
    file_system: str
    """As stat(1) calls it; of a folder that is missing, that which it would be made on."""

    @property
    def of_ram(self) -> bool:
        """Whether what is written there is gone after a boot."""
        return self.file_system in ("tmpfs", "ramfs")


@dataclass(frozen=True, slots=True)
class PathFacts:
    """What is at a path."""

    there: bool
    size: int = 0
    """Bytes."""
    digest: str = ""
    """SHA-256 of the first and the last 64 KiB; empty where it could not be read."""


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What one node's logs and files say."""

    large: Mapping[str, int] = field(default_factory=dict)
    """Bytes of the largest logs above 100 MiB, by path."""
    events: EventLogFolder | None = None
    """None where it is no folder of the node."""
    said: tuple[tuple[str, str], ...] = ()
    """Lines with known errors, each with the daemon whose log has it; the latest last."""
    modules: Mapping[str, bool] = field(default_factory=dict)
    """Whether the Python of executors finds each module that was asked for."""
    paths: Mapping[str, PathFacts] = field(default_factory=dict)
    """What is at each path that was asked for."""
