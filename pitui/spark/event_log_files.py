"""Where a node keeps applications' event logs, and which there are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from pitui.remote.quoting import quote, quote_all, quote_path
from pitui.spark.submit_args import parse_properties

MOST_LOGS = 200
"""Newest logs that are listed."""

_DEFAULT_FOLDER = "/tmp/spark-events"  # noqa: S108 - Spark's own default
_DEFAULT_HISTORY_PORT = 18080
_HEAD = 96 * 1024
"""Bytes of a compressed log that hold its first lines."""

_CODECS = r"(?:\.(?:zstd|lz4|snappy|lzf))?"
_ATTEMPT = r"(?:_\d+)?"
_SINGLE = re.compile(rf"(?P<app>[\w-]+?-\d+(?:-\d+)?){_ATTEMPT}{_CODECS}(?:\.inprogress)?")
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
        return bool(re.search(r"\.(zstd|lz4|snappy|lzf)(\.inprogress)?$", self.paths[-1]))


def settings_script(spark_home: str) -> str:
    """Return the sh that prints the defaults that applications submitted on this node get."""
    home = quote_path(spark_home)
    return f'SPARK_HOME={home}; cat "${{SPARK_CONF_DIR:-$SPARK_HOME/conf}}/spark-defaults.conf"'


def parse_settings(text: str) -> HistorySettings:
    """Return what a properties file says of event logs and the history server."""
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


def list_script(folder: str) -> str:
    """Return the sh that prints size, time and name of each part of each log."""
    return f"""cd {quote(folder)} 2>/dev/null || exit 0
find . -maxdepth 2 -type f ! -name '.*' ! -name 'appstatus_*' -exec stat -c '%s %Y %n' {{}} +
find . -maxdepth 2 -type f -name 'appstatus_*.inprogress' -exec stat -c 'open 0 %n' {{}} +
exit 0"""


def parse_list(text: str) -> list[LogFile]:
    """Return the logs that `list_script` printed, the one written last first."""
    parts: dict[str, list[tuple[int, str, int, float]]] = {}
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
        part = int(match.groupdict().get("part") or 0)
        parts.setdefault(match["app"], []).append((part, name, int(size), float(when)))
    logs = []
    for app, found in parts.items():
        found.sort()
        names = tuple(name for _, name, _, _ in found)
        running = names[-1].endswith(".inprogress") or names[-1].partition("/")[0] in opened
        logs.append(
            LogFile(app, names, sum(f[2] for f in found), max(f[3] for f in found), running)
        )
    return sorted(logs, key=lambda log: -log.written_at)[:MOST_LOGS]


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
