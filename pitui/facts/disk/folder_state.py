"""What folders on a node are: on which file system, whose, with which mode."""

from collections.abc import Iterable
from dataclasses import dataclass

from pitui.remote.quoting import quote, quote_all

_RAM = ("tmpfs", "ramfs")
_LOOK = r"""
for path; do
  up=$path
  while [ ! -e "$up" ]; do up=$(dirname -- "$up"); done
  type=$(stat -f -c %T -- "$up" | tr ' ' _)
  printf '%s %s %s\n' "$type" "$(stat -L -c '%a %U' -- "$path" 2>/dev/null || echo '- -')" "$path"
done
"""


@dataclass(frozen=True, slots=True)
class FolderState:
    """One folder; `mode` (octal) and `owner` are empty where it is not there yet."""

    file_system: str
    """Of the folder, or of where it would be made; as stat(1) calls it, such as `tmpfs`."""
    mode: str = ""
    owner: str = ""

    @property
    def exists(self) -> bool:
        """Whether the folder is there."""
        return bool(self.mode)

    @property
    def of_ram(self) -> bool:
        """Whether what is written there takes memory."""
        return self.file_system in _RAM


def folders_command(paths: Iterable[str]) -> str:
    """Return the command whose output `parse_folders` reads."""
    return f"sh -c {quote(_LOOK)} look {quote_all(paths)}"


def parse_folders(output: str) -> dict[str, FolderState]:
    """Return each folder's state by its path."""
    found = {}
    for line in output.splitlines():
        file_system, mode, owner, path = line.split(" ", 3)
        there = mode != "-"
        found[path] = FolderState(file_system, mode if there else "", owner if there else "")
    return found
