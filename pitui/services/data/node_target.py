"""A node as the place of a tree: who writes there, and how."""

from collections.abc import Awaitable
from dataclasses import replace

from pitui.domain.errors import NodeError
from pitui.remote.copy.tree.tree_push import Execute, TreeTarget
from pitui.remote.runner import Result
from pitui.services.cluster import Cluster
from pitui.services.data.push_items import Item


async def tree_target(cluster: Cluster, name: str, item: Item) -> TreeTarget:
    """Return where a tree belongs on a node; root puts it there where somebody else owns it.

    Raises:
        NodeError: who logs in cannot be found out.
        LinkError: the node cannot be reached.
    """
    runner = cluster.runner(name)

    def as_user(
        command: str, *, stdin: bytes, limit: float, changes: bool = True
    ) -> Awaitable[Result]:
        return runner.run(command, stdin=stdin, limit=limit, changes=changes)

    execute: Execute = as_user
    place = item.place
    if not item.owner:
        return TreeTarget(name, item.target, place, execute)
    user, _, home = (
        (await runner.run('id -un && echo "$HOME"', changes=False)).stdout.strip().partition("\n")
    )
    if not user or not home:
        raise NodeError(name, "cannot find out the login user there")
    if user == item.owner:
        return TreeTarget(name, item.target, place, execute)
    if place.folder == "~" or place.folder.startswith("~/"):
        # Root has another home.
        place = replace(place, folder=home + place.folder[1:])
    sudo = cluster.sudo(name)

    def as_root(
        command: str, *, stdin: bytes, limit: float, changes: bool = True
    ) -> Awaitable[Result]:
        return sudo.run(command, stdin=stdin, limit=limit, changes=changes)

    return TreeTarget(name, item.target, place, as_root, user)
