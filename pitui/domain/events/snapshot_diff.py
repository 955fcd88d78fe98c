"""What happened between what was last seen of a cluster and a new snapshot of it; pure."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from pitui.domain.cluster import MasterState, NodeStatus
from pitui.domain.events.app_events import application_events, executor_events
from pitui.domain.events.event import Event, Severity
from pitui.domain.events.last_known_state import AWAY, LastKnownState, app_changes, next_known_state
from pitui.domain.events.node_events import master_events, node_events
from pitui.domain.snapshot import Snapshot

_REGISTER_S = 20.0
"""Seconds in which workers find a master that was away, before they are called lost."""


def diff_snapshots(
    before: LastKnownState,
    snapshot: Snapshot,
    now: float,
    own: Collection[str] = (),
    last: Snapshot | None = None,
) -> tuple[list[Event], LastKnownState]:
    """Return the events since `before`, and what is seen now.

    `own` names the nodes and applications that the user acts on: what happens to them is no news.
    `last` is the snapshot in which the master last listed its applications, if `before` is what
    was seen since: what is the same in both is not looked at again.
    """
    listed = snapshot.master.state is MasterState.ALIVE
    # A time of the future was noted before the clock was set back.
    registering = 0.0 <= now - before.master_back_at <= _REGISTER_S
    settled = listed and before.master != AWAY and not registering
    changes = app_changes(before, snapshot, last) if listed else None
    after = next_known_state(before, snapshot, now, settled=settled, changes=changes)
    events = [
        *master_events(before, snapshot, now),
        *(
            event
            for node in _differing(before, after, snapshot)
            for event in node_events(before, node, now, listed=settled)
        ),
    ]
    if changes is not None:
        events += application_events(before, changes, now)
    events += executor_events(before, snapshot, now)
    events.sort(key=lambda event: event.at)
    return [_without_own(event, own) for event in events], after


def _differing(
    before: LastKnownState, after: LastKnownState, snapshot: Snapshot
) -> Sequence[NodeStatus]:
    """Return the nodes of which something was seen: with most snapshots none."""
    words = [(seen.nodes, seen.workers, seen.health) for seen in (before, after)]
    if words[0] == words[1]:
        return ()
    pairs = tuple(zip(*words, strict=True))
    return [
        node
        for node in snapshot.nodes
        if any(was.get(node.name) != now.get(node.name) for was, now in pairs)
    ]


def _without_own(event: Event, own: Collection[str]) -> Event:
    mine = {event.node, event.application, event.about} & {*own}
    return replace(event, gravity=Severity.PLAIN) if mine else event
