"""Where a node keeps applications' event logs, and which there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pitui.remote.quoting import quote, quote_all, quote_path
from pitui.spark.event_log.compression import codec_of, endings
from pitui.spark.properties import parse_properties

MOST_LOGS = 200
"""Newest logs that are listed."""

_DEFAULT_FOLDER = "/tmp/spark-events"  # noqa: S108 - Spark's own default
_DEFAULT_HISTORY_PORT = 18080
_HEAD = 96 * 1024
"""Bytes of a compressed log that hold its first lines."""

_ENDINGS = r"(?:\.(?:zstd|lz4|snappy|lzf|inprogress|compact))*"
_ATTEMPT = r"(?:_\d+)?"
_SINGLE = re.compile(rf"(?P<app>[\w-]+?-\d+(?:-\d+)?){_ATTEMPT}{_ENDINGS}")
_ROLLING = re.compile(
    rf"eventlog_v2_(?P<app>[\w-]+?-\d+(?:-\d+)?){_ATTEMPT}/events_(?P<part>\d+)_.*"
)


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """What spark-defaults.conf says of the past."""

    enabled: bool
    """Whether applications write event logs unless they say otherwise."""
    folder: str | None
    """None where it is no folder of the node: HDFS, S3."""
    address: str
    """As it was configured."""
    port: int = _DEFAULT_HISTORY_PORT
    """Of the history server."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """One application's event log: a file, or the parts of a rolling one in their order."""

    app_id: str
    paths: tuple[str, ...]
    """Below the folder."""
    size: int
    written_at: float
    """Unix time."""
    running: bool = False
    """Whether its application has not closed it."""

    @property
    def compressed(self) -> bool:
        """Whether it needs a codec."""
        return codec_of(self.paths[-1]) is not None

    @property
    def compacted(self) -> bool:
        """Whether the history server took out what was done."""
        return "compact" in endings(self.paths[0])


@dataclass(frozen=True, slots=True, order=True)
class _LogPart:
    """A file of a log; in the order in which they are read."""

    number: int
    compact: bool
    name: str
    size: int
    written: float


def history_settings_script(spark_home: str) -> str:
    """Return the sh that prints the defaults that applications submitted on this node get."""
    home = quote_path(spark_home)
    return f'SPARK_HOME={home}; cat "${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}/spark-defaults.conf"'


def parse_history_settings(text: str) -> HistorySettings:
    """Return what a properties file says of event logs and the history server.

    Raises:
        ValueError: Spark would refuse the file.
    """
    properties = parse_properties(text)
    address = properties.get("spark.eventLog.dir", _DEFAULT_FOLDER)
    parts = urlsplit(address)
    folder = unquote(parts.path) if parts.scheme in ("", "file") else None
    port = properties.get("spark.history.ui.port", "")
    return HistorySettings(
        enabled=properties.get("spark.eventLog.enabled", "").lower() == "true",
        folder=folder,
        address=address,
        port=int(port) if port.isdecimal() else _DEFAULT_HISTORY_PORT,
    )


def event_log_list_script(folder: str) -> str:
    """Return the sh that prints size, time and name of each part of each log."""
    return f"""cd {quote(folder)} 2>/dev/null || exit 0
find . -maxdepth 2 -type f ! -name '.*' ! -name 'appstatus_*' -exec stat -c '%s %Y %n' {{}} +
find . -maxdepth 2 -type f -name 'appstatus_*.inprogress' -exec stat -c 'open 0 %n' {{}} +
exit 0"""


def parse_event_log_list(text: str) -> list[LogFile]:
    """Return the logs that `event_log_list_script` printed, the one written last first."""
    parts: dict[str, list[_LogPart]] = {}
    opened: set[str] = set()
    for line in text.splitlines():
        size, _, rest = line.partition(" ")
        when, _, name = rest.partition(" ")
        name = name.removeprefix("./")
        if size == "open":
            opened.add(name.partition("/")[0])
            continue
        match = _ROLLING.fullmatch(name) or _SINGLE.fullmatch(name)
        if match is None or not (size.isdecimal() and when.isdecimal()):
            continue
        number = int(match.groupdict().get("part") or 0)
        part = _LogPart(number, "compact" in endings(name), name, int(size), float(when))
        parts.setdefault(match["app"], []).append(part)
    logs = []
    for app, every in parts.items():
        found = _valid(every)
        names = tuple(part.name for part in found)
        running = "inprogress" in endings(names[-1]) or names[-1].partition("/")[0] in opened
        size_of_all = sum(part.size for part in found)
        logs.append(LogFile(app, names, size_of_all, max(p.written for p in found), running))
    return sorted(logs, key=lambda log: -log.written_at)[:MOST_LOGS]


def _valid(parts: list[_LogPart]) -> list[_LogPart]:
    """Return the parts that make up a log, in their order.

    A compacted part stands for itself and all before it, which may not have been deleted yet.
    While it is being written, they stand for it.
    """
    numbers = {part.number for part in parts if not part.compact}
    found = sorted(
        part
        for part in parts
        if not (part.compact and "inprogress" in endings(part.name) and part.number in numbers)
    )
    last = max((at for at, part in enumerate(found) if part.compact), default=0)
    return found[last:]


def read_script(folder: str, path: str, limit: int) -> str:
    """Return the sh that prints a part of a log, up to a limit in bytes."""
    return f"head -c {limit} -- {quote(f'{folder}/{path}')}"


def ends_script(folder: str, logs: Iterable[LogFile]) -> str:
    """Return the sh that prints, in base64, what tells each log's name, start and end."""
    every = list(logs)
    whole = [log for log in every if not log.compressed]
    cut = [log for log in every if log.compressed]
    firsts = quote_all(log.paths[0] for log in cut)
    pairs = quote_all(word for log in whole for word in (log.paths[0], log.paths[-1]))
    return f"""cd {quote(folder)} 2>/dev/null || exit 0
for file in {firsts}; do printf '%s ' "$file"; head -c {_HEAD} -- "$file" | base64 | tr -d '\\n'
echo; done
set -- {pairs}
while [ $# -gt 1 ]; do
  printf '%s ' "$1"
  {{ grep -a -m 1 '^{{"Event":"SparkListenerApplicationStart"' -- "$1"; tail -n 1 -- "$2"; }} |
    base64 | tr -d '\\n'
  echo; shift 2
done
exit 0"""
