"""What happened to the master, to nodes and to their health; pure."""

from collections.abc import Iterator

from pitui.domain.cluster import (
    MasterState,
    Metrics,
    NodeStatus,
)
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.events.event_detail import join, last_seen
from pitui.domain.events.last_known_state import (
    AWAY,
    DISK,
    HOT,
    THROTTLED,
    LastKnownState,
    complaints,
    link_word,
    master_word,
)
from pitui.domain.events.worker_events import worker_events
from pitui.domain.snapshot import Snapshot


def master_events(before: LastKnownState, snapshot: Snapshot, now: float) -> Iterator[Event]:
    """Yield what happened to the master."""
    master, word = snapshot.master, master_word(snapshot)
    if not word or not before.master or word == before.master:
        return
    gone = word == AWAY
    stopped = master.state is MasterState.STOPPED
    yield Event(
        now, EventKind.MASTER, ("stopped" if stopped else "lost") if gone else "back", master.node,
        f"master {master.node}", Severity.BAD if gone else Severity.GOOD,
        join(master.error or "", last_seen(before, now)), master.node,
    )  # fmt: skip


def node_events(
    before: LastKnownState, node: NodeStatus, now: float, *, listed: bool
) -> Iterator[Event]:
    """Yield what happened to a node; to its worker only where the master `listed` it."""
    was, word = before.nodes.get(node.name, ""), link_word(node)
    note = last_seen(before, now)
    if word and was and word != was:
        away = word == AWAY
        reason = node.link.error or str(node.link.state)
        yield Event(
            now, EventKind.NODE, AWAY if away else "back", node.name, f"node {node.name}",
            Severity.BAD if away else Severity.GOOD, join(reason if away else "", note), node.name,
        )  # fmt: skip
    if listed:
        yield from worker_events(before, node, now, note)
    if node.metrics is not None:
        yield from _health_events(before, node, node.metrics, now)


_BEGINS = {HOT: "too hot", DISK: "disk nearly full", THROTTLED: "throttled"}
_ENDS = {HOT: "cool again", DISK: "disk has room", THROTTLED: "full speed"}


def _health_events(
    before: LastKnownState, node: NodeStatus, metrics: Metrics, now: float
) -> Iterator[Event]:
    was = tuple(before.health.get(node.name, ()))
    found = complaints(metrics, was)
    for name in found.keys() | {*was}:
        if (name in found) != (name in was):
            began = name in found
            yield Event(
                now, EventKind.HEALTH, (_BEGINS if began else _ENDS)[name], node.name,
                f"{name} {node.name}", Severity.BAD if began else Severity.GOOD,
                found.get(name, ""), node.name,
            )  # fmt: skip
