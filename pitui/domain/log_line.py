"""One entry of a log and where it came from."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The severity words of Spark's log4j."""

    TRACE = "TRACE"
    DEBUG = "DEBUG"
    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"
    FATAL = "FATAL"


@dataclass(frozen=True, slots=True)
class LogSource:
    """A log that can be followed: a file on a node."""

    id: str
    """What `pitui logs` calls it: `master`, a node's name, `app-.../0`, a run, `NODE:/path`."""
    node: str
    path: str
    """On the node; may hold shell wildcards only where pitui itself wrote it."""
    tag: str
    """Short, for the front of a line: the node's name, or what tells it apart."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line as it stood in the log; control characters are not yet made visible."""

    source: str
    """The tag of its source."""
    text: str
    level: Level | None = None
    """None for a line without a level of its own: it belongs to the one before."""
    at: float | None = None
    """Unix time, where the line says one."""
    note: bool = False
    """Said by pitui, not by the log: `link to pi3 lost`, `1200 lines dropped`."""
