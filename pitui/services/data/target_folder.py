"""The folder on a node in which something is put: made where it is missing."""

from pitui.domain.errors import NodeError
from pitui.remote.copy.payload import READ_ONLY, refused
from pitui.remote.quoting import quote, quote_path
from pitui.services.cluster import Cluster

# Positional: the folder. What is missing of it is made, by the login user where that may be.
_FOLDER = r"""umask 022
[ -d "$1" ] || mkdir -p -- "$1"
if [ ! -d "$1" ]; then echo "missing $(id -u)"
elif [ ! -w "$1" ]; then
  # It may be the whole file system that takes nothing, as after an error on a card.
  (: > "$1/.pitui-$$") && rm -f -- "$1/.pitui-$$"
  echo "closed $(id -un)"
fi
"""


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
    words = f"sh -c {quote(_FOLDER)} push {quote_path(folder)}"
    result = await cluster.runner(name).run(words)
    word, _, user = result.stdout.strip().partition(" ")
    if word == "closed" and READ_ONLY in result.stderr:
        raise refused(name, folder, result.stderr)
    if word == "closed" and not by_root:
        advice = f"Allow it with: sudo chown {user} {quote(folder)}"
        raise NodeError(name, f"{user} is not allowed to write to {folder}", advice)
    if word == "missing" and folder.startswith("/"):
        made = await cluster.sudo(name).run(
            f"umask 022; mkdir -p -- {quote(folder)} && chown -- {quote(user)} {quote(folder)}"
        )
        if not made.ok:
            raise refused(name, folder, made.stderr, "create")
    elif word == "missing":
        raise refused(name, folder, result.stderr, "create")
