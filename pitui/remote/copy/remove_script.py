"""The shell text that removes what was pushed to a node, and what it says.

Only what a receipt tells of goes, and only where it is still as it was put there.
"""

from enum import StrEnum

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
#
# Whoever may write in the folder may write a receipt, and root may be reading it: of the names in
# it only the one that is meant counts, or for a pattern those in the folder itself.
_REMOVE = (
    HEAD
    + r"""
name=$5
cd -- "$4" 2>/dev/null || { echo missing; exit 0; }
packed() { printf './%s\0' "$1" | base64 -w 0; }
valid() {
  if [ -n "$1" ]; then [ "$names" = "$(packed "$1")" ]; return; fi
  ! unpack "$names" | tr '\n\0' '?\n' | grep -Eqv '^\./([^/.]|\.[^/.]|\.\.[^/])[^/]*$'
}
# The receipt, and the name that it is for; none: what a pattern matched.
one() {
  receipt=$1
  IFS=' ' read -r word rest < "$receipt"
  own=$(tail -n +2 "$receipt" | base64 -w 0)
  if [ -n "$2" ]; then names=$(packed "$2"); else names=$own; fi
  [ -n "$names" ] || { rm -f -- "$receipt"; echo foreign; return; }
  [ -n "$(found x | head -c 1)" ] || { rm -f -- "$receipt"; echo missing; return; }
  [ "$word" != found ] || { echo foreign; return; }
  if [ "$word" = tree ]; then
    names=$own
    [ -n "$own" ] && valid "$2" || { echo foreign; return; }
  fi
  [ "$(brought)" = "$names" ] || { echo changed; return; }
  unpack "$names" | xargs -0 -r sh -c 'find "$@" -type d ! -perm -700 -exec chmod u+rwx {} +
    exec rm -rf -- "$@"' sh || exit 1
  rm -f -- "$receipt" || exit 1
  echo removed
}
# What a push left that did not end.
remove_begun() {
  for old in ".$1".$hex16.new ".$1".$hex16.part ".$1".$hex16.part.said; do
    [ -e "$old" ] || continue
    remove "$old" || exit 1
    echo removed
  done
}
remove_begun "$key"
[ -z "$name" ] || [ "$name" = "$key" ] || remove_begun "$name"
if [ -f ".$key.receipt" ]; then
  one ".$key.receipt" "$name"
  exit
fi
if [ -n "$name" ] && cd -- "./$name" 2>/dev/null; then
  found_any=
  for receipt in .glob-*.receipt; do
    [ -f "$receipt" ] || continue
    found_any=yes
    glob=${receipt#.}
    remove_begun "${glob%.receipt}"
    one "$receipt" ""
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
