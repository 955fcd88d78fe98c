"""Which daemons an action is about."""

from collections.abc import Iterable

from pitui.config.model import Node
from pitui.domain.cluster import Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.errors import UsageError
from pitui.services.cluster import Cluster

WORDS = ("master", "workers", "all")


def targets_for(cluster: Cluster, words: Iterable[str]) -> list[DaemonTarget]:
    """Return the daemons that words mean: `master`, `workers`, `all` (also no word), node names.

    A node's name means every daemon it runs by its configuration. The master comes first, each
    target once.

    Raises:
        UsageError: a word means nothing here, or a node that runs no daemon.
    """
    found: set[DaemonTarget] = set()
    for word in list(words) or ["all"]:
        found.update(_targets_of_word(cluster, word))
    in_order = [target for node in cluster.nodes.values() for target in _of(node)]
    wanted = [target for target in in_order if target in found]
    return sorted(wanted, key=lambda target: target.role is not Role.MASTER)


def _targets_of_word(cluster: Cluster, word: str) -> list[DaemonTarget]:
    if word == "master":
        return [DaemonTarget(cluster.master.name, Role.MASTER)]
    if word == "workers":
        return [DaemonTarget(node.name, Role.WORKER) for node in cluster.workers]
    if word == "all":
        return [target for node in cluster.nodes.values() for target in _of(node)]
    if word not in cluster.nodes:
        raise UsageError(
            f"{word!r} is neither a node nor one of {', '.join(WORDS)}",
            f"Nodes are: {', '.join(cluster.nodes)}.",
        )
    targets = _of(cluster.node(word))
    if not targets:
        raise UsageError(f"{word} is configured to run neither a master nor a worker")
    return targets


def _of(node: Node) -> list[DaemonTarget]:
    return [DaemonTarget(node.name, role) for role in node.roles]
