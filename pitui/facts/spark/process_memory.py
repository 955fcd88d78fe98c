"""Spark's processes on a node with their memory: daemons, executors, drivers, Python workers."""

import re
from collections.abc import Collection, Iterable
from itertools import pairwise

from pitui.domain.node_detail import SparkProcess
from pitui.facts.spark.daemon_processes import daemon_role

# The patterns' brackets keep this very command out.
SPARK_PROCESSES_COMMAND = r"""
[ -r /proc/self/status ] || { echo "none"; exit 0; }
for file in $(grep -lsaE 'org[.]apache[.]spark|pyspark[./]daemon' /proc/[0-9]*/cmdline); do
  pid=${file#/proc/}; pid=${pid%/cmdline}
  name=; parent=; resident=; uid=
  while read -r key value rest; do
    case $key in
      PPid:) parent=$value ;; Uid:) uid=$value ;; VmRSS:) resident=$value ;;
    esac
  done 2>/dev/null < "/proc/$pid/status"
  [ -n "$resident" ] || continue
  printf '%s %s %s %s %s\n' "$pid" "$parent" "$resident" "$uid" \
    "$(tr '\0\n\t' '\t  ' 2>/dev/null < "$file")"
done
true
"""
"""Its output is what `parse_spark_processes` reads; `none` where there is no /proc."""

_LINE = re.compile(r"(\d+) (\d+) (\d+) (\d+) (.*)")
_BACKEND = re.compile(r"org\.apache\.spark\.executor\.\w*ExecutorBackend\b")
_DRIVER = "driver"
_PROGRAMS = {
    "org.apache.spark.deploy.worker.DriverWrapper": _DRIVER,
    "org.apache.spark.deploy.SparkSubmit": "driver (spark-submit)",
    "org.apache.spark.deploy.history.HistoryServer": "history server",
}
_DRIVER_ID = re.compile(r"\bdriver-\d{14}-\d{4}\b")


def parse_spark_processes(output: str) -> tuple[SparkProcess, ...]:
    """Return Spark's processes; those of a shell or launcher that only names Spark are left out."""
    found = []
    for line in output.splitlines():
        match = _LINE.fullmatch(line.rstrip("\t "))
        if match is None:
            continue
        words = match[5].split("\t")
        said = _kind_and_app(words)
        if said is not None:
            what, app_id = said
            pid, parent, kib = int(match[1]), int(match[2]), int(match[3])
            found.append(SparkProcess(pid, parent, kib // 1024, match[4], what, app_id))
    return _with_python_owners(found)


def _kind_and_app(words: list[str]) -> tuple[str, str] | None:
    """Return what a command line is, and of which application."""
    if "pyspark.daemon" in words:
        return "Python worker", ""
    if not words[0].rpartition("/")[2].startswith("java"):
        return None
    if (daemon := daemon_role(words)) is not None:
        return str(daemon[0]), ""
    if any(_BACKEND.fullmatch(word) for word in words):
        options = dict(pairwise(words))
        app_id = options.get("--app-id", "")
        return f"executor {options.get('--executor-id', '?')} of {app_id}", app_id
    known = next((what for name, what in _PROGRAMS.items() if name in words), None)
    driver = _DRIVER_ID.search(" ".join(words)) if known == _DRIVER else None
    if driver is not None:
        return f"driver {driver[0]}", driver[0]
    return (known, "") if known else None


def _with_python_owners(found: list[SparkProcess]) -> tuple[SparkProcess, ...]:
    """Add up the Python processes that belong to one executor or driver into one row."""
    by_pid = {process.pid: process for process in found}
    others = [process for process in found if process.what != "Python worker"]
    sums: dict[int, list[SparkProcess]] = {}
    for process in found:
        if process.what == "Python worker":
            sums.setdefault(_owner(process, by_pid), []).append(process)
    for owner, pythons in sums.items():
        of = f" of {by_pid[owner].what.partition(' of ')[0]}" if owner in by_pid else ""
        first = min(pythons, key=lambda process: process.pid)
        others.append(
            SparkProcess(
                first.pid,
                owner or first.parent,
                sum(process.resident_mib for process in pythons),
                first.user,
                f"{len(pythons)} Python{of}",
                by_pid[owner].app_id if owner in by_pid else "",
            )
        )
    return tuple(others)


def _owner(process: SparkProcess, by_pid: dict[int, SparkProcess]) -> int:
    """Return the pid of the Java process that a Python worker works for; 0 where there is none."""
    seen = set()
    parent = process.parent
    while parent in by_pid and parent not in seen:
        seen.add(parent)
        if by_pid[parent].what != "Python worker":
            return parent
        parent = by_pid[parent].parent
    return 0


def of_node(
    processes: Iterable[SparkProcess], own: Collection[int], *, shared: bool
) -> tuple[SparkProcess, ...]:
    """Return the processes of a node, with those that its daemons `own` started.

    What no daemon started (a driver that a person submitted) is the node's where the machine is
    not shared with other nodes.
    """
    by_pid = {process.pid: process for process in processes}
    daemons = {p.pid for p in by_pid.values() if p.what in ("master", "worker")}
    found = []
    for process in by_pid.values():
        root = _root(process, by_pid, daemons)
        if root in own or (root is None and not shared):
            found.append(process)
    return tuple(sorted(found, key=lambda process: (process.app_id, process.pid)))


def _root(
    process: SparkProcess, by_pid: dict[int, SparkProcess], daemons: Collection[int]
) -> int | None:
    seen: set[int] = set()
    current = process
    while current.pid not in seen:
        if current.pid in daemons:
            return current.pid
        seen.add(current.pid)
        if current.parent not in by_pid:
            return None
        current = by_pid[current.parent]
    return None
