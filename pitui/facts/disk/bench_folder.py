"""The folder below which benchmarks keep data on a node, and the removal of what nothing uses.

The driver of a run names what it reads in its command line, and what makes data names what it
makes: as long as a process does, it is in use. Between two runs of a benchmark it is a process of
its own on the master's node that does (`hold_command`).
"""

import re
from collections.abc import Iterable

from pitui.remote.quoting import quote

FOLDER = "/var/tmp/pitui-bench"  # noqa: S108 - on the disk, where /tmp is RAM on Debian 13
"""The same path on every node, readable by Spark's account."""
_NAME = re.compile(r"(text-\d+m|tables-\d[\d.e+-]*|event-logs\.\w+)(\.new-\w+)?|bin")

# The names come by standard input, or this very command line would name them.
_USED = r"""
used() { printf '%s\n' "$folder/$1" | grep -qsaF -f - /proc/[0-9]*/cmdline; }
read -r folder || exit 0
"""
IN_USE_COMMAND = f'{_USED}while read -r name; do used "$name" && echo "used $name"; done; :'
"""Says which names a process uses; reads `input_for`."""
_OWNER, _USER = "pitui-bench-owner", "pitui-bench-user"
MISSING_COMMAND = rf"""
read -r folder || exit 0
while read -r name; do
  [ -e "$folder/$name" ] || {{ echo "missing $name"; continue; }}
  by=$(printf '%s\n' "$folder/$name" | grep -lsaF -f - /proc/[0-9]*/cmdline |
    xargs -r grep -lsa {_OWNER})
  [ -z "$by" ] || echo "owned $name"
done"""
"""Says which names are not there (`missing`), and which another benchmark made that still goes on
and removes them in the end (`owned`); reads `input_for`."""
REMOVE_COMMAND = (
    _USED
    + r"""
cd -P -- "$folder" 2>/dev/null || {
  while read -r name; do
    [ -e "$folder" ] && echo "failed $name" || echo "gone $name"
  done; exit 0
}
while read -r name; do
  used "$name" && { echo "used $name"; continue; }
  word=gone; [ -e "$name" ] && word=removed
  rm -rf -- "./$name" "./$name".new-* && echo "$word $name" || echo "failed $name"
done
cd .. && rmdir -- "./${folder##*/}" 2>/dev/null
:"""
)
"""Removes names that no process uses, and the folder when it is empty; reads `input_for`, and says
what `pitui.facts.disk.work_folders.parse_removed` reads."""


def hold_command(names: Iterable[str], *, owner: bool, folder: str = FOLDER) -> str:
    """Return the command that uses names until its input ends, so that nobody removes them.

    An owner removes them in the end, and so does whoever uses what an owner made.
    """
    paths = quote(*(f"{folder}/{name}" for name in names))
    # What follows `cat` keeps the shell, with its arguments, from becoming it.
    return f"exec sh -c 'echo held; cat >/dev/null; :' {_OWNER if owner else _USER} {paths}"


def is_ours(name: str) -> bool:
    """Return whether something in the folder has a name that benchmarks give."""
    return _NAME.fullmatch(name) is not None


def input_for(names: Iterable[str], folder: str = FOLDER) -> bytes:
    """Return what the commands read.

    Raises:
        ValueError: a name is none that benchmarks give; nothing else is ever removed.
    """
    wanted = list(names)
    for name in wanted:
        if not is_ours(name):
            raise ValueError(f"{name!r} is not a name that benchmarks give")
    return "".join(f"{line}\n" for line in (folder, *wanted)).encode()
