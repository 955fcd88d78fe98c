"""What happened between what was last seen of a cluster and a new snapshot of it; pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pitui.domain.cluster import (
    Application,
    ApplicationState,
    Executor,
    LinkState,
    MasterState,
    Metrics,
    NodeStatus,
    Snapshot,
    WorkerState,
)
from pitui.domain.event import Event, Gravity, Kind

HOT_C, COOL_C = 80.0, 75.0
"""A processor is too hot from the first on, and cool again below the second."""
DISK_LOW_MIB, DISK_FREE_MIB = 1024, 1536
"""A disk is nearly full below the first, and no longer above the second."""
KEPT_S = 7 * 86400.0
"""Seconds for which events are kept; what ended before is no event any more."""
_SETTLED_S = 3.0
"""Seconds after which an application that waits is not merely starting."""
_REGISTER_S = 20.0
"""Seconds in which workers find a master that was away, before they are called lost."""
_STALE_S = 60.0
"""Seconds without a look after which an event says when things were last seen otherwise."""

UP, AWAY, LOST, STOPPED, DRAINING = "up", "away", "lost", "stopped", "decommissioned"
_HOT, _DISK, _THROTTLED = "hot", "disk", "throttled"
_WORKERS = {
    WorkerState.ALIVE: UP,
    WorkerState.DEAD: LOST,
    WorkerState.UNREGISTERED: LOST,
    WorkerState.STOPPED: STOPPED,
    WorkerState.DECOMMISSIONED: DRAINING,
}
_NEW = "NEW"
"""An application that waits, but for too short a time to speak of it."""
_ACTIVE = (ApplicationState.RUNNING, ApplicationState.WAITING, _NEW)
_BY_INTENT = ("killed by driver", "decommission", "killed by user", "shutdown")
"""Words in the reasons of executors that were given back, not lost."""


@dataclass(frozen=True, slots=True)
class Seen:
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


def happened(
    before: Seen, snapshot: Snapshot, now: float, own: Collection[str] = ()
) -> tuple[list[Event], Seen]:
    """Return the events since `before`, and what is seen now.

    `own` names the nodes and applications that the user acts on: what happens to them is no news.
    """
    listed = snapshot.master.state is MasterState.ALIVE
    settled = listed and before.master != AWAY and now - before.master_back_at > _REGISTER_S
    events = [
        *_master(before, snapshot, now),
        *(event for node in snapshot.nodes for event in _node(before, node, now, listed=settled)),
    ]
    if listed:
        events += _applications(before, snapshot, now)
    events += _executors(before, snapshot, now)
    events.sort(key=lambda event: event.at)
    return [_quiet(event, own) for event in events], _seen(before, snapshot, now, settled=settled)


def _quiet(event: Event, own: Collection[str]) -> Event:
    mine = {event.node, event.application, event.about} & {*own}
    return replace(event, gravity=Gravity.PLAIN) if mine else event


def _last_seen(before: Seen, now: float) -> str:
    if not before.at or now - before.at < _STALE_S:
        return ""
    return f"found after {span(now - before.at)} without a look"


def _join(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


# -- master, nodes, workers ----------------------------------------------------------------


def _master_word(snapshot: Snapshot) -> str:
    state = snapshot.master.state
    if state is MasterState.UNKNOWN:
        return ""
    return AWAY if state in (MasterState.STOPPED, MasterState.UNREACHABLE) else UP


def _master(before: Seen, snapshot: Snapshot, now: float) -> Iterator[Event]:
    master, word = snapshot.master, _master_word(snapshot)
    if not word or not before.master or word == before.master:
        return
    gone = word == AWAY
    stopped = master.state is MasterState.STOPPED
    yield Event(
        now, Kind.MASTER, ("stopped" if stopped else "lost") if gone else "back", master.node,
        f"master {master.node}", Gravity.BAD if gone else Gravity.GOOD,
        _join(master.error or "", _last_seen(before, now)), master.node,
    )  # fmt: skip


def _link_word(node: NodeStatus) -> str:
    if node.link.state is LinkState.CONNECTING:
        return ""
    return UP if node.link.state is LinkState.CONNECTED else AWAY


def _worker_word(node: NodeStatus) -> str:
    return _WORKERS[node.worker.state] if node.worker is not None else ""


def _node(before: Seen, node: NodeStatus, now: float, *, listed: bool) -> Iterator[Event]:
    was, word = before.nodes.get(node.name, ""), _link_word(node)
    note = _last_seen(before, now)
    if word and was and word != was:
        away = word == AWAY
        reason = node.link.error or str(node.link.state)
        yield Event(
            now, Kind.NODE, AWAY if away else "back", node.name, f"node {node.name}",
            Gravity.BAD if away else Gravity.GOOD, _join(reason if away else "", note), node.name,
        )  # fmt: skip
    if listed:
        yield from _worker(before, node, now, note)
    if node.metrics is not None:
        yield from _health(before, node, node.metrics, now)


def _worker(before: Seen, node: NodeStatus, now: float, note: str) -> Iterator[Event]:
    was, word = before.workers.get(node.name, ""), _worker_word(node)
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
        _join("the master does not list it" if unregistered else "", note), node.name,
    )  # fmt: skip


# -- health --------------------------------------------------------------------------------


def throttled_now(metrics: Metrics) -> str:
    """Return why the firmware slows a node down at this moment; empty where it does not."""
    text = (metrics.throttled or "").partition("; ")[0]
    return "" if text == "no" or text.startswith("earlier ") else text


def _complaints(metrics: Metrics, was: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    celsius, disk = metrics.temperature_c, metrics.disk_free_mib
    if celsius is not None and celsius >= (COOL_C if _HOT in was else HOT_C):
        found[_HOT] = f"{celsius:.0f} °C"
    if disk < (DISK_FREE_MIB if _DISK in was else DISK_LOW_MIB):
        found[_DISK] = f"{disk} MiB free"
    if reason := throttled_now(metrics):
        found[_THROTTLED] = reason
    return found


_BEGINS = {_HOT: "too hot", _DISK: "disk nearly full", _THROTTLED: "throttled"}
_ENDS = {_HOT: "cool again", _DISK: "disk has room", _THROTTLED: "full speed"}


def _health(before: Seen, node: NodeStatus, metrics: Metrics, now: float) -> Iterator[Event]:
    was = tuple(before.health.get(node.name, ()))
    found = _complaints(metrics, was)
    for name in found.keys() | {*was}:
        if (name in found) != (name in was):
            began = name in found
            yield Event(
                now, Kind.HEALTH, (_BEGINS if began else _ENDS)[name], node.name,
                f"{name} {node.name}", Gravity.BAD if began else Gravity.GOOD,
                found.get(name, ""), node.name,
            )  # fmt: skip


# -- applications and executors ------------------------------------------------------------


def _applications(before: Seen, snapshot: Snapshot, now: float) -> Iterator[Event]:
    for app in snapshot.applications:
        if app.state.active or app.submitted_at + app.duration_s > now - KEPT_S:
            yield from _application(before.applications.get(app.id, ""), app, now)
    listed = {app.id for app in snapshot.applications}
    for app_id, state in before.applications.items():
        if app_id not in listed and state in _ACTIVE:
            why = _join("the master lists it no longer", _last_seen(before, now))
            name = before.names.get(app_id, app_id)
            yield _of_app(now, "gone", (app_id, name), why, Gravity.BAD)


def _application(was: str, app: Application, now: float) -> Iterator[Event]:
    known = app.id, app.name
    if not was:
        yield _of_app(app.submitted_at, "submitted", known, _asks(app))
    if app.state.active:
        if _waits(was, app):
            yield _of_app(now, "waiting", known, app.why_waiting or "", once=False)
    elif not was or was in _ACTIVE:
        ended, took = app.submitted_at + app.duration_s, f"after {span(app.duration_s)}"
        good = app.state is ApplicationState.FINISHED
        gravity = Gravity.GOOD if good else Gravity.BAD
        yield _of_app(ended, str(app.state).lower(), known, took, gravity)


def _waits(was: str, app: Application) -> bool:
    return _app_word(app) == ApplicationState.WAITING and was != ApplicationState.WAITING


def _app_word(app: Application) -> str:
    fresh = app.state is ApplicationState.WAITING and app.duration_s < _SETTLED_S
    return _NEW if fresh else str(app.state)


def _asks(app: Application) -> str:
    user = f"by {app.user}" if app.user else ""
    return _join(user, f"{app.memory_per_executor_mib} MiB an executor")


def _of_app(
    at: float,
    what: str,
    app: tuple[str, str],
    detail: str,
    gravity: Gravity = Gravity.PLAIN,
    *,
    once: bool = True,
) -> Event:
    app_id, name = app
    subject = f"application {app_id}"
    return Event(at, Kind.APPLICATION, what, name, subject, gravity, detail, None, app_id, once)


def _executors(before: Seen, snapshot: Snapshot, now: float) -> Iterator[Event]:
    for app_id, rows in snapshot.executors.items():
        app = snapshot.application(app_id)
        name = app.name if app else app_id
        for row in rows:
            was = before.executors.get(f"{app_id}/{row.id}")
            # One that was lost before anybody looked is told of once as well.
            if not row.active and was is not False:
                yield _executor(app_id, name, row, now)


def _executor(app_id: str, name: str, row: Executor, now: float) -> Event:
    reason = row.removed_because or "the driver gives no reason"
    meant = any(words in reason.lower() for words in _BY_INTENT)
    return Event(
        now, Kind.EXECUTOR, "removed" if meant else "lost", f"{name}/{row.id}",
        f"executor {app_id}/{row.id}", Gravity.PLAIN if meant else Gravity.BAD,
        f"on {row.node or row.host}: {reason}", row.node, app_id, once=True,
    )  # fmt: skip


# -- what is seen --------------------------------------------------------------------------


def _seen(before: Seen, snapshot: Snapshot, now: float, *, settled: bool) -> Seen:
    listed = snapshot.master.state is MasterState.ALIVE
    nodes, workers, health = {**before.nodes}, {**before.workers}, {**before.health}
    for node in snapshot.nodes:
        nodes[node.name] = _link_word(node) or nodes.get(node.name, "")
        if settled:
            workers[node.name] = _worker_word(node) or workers.get(node.name, "")
        if node.metrics is not None:
            was = tuple(health.get(node.name, ()))
            health[node.name] = tuple(sorted(_complaints(node.metrics, was)))
    apps, names = before.applications, before.names
    if listed:
        apps = {app.id: _app_word(app) for app in snapshot.applications}
        names = {app.id: app.name for app in snapshot.applications if app.state.active}
    executors = {
        f"{app_id}/{row.id}": row.active
        for app_id, rows in snapshot.executors.items()
        for row in rows
    }
    master = _master_word(snapshot) or before.master
    back = now if before.master == AWAY and master == UP else before.master_back_at
    trying = any(not _link_word(node) for node in snapshot.nodes)
    at = before.at if trying or not _master_word(snapshot) else now
    return Seen(
        at, master, back, nodes, workers, apps, names, executors or before.executors, health
    )


def span(seconds: float) -> str:
    """Return a time span in its two largest units: `31 s`, `2 min 11 s`, `3 h 5 min`, `2 d 4 h`."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    for unit, size, small, part in (("d", 86400, "h", 3600), ("h", 3600, "min", 60)):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {small}"
    return f"{whole // 60} min {whole % 60} s"
