"""What happened to the master, to nodes, their workers and their health; pure."""

from collections.abc import Iterator

from pitui.domain.cluster import MasterState, Metrics, NodeStatus, Snapshot, WorkerState
from pitui.domain.event import Event, Gravity, Kind
from pitui.domain.seen import (
    AWAY,
    DISK,
    HOT,
    LOST,
    STOPPED,
    THROTTLED,
    UP,
    Seen,
    complaints,
    link_word,
    master_word,
    worker_word,
)
from pitui.domain.text import span

_STALE_S = 60.0
"""Seconds without a look after which an event says when things were last seen otherwise."""


def master_events(before: Seen, snapshot: Snapshot, now: float) -> Iterator[Event]:
    """Yield what happened to the master."""
    master, word = snapshot.master, master_word(snapshot)
    if not word or not before.master or word == before.master:
        return
    gone = word == AWAY
    stopped = master.state is MasterState.STOPPED
    yield Event(
        now, Kind.MASTER, ("stopped" if stopped else "lost") if gone else "back", master.node,
        f"master {master.node}", Gravity.BAD if gone else Gravity.GOOD,
        join(master.error or "", last_seen(before, now)), master.node,
    )  # fmt: skip


def node_events(before: Seen, node: NodeStatus, now: float, *, listed: bool) -> Iterator[Event]:
    """Yield what happened to a node; to its worker only where the master `listed` it."""
    was, word = before.nodes.get(node.name, ""), link_word(node)
    note = last_seen(before, now)
    if word and was and word != was:
        away = word == AWAY
        reason = node.link.error or str(node.link.state)
        yield Event(
            now, Kind.NODE, AWAY if away else "back", node.name, f"node {node.name}",
            Gravity.BAD if away else Gravity.GOOD, join(reason if away else "", note), node.name,
        )  # fmt: skip
    if listed:
        yield from _worker(before, node, now, note)
    if node.metrics is not None:
        yield from _health(before, node, node.metrics, now)


def _worker(before: Seen, node: NodeStatus, now: float, note: str) -> Iterator[Event]:
    was, word = before.workers.get(node.name, ""), worker_word(node)
    if not was or not word or was == word:
        return
    # One that was stopped was stopped on purpose: the audit log tells it apart.
    gravity = {UP: Gravity.GOOD, LOST: Gravity.BAD}.get(word, Gravity.PLAIN)
    what = "back" if word == UP else word
    if was == STOPPED and word == UP:
        what, gravity = "started", Gravity.PLAIN
    unregistered = node.worker is not None and node.worker.state is WorkerState.UNREGISTERED
    yield Event(
        now, Kind.WORKER, what, node.name, f"worker {node.name}", gravity,
        join("the master does not list it" if unregistered else "", note), node.name,
    )  # fmt: skip


_BEGINS = {HOT: "too hot", DISK: "disk nearly full", THROTTLED: "throttled"}
_ENDS = {HOT: "cool again", DISK: "disk has room", THROTTLED: "full speed"}


def _health(before: Seen, node: NodeStatus, metrics: Metrics, now: float) -> Iterator[Event]:
    was = tuple(before.health.get(node.name, ()))
    found = complaints(metrics, was)
    for name in found.keys() | {*was}:
        if (name in found) != (name in was):
            began = name in found
            yield Event(
                now, Kind.HEALTH, (_BEGINS if began else _ENDS)[name], node.name,
                f"{name} {node.name}", Gravity.BAD if began else Gravity.GOOD,
                found.get(name, ""), node.name,
            )  # fmt: skip


def last_seen(before: Seen, now: float) -> str:
    """Return how long nobody had looked, where that was long."""
    if not before.at or now - before.at < _STALE_S:
        return ""
    return f"found after {span(now - before.at)} without a look"


def join(*parts: str) -> str:
    """Return the parts that say something as one sentence."""
    return "; ".join(part for part in parts if part)
