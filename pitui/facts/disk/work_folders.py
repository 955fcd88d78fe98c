"""What applications, drivers and daemons left on a node's disk, and the removal of what is unused.

Spark's worker gives each application a folder `work/app-...` and each driver `work/driver-...`;
spark-daemon.sh keeps five older logs as `...out.1` to `...out.5`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pitui.domain.node_detail import FolderKind, LeftoverFolder
from pitui.facts.disk.bench_folder import FOLDER, is_ours
from pitui.remote.quoting import quote, quote_path

_NAME = re.compile(r"(app|driver)-\d{14}-\d{4}")
_OLD_LOG = re.compile(r"[\w.@+-]+\.(?:out|log)\.[1-9]\d?(?:\.gz)?")
_LOG = re.compile(r"[\w.@+-]+\.(?:out|log)")
_ENTRY = re.compile(r"(work|log|bench)(\+?) (\d+) (\d+) (\S+) (.+)")

_LIST = r"""
say() { # KIND PATH
  cd -P -- "$2" 2>/dev/null || return 0
  for path in ./*; do # A command line with the whole path would be taken for a use of it.
    [ -e "$path" ] && [ ! -L "$path" ] || continue
    if [ "$1" = log ]; then [ -f "$path" ]; else [ -d "$path" ]; fi || continue
    # du counts what it can read, and fails where that is not all.
    part=
    size=$(du -sk -- "$path" 2>/dev/null) || part=+
    size=${size%%[!0-9]*}
    printf '%s %s %s %s\n' \
      "$1$part" "${size:-0}" "$(stat -c '%Y %U' -- "$path")" "${path##*/}"
  done
}
echo "workdir $(cd -P -- "$work" 2>/dev/null && pwd -P)"
echo "logdir $(cd -P -- "$logs" 2>/dev/null && pwd -P)"
[ -d "$work" ] && [ ! -r "$work" ] && echo "closed $work"
[ -d "$logs" ] && [ ! -r "$logs" ] && echo "closed $logs"
[ -d "$work" ] && (say work "$work")
[ -d "$logs" ] && (say log "$logs")
(say bench "$bench")
echo "now $(date +%s)"
"""

_REMOVE = r"""
cd -P -- "$folder" || exit 1
for name in "$@"; do
  [ -e "$name" ] && [ ! -L "$name" ] || { echo "gone $name"; continue; }
  # A last look at the processes: one that names the application, or works in its folder, uses it.
  # The pattern comes from a variable by standard input, or grep's own command line would match.
  if printf '%s\n' "$name" | grep -qsaF -f - /proc/[0-9]*/cmdline; then
    echo "used $name"; continue
  fi
  if ls -l /proc/[0-9]*/cwd 2>/dev/null | grep -qF -e "$folder/$name"; then
    echo "used $name"; continue
  fi
  rm -rf -- "./$name" && echo "removed $name" || echo "failed $name"
done
"""


@dataclass(frozen=True, slots=True)
class WorkListing:
    """What lies on a node's disk; nothing says yet what of it is in use."""

    work: str = ""
    logs: str = ""
    folders: tuple[LeftoverFolder, ...] = ()
    now: float = 0.0
    """Unix time on the node."""
    closed: tuple[str, ...] = ()
    """Folders that the login may not read."""

    @property
    def whole(self) -> bool:
        """Whether the login could read all of it."""
        return not self.closed and not any(folder.partial for folder in self.folders)


def list_command(work: str, logs: str, bench: str = FOLDER) -> str:
    """Return the command whose output `parse_listing` reads."""
    return f"work={quote_path(work)}; logs={quote_path(logs)}; bench={quote_path(bench)}; {_LIST}"


def parse_listing(output: str) -> WorkListing:
    """Return what `list_command` found; names that Spark does not give are left out."""
    values: dict[str, str] = {}
    folders = []
    closed = []
    for line in output.splitlines():
        key, _, rest = line.partition(" ")
        if key in ("workdir", "logdir", "now"):
            values[key] = rest
        elif key == "closed":
            closed.append(rest)
        elif (match := _ENTRY.fullmatch(line)) and (kind := kind_of(match[6], match[1])):
            size, changed_at, partial = int(match[3]), float(match[4]), bool(match[2])
            folders.append(
                LeftoverFolder(match[6], kind, size, changed_at, match[5], partial=partial)
            )
    now = values.get("now", "")
    return WorkListing(
        values.get("workdir", ""),
        values.get("logdir", ""),
        tuple(sorted(folders, key=lambda folder: -folder.kib)),
        float(now) if now.isdecimal() else 0.0,
        tuple(closed),
    )


def kind_of(name: str, where: str) -> FolderKind | None:
    """Return what an entry of the work, log or benchmark folder is, None for what is not ours."""
    if where == "bench":
        return FolderKind.BENCHMARK if is_ours(name) else None
    if where == "work":
        match = _NAME.fullmatch(name)
        if match is None:
            return None
        return FolderKind.APPLICATION if match[1] == "app" else FolderKind.DRIVER
    if _OLD_LOG.fullmatch(name):
        return FolderKind.OLD_LOG
    return FolderKind.LOG if _LOG.fullmatch(name) else None


def remove_command(folder: str, names: Iterable[str]) -> str:
    """Return the command that removes entries of a folder which no process uses.

    Raises:
        ValueError: a name is none that Spark gives; nothing else is ever removed.
    """
    wanted = list(names)
    for name in wanted:
        if not (_NAME.fullmatch(name) or _OLD_LOG.fullmatch(name)):
            raise ValueError(f"{name!r} is not a name that Spark gives")
    # The names come by standard input, or this very command line would name them.
    script = 'folder=$1; set --; while read -r name; do set -- "$@" "$name"; done\n' + _REMOVE
    return f"sh -c {quote(script)} sh {quote(folder)}"


def remove_input(names: Iterable[str]) -> bytes:
    """Return what the remove command reads."""
    return "".join(f"{name}\n" for name in names).encode()


def parse_removed(output: str) -> dict[str, str]:
    """Return what became of each name: `removed`, `used`, `gone` or `failed`."""
    words = (line.partition(" ") for line in output.splitlines())
    return {name: word for word, _, name in words if word in ("removed", "used", "gone", "failed")}
