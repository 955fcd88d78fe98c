"""What happened to a worker: lost, stopped, started, back; pure."""

from collections.abc import Iterator

from pitui.domain.cluster import NodeStatus, WorkerState
from pitui.domain.events.event import Event, EventKind, Severity
from pitui.domain.events.event_detail import join
from pitui.domain.events.last_known_state import LOST, STOPPED, UP, LastKnownState, worker_word


def worker_events(
    before: LastKnownState, node: NodeStatus, now: float, note: str
) -> Iterator[Event]:
    """Yield what happened to a node's worker, with a note of what else is known."""
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
