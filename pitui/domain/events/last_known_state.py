"""What was last seen of a cluster, as one word each: what new snapshots are compared with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pitui.domain.cluster import (
    Application,
    ApplicationState,
    MasterState,
    Metrics,
    NodeStatus,
    WorkerState,
)
from pitui.domain.link import LinkState
from pitui.domain.snapshot import Snapshot

HOT_C, COOL_C = 80.0, 75.0
"""A processor is too hot from the first on, and cool again below the second."""
DISK_LOW_MIB, DISK_FREE_MIB = 1024, 1536
"""A disk is nearly full below the first, and no longer above the second."""
_SETTLED_S = 3.0
"""Seconds after which an application that waits is not merely starting."""

UP, AWAY, LOST, STOPPED, DRAINING = "up", "away", "lost", "stopped", "decommissioned"
HOT, DISK, THROTTLED = "hot", "disk", "throttled"
_WORKERS = {
    WorkerState.ALIVE: UP,
    WorkerState.DEAD: LOST,
    WorkerState.UNREGISTERED: LOST,
    WorkerState.STOPPED: STOPPED,
    WorkerState.DECOMMISSIONED: DRAINING,
}
NEW = "NEW"
"""An application that waits, but for too short a time to speak of it."""


@dataclass(frozen=True, slots=True)
class LastKnownState:
    """What was last known, as one word each; what is unknown now stays as it was."""

    at: float = 0.0
    """Unix time of the last look that told everything."""
    master: str = ""
    master_back_at: float = 0.0
    """Unix time at which the master was found to be back; its workers need some seconds."""
    nodes: Mapping[str, str] = field(default_factory=dict)
    workers: Mapping[str, str] = field(default_factory=dict)
    applications: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Of the applications, by id."""
    executors: Mapping[str, bool] = field(default_factory=dict)
    """Whether an executor (`APP/ID`) was active."""
    health: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What is wrong on each node."""


def master_word(snapshot: Snapshot) -> str:
    """Return how the master is; empty while that is not known."""
    state = snapshot.master.state
    if state is MasterState.UNKNOWN:
        return ""
    return AWAY if state.silent else UP


def link_word(node: NodeStatus) -> str:
    """Return how the way to a node is; empty while it is being made."""
    if node.link.state is LinkState.CONNECTING:
        return ""
    return UP if node.link.state is LinkState.CONNECTED else AWAY


def worker_word(node: NodeStatus) -> str:
    """Return how the worker of a node is; empty where it has none."""
    return _WORKERS[node.worker.state] if node.worker is not None else ""


def app_word(app: Application) -> str:
    """Return the state of an application; one that just came is new."""
    fresh = app.state is ApplicationState.WAITING and app.duration_s < _SETTLED_S
    return NEW if fresh else str(app.state)


def throttled_now(metrics: Metrics) -> str:
    """Return why the firmware slows a node down at this moment; empty where it does not."""
    text = (metrics.throttled or "").partition("; ")[0]
    return "" if text == "no" or text.startswith("earlier ") else text


def complaints(metrics: Metrics, was: tuple[str, ...]) -> dict[str, str]:
    """Return what is wrong with a node, and the figure; `was` is what was wrong before."""
    found: dict[str, str] = {}
    celsius, disk = metrics.temperature_c, metrics.disk_free_mib
    if celsius is not None and celsius >= (COOL_C if HOT in was else HOT_C):
        found[HOT] = f"{celsius:.0f} °C"
    if disk < (DISK_FREE_MIB if DISK in was else DISK_LOW_MIB):
        found[DISK] = f"{disk} MiB free"
    if reason := throttled_now(metrics):
        found[THROTTLED] = reason
    return found


@dataclass(frozen=True, slots=True)
class AppChanges:
    """What may be other than it was known among the applications that the master lists."""

    listed: Sequence[Application] = ()
    gone: Sequence[str] = ()
    """The ids of those that it no longer lists, in order."""


def app_changes(
    before: LastKnownState, snapshot: Snapshot, last: Snapshot | None = None
) -> AppChanges:
    """Return what may have changed since `before`.

    `last` is the snapshot that `before` knows the applications of, where that is still there. Of
    the thousands that have ended, mostly none is other than in that one.
    """
    if last is None or last.ended != snapshot.ended:
        ids = {app.id for app in snapshot.applications}
        return AppChanges(snapshot.applications, sorted(before.applications.keys() - ids))
    active = {app.id for app in snapshot.active}
    return AppChanges(snapshot.active, sorted({app.id for app in last.active} - active))


def _app_words(before: LastKnownState, changes: AppChanges) -> Mapping[str, str]:
    # Thousands that ended long ago cost no call.
    words: dict[str, str] = {app.id: app.state for app in changes.listed}
    words |= {app.id: app_word(app) for app in changes.listed if app.state.active}
    known = before.applications
    if not changes.gone and all(known.get(app_id) == word for app_id, word in words.items()):
        return known
    words = {**known, **words}
    for app_id in changes.gone:
        del words[app_id]
    return words


def next_known_state(
    before: LastKnownState,
    snapshot: Snapshot,
    now: float,
    *,
    settled: bool,
    changes: AppChanges | None = None,
) -> LastKnownState:
    """Return what is seen now; `settled`: whether workers have had time to find their master.

    `changes` are those of applications; None where the master does not list them now.
    """
    nodes, workers, health = {**before.nodes}, {**before.workers}, {**before.health}
    trying = False
    for node in snapshot.nodes:
        link = link_word(node)
        trying = trying or not link
        nodes[node.name] = link or nodes.get(node.name, "")
        if settled:
            workers[node.name] = worker_word(node) or workers.get(node.name, "")
        if node.metrics is not None:
            was = tuple(health.get(node.name, ()))
            health[node.name] = tuple(sorted(complaints(node.metrics, was)))
    apps: Mapping[str, str] = before.applications
    names = before.names
    if changes is not None:
        apps = _app_words(before, changes)
        names = {app.id: app.name for app in snapshot.active}
    executors = {
        f"{app_id}/{row.id}": row.active
        for app_id, rows in snapshot.executors.items()
        for row in rows
    }
    master = master_word(snapshot) or before.master
    back = now if before.master == AWAY and master == UP else before.master_back_at
    at = before.at if trying or not master_word(snapshot) else now
    return LastKnownState(
        at, master, back, nodes, workers, apps, names, executors or before.executors, health
    )
