"""What logs a node has: the sh that lists them, and what it prints taken apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote as in_one_word
from urllib.parse import unquote

from pitui.config.model import Node
from pitui.domain.cluster import Role
from pitui.remote.quoting import quote, quote_glob
from pitui.spark.daemons.systemd_units import Unit, parse_units, units_command
from pitui.spark.logs.log_folders import folders

MOST_FILES = 4000
"""Files of executors and drivers that are listed of a node, the newest."""

MOST_LOGS = 60
"""Files of the log folder that are listed, the newest."""

MOST_NAMED = 20
"""Files that one path with `*` or `?` may match, the newest."""

_LISTING = """
LC_ALL=C; export LC_ALL
listed() { sort -rn | awk -v what="$1" -v most="$2" -v name="$3" '
  NR <= most { print what, name, $0 } END { print "total", what, name, NR }'; }
"""

_LOGS = """
logs=$(folder SPARK_LOG_DIR logs)
printf 'folder logs %s\\n' "$logs"
[ ! -d "$logs" ] || find "$logs/" -mindepth 1 -maxdepth 1 -type f \
  -exec stat -c '%Y %s %n' -- {} + 2>/dev/null | listed log MOST_LOGS -
"""

_WORK = """
work=$(folder SPARK_WORKER_DIR work)
printf 'folder work %s\\n' "$work"
if [ -d "$work/$only" ] && cd "$work"; then
  find "./$only" -maxdepth 3 -type f -name 'std*' \
    -exec stat -c '%Y %s %n' -- {} + 2>/dev/null | listed work MOST_FILES -
fi
"""


class FoundKind(StrEnum):
    """Where a file was found."""

    LOG = "log"
    """In the folder of the daemons' logs."""
    WORK = "work"
    """Under the worker's folder; its path is relative to that."""
    NAMED = "named"
    """By a path that was asked for."""


@dataclass(frozen=True, slots=True)
class FoundLog:
    """A file that may be a log."""

    kind: FoundKind
    path: str
    size: int
    changed_at: float
    """Unix time, by the node's clock."""
    name: str = ""
    """What it was asked for by."""


@dataclass(frozen=True, slots=True)
class LogListing:
    """A node's logs, newest first within each kind."""

    files: tuple[FoundLog, ...]
    units: tuple[tuple[Role, Unit], ...] = ()
    left_off: int = 0
    """Files that are there and not listed, the oldest."""


def log_list_script(
    node: Node, named: Mapping[str, str], *, only: str = "", everything: bool = True
) -> str:
    """Return the sh that lists a node's logs.

    Args:
        node: whose.
        named: names to paths; `*` and `?` in them stand for what they do in a shell.
        only: list no executors but those of this application, and no other driver.
        everything: also the daemons' logs and units; else only what `only` and `named` say.
    """
    parts = [folders(node), _LISTING]
    if everything:
        parts.append(_LOGS.replace("MOST_LOGS", str(MOST_LOGS)))
    if everything or only:
        work = _WORK.replace("MOST_FILES", str(MOST_FILES))
        parts.append(f"only={quote(only)}\n( {work} )\n")
    for name, path in named.items():
        # A path that matches nothing stays as it is and stat then says nothing.
        parts.append(
            f"stat -L -c '%Y %s %n' -- {quote_glob(path)} 2>/dev/null |"
            f" listed named {MOST_NAMED} {quote(in_one_word(name))}\n"
        )
    if everything:
        parts += [
            f"echo role {role.value}\n(\n{units_command(role, node.spark_home)}\n)\n"
            for role in Role
        ]
    return "".join((*parts, "true\n"))


def parse_log_list(output: str) -> LogListing:
    """Return what `log_list_script` printed; lines that are not valid are left out."""
    files: list[FoundLog] = []
    units: list[tuple[Role, Unit]] = []
    listed, total, role = 0, 0, Role.MASTER
    for line in output.split("\n"):
        word, _, rest = line.partition(" ")
        count = rest.rpartition(" ")[2]
        if word == "total" and count.isdecimal():
            total += int(count)
        elif word in set(FoundKind):
            listed += 1
            files += _listed_files(FoundKind(word), rest)
        elif word == "role" and rest in set(Role):
            role = Role(rest)
        elif word == "unit":
            units += [(role, unit) for unit in parse_units(line)]
    return LogListing(tuple(files), tuple(units), max(0, total - listed))


def _listed_files(kind: FoundKind, rest: str) -> list[FoundLog]:
    words = rest.split(" ", 3)
    if len(words) != 4 or not words[1].isdecimal() or not words[2].isdecimal():
        return []
    path = words[3].removeprefix("./") if kind is FoundKind.WORK else words[3].replace("//", "/")
    return [FoundLog(kind, path.lstrip("/") if kind is FoundKind.WORK else path,
                  int(words[2]), float(words[1]), unquote(words[0]))]  # fmt: skip
