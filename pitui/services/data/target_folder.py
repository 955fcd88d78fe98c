"""The folder on a node in which something is put: made where it is missing."""

from pitui.domain.errors import NodeError
from pitui.remote.copy.receive_script import FILE_FACTS
from pitui.remote.quoting import quote, quote_path
from pitui.services.cluster import Cluster

# Positional: the folder. What is missing of it is made, by the login user where that may be.
_FOLDER = r"""umask 022
[ -d "$1" ] || mkdir -p -- "$1"
if [ ! -d "$1" ]; then echo "missing $(id -u)"; elif [ ! -w "$1" ]; then echo "closed $(id -un)"; fi
"""

# The same for a file, whose mode is set where it is there with another: its receipt fits on.
_FILE = (
    _FOLDER
    + FILE_FACTS
    + r"""
if [ -f "$2" ] && [ "$(stat -c %a -- "$2" 2>/dev/null || stat -f %Lp "$2")" != "$3" ]; then
  receipt=$1/.${2##*/}.receipt
  old=$(file_facts "$2")
  chmod "$3" "$2" || exit
  if [ -f "$receipt" ]; then
    noted=$(cat "$receipt")
    case $noted in *" $old")
      rm -f -- "$receipt.new"
      echo "${noted%"$old"}$(file_facts "$2")" > "$receipt.new" &&
        mv -f -- "$receipt.new" "$receipt" ;;
    esac
  fi
fi
"""
)


async def make_folder(cluster: Cluster, name: str, folder: str, *, by_root: bool = False) -> None:
    """See that a folder is there and can be written to; as root only what is missing.

    Args:
        cluster: the cluster.
        name: the node.
        folder: its path; `~/` is the login user's home there.
        by_root: whether root writes there, and not the login user.

    Raises:
        NodeError: it cannot be made, or not be written to.
        LinkError: the node cannot be reached.
    """
    await _see_to(cluster, name, folder, f"{_FOLDER}", quote_path(folder), by_root=by_root)


async def make_folder_of(cluster: Cluster, name: str, folder: str, target: str, mode: int) -> None:
    """Do as `make_folder` does for a file's folder, and give a file that is there its mode.

    Raises:
        NodeError: the folder cannot be made, or not be written to.
        LinkError: the node cannot be reached.
    """
    words = f"{quote_path(folder)} {quote_path(target)} {mode:o}"
    await _see_to(cluster, name, folder, _FILE, words, by_root=False)


async def _see_to(
    cluster: Cluster, name: str, folder: str, script: str, words: str, *, by_root: bool
) -> None:
    result = await cluster.runner(name).run(f"sh -c {quote(script)} push {words}")
    word, _, user = result.stdout.strip().partition(" ")
    if word == "closed" and not by_root:
        advice = f"Allow it with: sudo chown {user} {quote(folder)}"
        raise NodeError(name, f"{user} is not allowed to write to {folder}", advice)
    if word == "missing" and folder.startswith("/"):
        made = await cluster.sudo(name).run(
            f"umask 022; mkdir -p -- {quote(folder)} && chown -- {quote(user)} {quote(folder)}"
        )
        if not made.ok:
            raise NodeError(name, f"cannot create {folder}: {made.stderr.strip()}")
    elif word == "missing":
        raise NodeError(name, f"cannot create {folder}: {result.stderr.strip()}")
