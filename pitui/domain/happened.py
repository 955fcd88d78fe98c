"""What happened between what was last seen of a cluster and a new snapshot of it; pure."""

from collections.abc import Collection
from dataclasses import replace

from pitui.domain.cluster import MasterState, Snapshot
from pitui.domain.event import Event, Gravity
from pitui.domain.happened_apps import application_events, executor_events
from pitui.domain.happened_nodes import master_events, node_events
from pitui.domain.seen import AWAY, Seen, seen_now

_REGISTER_S = 20.0
"""Seconds in which workers find a master that was away, before they are called lost."""


def happened(
    before: Seen, snapshot: Snapshot, now: float, own: Collection[str] = ()
) -> tuple[list[Event], Seen]:
    """Return the events since `before`, and what is seen now.

    `own` names the nodes and applications that the user acts on: what happens to them is no news.
    """
    listed = snapshot.master.state is MasterState.ALIVE
    settled = listed and before.master != AWAY and now - before.master_back_at > _REGISTER_S
    events = [
        *master_events(before, snapshot, now),
        *(
            event
            for node in snapshot.nodes
            for event in node_events(before, node, now, listed=settled)
        ),
    ]
    if listed:
        events += application_events(before, snapshot, now)
    events += executor_events(before, snapshot, now)
    events.sort(key=lambda event: event.at)
    return [_quiet(event, own) for event in events], seen_now(
        before, snapshot, now, settled=settled
    )


def _quiet(event: Event, own: Collection[str]) -> Event:
    mine = {event.node, event.application, event.about} & {*own}
    return replace(event, gravity=Gravity.PLAIN) if mine else event
