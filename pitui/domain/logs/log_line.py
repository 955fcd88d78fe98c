"""One entry of a log and where it came from."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Level(StrEnum):
    """The severity words of Spark's log4j."""

    TRACE = "TRACE"
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"
    FATAL = "FATAL"

    @property
    def rank(self) -> int:
        """The severity as a number, 1 (TRACE) to 6 (FATAL)."""
        return _RANKS[self]


_RANKS = {level: number for number, level in enumerate(Level, start=1)}


class LogPosition(StrEnum):
    """How a log is found on its node."""

    FILE = "file"
    """`path` is the file."""
    DAEMON = "daemon"
    """`path` is a daemon's class: its newest file in the log folder, else its unit's journal."""
    WORK = "work"
    """`path` is relative to the folder in which the node's worker keeps its executors."""
    JOURNAL = "journal"
    """`path` is a systemd unit: its entries in the node's journal."""


class SourceKind(StrEnum):
    """What writes a log."""

    MASTER = "master"
    WORKER = "worker"
    EXECUTOR = "executor"
    DRIVER = "driver"
    """Of an application in cluster mode."""
    RUN = "run"
    """A benchmark or job that pitui started: its driver."""
    JOURNAL = "journal"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log that can be followed."""

    id: str
    """What `pitui logs` calls it: `master`, a node's name, `app-.../0`, a run, `NODE:/path`."""
    node: str
    path: str
    """On the node, taken literally; a leading `~/` is the login user's home."""
    tag: str
    """Short, for the front of a line: the node's name, or what tells it apart."""
    place: LogPosition = LogPosition.FILE
    kind: SourceKind = SourceKind.FILE
    app: str = ""
    """The application's id, where it is one of an application's."""


class LogLine(NamedTuple):
    """A line as it stood in the log; control characters are not yet made visible.

    A named tuple: a burst makes a million of them, and a frozen class takes three times as long.
    """

    source: str
    """The tag of its source."""
    text: str
    level: Level | None = None
    """None for a line without a level of its own: it belongs to the one before."""
    at: float | None = None
    """Unix time, where the line says one; what its node's clock is off by is taken out."""
    note: bool = False
    """Said by pitui, not by the log: `link to pi3 lost`; level ERROR where something failed."""

    @property
    def is_part(self) -> bool:
        """Whether it continues the entry before it from its source."""
        return self.level is None and self.at is None and not self.note
