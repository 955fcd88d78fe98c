"""What happened to the master, to nodes, their workers and their health; pure."""

from collections.abc import Iterator

from pitui.domain.cluster import (
    MasterState,
    Metrics,
    NodeStatus,
    WorkerState,
)
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.events.last_known_state import (
    AWAY,
    DISK,
    HOT,
    LOST,
    STOPPED,
    THROTTLED,
    UP,
    LastKnownState,
    complaints,
    link_word,
    master_word,
    worker_word,
)
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import time_span

_STALE_S = 60.0
"""Seconds without a look after which an event says when things were last seen otherwise."""


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
        yield from _worker_events(before, node, now, note)
    if node.metrics is not None:
        yield from _health_events(before, node, node.metrics, now)


def _worker_events(
    before: LastKnownState, node: NodeStatus, now: float, note: str
) -> Iterator[Event]:
    was, word = before.workers.get(node.name, ""), worker_word(node)
    if not was or not word or was == word:
        return
    # One that was stopped was stopped on purpose: the audit log tells it apart.
    gravity = {UP: Severity.GOOD, LOST: Severity.BAD}.get(word, Severity.PLAIN)
    what = "back" if word == UP else word
    if was == STOPPED and word == UP:
        what, gravity = "started", Severity.PLAIN
    unregistered = node.worker is not None and node.worker.state is WorkerState.UNREGISTERED
    yield Event(
        now, EventKind.WORKER, what, node.name, f"worker {node.name}", gravity,
        join("the master does not list it" if unregistered else "", note), node.name,
    )  # fmt: skip


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


def last_seen(before: LastKnownState, now: float) -> str:
    """Return how long nobody had looked, where that was long."""
    if not before.at or now - before.at < _STALE_S:
        return ""
    return f"found after {time_span(now - before.at)} without polling"


def join(*parts: str) -> str:
    """Return the parts that say something as one sentence."""
    return "; ".join(part for part in parts if part)
