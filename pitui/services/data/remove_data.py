"""Removing what was pushed, and nothing else."""

from collections.abc import Callable, Sequence
from glob import has_magic
from pathlib import Path, PurePosixPath

from pitui.config.nodes import expand_path
from pitui.domain.errors import LinkError, PituiError, UsageError
from pitui.domain.node_outcome import Outcome, OutcomeState
from pitui.remote.copy.payload import refused
from pitui.remote.copy.remove_script import Removed, parse_removed_data, remove_data_command
from pitui.remote.fanout import fan_out
from pitui.remote.quoting import quote_path
from pitui.services.cluster import Cluster
from pitui.services.data.item_push import is_in_place
from pitui.services.data.node_target import tree_target
from pitui.services.data.push_items import Item, item_at, item_of_section

REMOVE_LIMIT = 300.0
"""Seconds to remove many small files from a slow card."""


def removable_items(cluster: Cluster, target: str) -> list[Item]:
    """Return what is at a path on the nodes: by the configuration, else what was pushed by hand.

    Raises:
        UsageError: it is no path on a node.
    """
    found = []
    for number, data in enumerate(cluster.config.data):
        item = configured_item(cluster, number)
        if target.rstrip("/") in {item.target.rstrip("/"), data.target.rstrip("/")}:
            found.append(item)
    return found or [item_at(Path("/"), target.rstrip("/"), (), "")]


def configured_item(cluster: Cluster, number: int) -> Item:
    """Return an item of the configuration, also one whose source is gone.

    Raises:
        UsageError: its target is no path on a node.
    """
    data = cluster.config.data[number]
    try:
        return item_of_section(data, cluster.config.folder)
    except UsageError:
        # What it brought is still there to be removed.
        nodes = () if isinstance(data.nodes, str) else tuple(data.nodes)
        path = expand_path(cluster.config.folder, data.source)
        pattern = data.source if has_magic(data.source) else ""
        return item_at(path, data.target, nodes, data.owner or "", pattern)


async def remove_data(
    cluster: Cluster, item: Item, names: Sequence[str], report: Callable[[Outcome], None]
) -> list[Outcome]:
    """Remove an item from nodes where it is as it was pushed, and tell of each how it ended."""

    async def one(name: str) -> Outcome:
        try:
            await locks.take(name)
            outcome = await _remove_from(cluster, item, name)
        except PituiError as error:
            away = isinstance(error, LinkError)
            state = OutcomeState.UNREACHABLE if away else OutcomeState.FAILED
            outcome = Outcome(name, "", state, error.message, error.advice, said=error.said)
        if outcome.state is not OutcomeState.UNCHANGED:
            details = {} if outcome.state.good else {"detail": outcome.detail}
            cluster.audit.record(
                "remove-data", name, str(outcome.state), target=item.target, **details
            )
        report(outcome)
        return outcome

    async with cluster.locks.holding("data --remove") as locks:
        found = await fan_out(item.on(names), one)
    return [outcome for outcome in found.values() if isinstance(outcome, Outcome)]


async def _remove_from(cluster: Cluster, item: Item, name: str) -> Outcome:
    what = item.label
    if cluster.node(name).local and is_in_place(item, name):
        message = f"{what} is what would be pushed, on this machine, and stays"
        return Outcome(name, "", OutcomeState.FAILED, message)
    target = await tree_target(cluster, name, item)
    last = "" if item.pattern else PurePosixPath(item.target).name
    command = remove_data_command(target.place.folder, target.place.key, last)
    result = await target.execute(command, stdin=b"", limit=REMOVE_LIMIT)
    removed = parse_removed_data(result.stdout)
    if not result.ok or removed is None:
        raise refused(name, what, result.stderr, "remove")
    match removed:
        case Removed.REMOVED:
            return Outcome(name, "", OutcomeState.OK, f"removed {what}")
        case Removed.MISSING:
            return Outcome(name, "", OutcomeState.UNCHANGED, f"{what} is not there")
        case Removed.FOREIGN:
            message = f"{what} was not pushed by pitui and stays"
        case Removed.CHANGED:
            message = f"{what} was changed since it was pushed and stays"
    advice = f"Look at it on {name}."
    if item.source.is_file() and not item.pattern:
        advice = f"Look at it on {name}, and remove it there: rm {quote_path(item.target)}"
    return Outcome(name, "", OutcomeState.FAILED, message, advice)
