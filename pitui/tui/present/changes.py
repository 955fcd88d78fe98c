"""What changed by itself between two snapshots and is worth a person's attention."""

from collections.abc import Collection
from dataclasses import dataclass

from pitui.domain.cluster import (
    Application,
    ApplicationState,
    LinkState,
    MasterState,
    NodeStatus,
    Snapshot,
    WorkerState,
)
from pitui.tui.present.cells import Tone, one_line
from pitui.tui.present.words import LINK_MEANINGS

_UP = (MasterState.ALIVE, MasterState.STANDBY, MasterState.RECOVERING)
_DOWN = (MasterState.STOPPED, MasterState.UNREACHABLE)
_LOST = (WorkerState.DEAD, WorkerState.STOPPED, WorkerState.UNREGISTERED)


@dataclass(frozen=True, slots=True)
class Change:
    """Something that happened, in words."""

    text: str
    tone: Tone
    about: str
    """The node or application it is about."""


def changes(old: Snapshot, new: Snapshot, own: Collection[str] = ()) -> list[Change]:
    """Return what happened between two snapshots, without what the user did.

    `own` names the nodes and applications that the user acts on at the moment.
    """
    found = _master(old, new)
    listed = old.master.state is new.master.state is MasterState.ALIVE
    for node in new.nodes:
        before = old.node(node.name)
        if before is not None:
            found += _link(before, node) or (_worker(before, node) if listed else [])
    for application in new.applications:
        found += _application(old.application(application.id), application)
    return [change for change in found if change.about not in own]


def _master(old: Snapshot, new: Snapshot) -> list[Change]:
    was, now, name = old.master.state, new.master.state, new.master.node
    if was in _UP and now in _DOWN:
        return [Change(f"The master on {name} no longer answers", Tone.BAD, name)]
    if was in _DOWN and now is MasterState.ALIVE:
        return [Change(f"The master on {name} is back", Tone.GOOD, name)]
    return []


def _link(old: NodeStatus, new: NodeStatus) -> list[Change]:
    was, now = old.link.state, new.link.state
    if was is LinkState.CONNECTED and now not in (LinkState.CONNECTED, LinkState.CONNECTING):
        reason = one_line(new.link.error or LINK_MEANINGS[now])
        return [Change(f"{new.name} is away: {reason}", Tone.BAD, new.name)]
    if now is LinkState.CONNECTED and was not in (LinkState.CONNECTED, LinkState.CONNECTING):
        return [Change(f"{new.name} is back", Tone.GOOD, new.name)]
    return []


def _worker(old: NodeStatus, new: NodeStatus) -> list[Change]:
    was = old.worker.state if old.worker else None
    now = new.worker.state if new.worker else None
    if was is WorkerState.ALIVE and now in _LOST:
        return [Change(f"The worker on {new.name} is lost", Tone.BAD, new.name)]
    if was in _LOST and now is WorkerState.ALIVE:
        return [Change(f"The worker on {new.name} is back", Tone.GOOD, new.name)]
    return []


def _application(old: Application | None, new: Application) -> list[Change]:
    if old is None or not old.state.active or new.state.active:
        return []
    name = one_line(new.name)
    if new.state is ApplicationState.FINISHED:
        return [Change(f"{name} is done", Tone.GOOD, new.id)]
    return [Change(f"{name} {new.state.lower()}", Tone.BAD, new.id)]
