"""The shell text that removes what was pushed to a node, and what it says.

Only what a receipt tells of goes, and only where it is still as it was put there.
"""

from enum import StrEnum

from pitui.remote.copy.receive_script import FILE_FACTS
from pitui.remote.copy.tree.tree_shell import HEAD
from pitui.remote.quoting import quote, quote_path


class Removed(StrEnum):
    """How it ended for one item on one node; the worst comes last."""

    MISSING = "missing"
    REMOVED = "removed"
    FOREIGN = "foreign"
    """It is there, and pitui did not bring it."""
    CHANGED = "changed"
    """Somebody changed it since."""


# Positional: the receipt's key, two that HEAD wants, the folder, and the name (empty for what a
# pattern matched). A folder that is named by itself may hold what several patterns brought.
_REMOVE = (
    FILE_FACTS
    + HEAD
    + r"""
name=$5
cd -- "$4" 2>/dev/null || { echo missing; exit 0; }
intact() {
  if [ "$1" = tree ]; then [ "$2" = "$(facts)" ]; else [ "$2" = "$(file_facts "./$name")" ]; fi
}
one() {
  receipt=$1
  IFS=' ' read -r word rest < "$receipt"
  if [ "$word" = tree ]; then
    seen=${rest#* }
    names=$(tail -n +2 "$receipt" | base64 -w 0)
  else
    seen=$rest
    names=$(printf './%s\0' "$name" | base64 -w 0)
  fi
  if [ -z "$(found x | head -c 1)" ]; then rm -f -- "$receipt"; echo missing; return; fi
  intact "$word" "$seen" || { echo changed; return; }
  unpack "$names" | xargs -0 -r sh -c 'find "$@" -type d ! -perm -700 -exec chmod u+rwx {} +
    exec rm -rf -- "$@"' sh || exit 1
  rm -f -- "$receipt" || exit 1
  echo removed
}
if [ -f ".$key.receipt" ]; then
  one ".$key.receipt"
  exit
fi
if [ -n "$name" ] && cd -- "./$name" 2>/dev/null; then
  for receipt in .glob-*.receipt; do
    [ ! -f "$receipt" ] || { one "$receipt"; found_any=yes; }
  done
  [ -z "$found_any" ] || exit 0
  echo foreign
elif [ -n "$name" ] && { [ -e "./$name" ] || [ -L "./$name" ]; }; then
  echo foreign
else
  echo missing
fi
"""
)


def remove_data_command(folder: str, key: str, name: str) -> str:
    """Return the command that removes what was pushed.

    Args:
        folder: where it is.
        key: what its receipt is called by.
        name: its name there; empty for what a pattern matched.
    """
    return (
        f"sh -c {quote(_REMOVE)} remove {quote(key, '', '')} {quote_path(folder)} {quote(name)}"
        " </dev/null"
    )


def parse_removed_data(output: str) -> Removed | None:
    """Return the worst of what the command said, None where that is not valid."""
    order = list(Removed)
    try:
        return max((Removed(word) for word in output.split()), key=order.index, default=None)
    except ValueError:
        return None
