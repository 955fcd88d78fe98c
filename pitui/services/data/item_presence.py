"""Which nodes have what is under `data:`, and whether it is the same."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pitui.config.nodes import expand_path
from pitui.domain.errors import LinkError, PituiError, UsageError
from pitui.remote.copy.path_presence import Presence, Trust, parse_presence
from pitui.remote.copy.payload import end_limit, refused
from pitui.remote.copy.receive_script import presence_command
from pitui.remote.copy.tree.tree_push import look_at_tree
from pitui.remote.fanout import fan_out
from pitui.services.cluster import Cluster
from pitui.services.data.node_target import tree_target
from pitui.services.data.push_items import Content, Item, PlainFile, item_of_section, recall_content

DataState = Literal["present", "different", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class NodeData:
    """What one node has of an item."""

    state: DataState
    size: int = 0
    """Bytes of what is at its place."""
    error: str = ""
    """Why nothing is known."""
    advice: str = ""
    said: str = ""
    """What the node said last, in lines; see `Outcome`."""


@dataclass(frozen=True, slots=True)
class ItemPresence:
    """Where an item is."""

    source: str
    target: str
    item: Item | None = None
    """None where its source cannot be read."""
    size: int = 0
    files: int = 0
    nodes: dict[str, NodeData] = field(default_factory=dict)
    error: str = ""
    """Why its source cannot be read."""


NodeDataReport = Callable[[int, str, NodeData], None]
"""Called with an item's number, a node, and what that has."""


async def find_data(
    cluster: Cluster, *, verify: bool = False, report: NodeDataReport | None = None
) -> list[ItemPresence]:
    """Return where everything under `data:` is.

    What a node has is taken from its receipt where nothing was written since; with `verify` all of
    it is read.
    """
    trust: Trust = "verify" if verify else "state"
    away: dict[str, NodeData] = {}
    found = []
    for number, data in enumerate(cluster.config.data):
        nodes = list(cluster.nodes) if isinstance(data.nodes, str) else data.nodes
        source = str(expand_path(cluster.config.folder, data.source))
        try:
            item = await asyncio.to_thread(item_of_section, data, cluster.config.folder)
            content = await asyncio.to_thread(recall_content, item)
        except UsageError as error:
            unknown = NodeData("unknown", error=error.message, advice=error.advice)
            found.append(
                ItemPresence(
                    source, data.target, nodes=dict.fromkeys(nodes, unknown), error=error.message
                )
            )
            continue

        async def one(name: str, item: Item = item, content: Content = content) -> NodeData:
            return await _node_data(cluster, name, item, content, away, trust=trust)

        answers = await fan_out(nodes, one)
        states = {n: a for n, a in answers.items() if isinstance(a, NodeData)}
        for name, state in states.items():
            if report is not None:
                report(number, name, state)
        found.append(
            ItemPresence(str(item.source), item.target, item, content.size, content.files, states)
        )
    return found


async def _node_data(
    cluster: Cluster,
    name: str,
    item: Item,
    content: Content,
    away: dict[str, NodeData],
    *,
    trust: Trust,
) -> NodeData:
    if name in away:
        return away[name]
    try:
        return await look_at_data(cluster, name, item, content, trust)
    except PituiError as error:
        unknown = NodeData("unknown", error=error.message, advice=error.advice, said=error.said)
        if isinstance(error, LinkError):
            away[name] = unknown
        return unknown


async def look_at_data(
    cluster: Cluster, name: str, item: Item, content: Content, trust: Trust
) -> NodeData:
    """Return what one node has of an item.

    Raises:
        NodeError: it cannot be read there.
        LinkError: the node cannot be reached.
    """
    if isinstance(content, PlainFile):
        found = await _file_presence(cluster, name, item, content, trust)
    else:
        target = await tree_target(cluster, name, item)
        found = await look_at_tree(target, content, trust)
    return NodeData(found.state, found.size)


async def _file_presence(
    cluster: Cluster, name: str, item: Item, file: PlainFile, trust: Trust
) -> Presence:
    payload = file.payload
    command = presence_command(item.target, payload.sha512, payload.size, file.mode, trust)
    result = await cluster.runner(name).run(command, limit=end_limit(payload), changes=False)
    found = parse_presence(result.stdout, payload.size)
    if not result.ok or found is None:
        raise refused(name, item.target, result.stderr, "read")
    return found
