"""What happened between what was last seen of a cluster and a new snapshot of it; pure."""

from collections.abc import Collection
from dataclasses import replace

from pitui.domain.cluster import MasterState
from pitui.domain.events.app_events import application_events, executor_events
from pitui.domain.events.event import Event, Severity
from pitui.domain.events.last_known_state import AWAY, LastKnownState, next_known_state
from pitui.domain.events.node_events import master_events, node_events
from pitui.domain.snapshot import Snapshot

_REGISTER_S = 20.0
"""Seconds in which workers find a master that was away, before they are called lost."""


def diff_snapshots(
    before: LastKnownState, snapshot: Snapshot, now: float, own: Collection[str] = ()
) -> tuple[list[Event], LastKnownState]:
    """Return the events since `before`, and what is seen now.

    `own` names the nodes and applications that the user acts on: what happens to them is no news.
    """
    listed = snapshot.master.state is MasterState.ALIVE
    # A time of the future was noted before the clock was set back.
    registering = 0.0 <= now - before.master_back_at <= _REGISTER_S
    settled = listed and before.master != AWAY and not registering
    after = next_known_state(before, snapshot, now, settled=settled)
    events = [
        *master_events(before, snapshot, now),
        *(
            event
            for node in snapshot.nodes
            if _differs(before, after, node.name)
            for event in node_events(before, node, now, listed=settled)
        ),
    ]
    if listed:
        events += application_events(before, snapshot, now)
    events += executor_events(before, snapshot, now)
    events.sort(key=lambda event: event.at)
    return [_without_own(event, own) for event in events], after


def _differs(before: LastKnownState, after: LastKnownState, node: str) -> bool:
    """Say whether something was seen of a node: of most nothing was, with each snapshot."""
    return (
        before.nodes.get(node) != after.nodes.get(node)
        or before.workers.get(node) != after.workers.get(node)
        or before.health.get(node) != after.health.get(node)
    )


def _without_own(event: Event, own: Collection[str]) -> Event:
    mine = {event.node, event.application, event.about} & {*own}
    return replace(event, gravity=Severity.PLAIN) if mine else event
