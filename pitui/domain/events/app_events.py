"""What happened to applications and their executors; pure."""

from collections.abc import Iterator

from pitui.domain.apps.executor_end import EndKind, end_of
from pitui.domain.cluster import Application, ApplicationState, Executor
from pitui.domain.events.event import KEPT_S, Event, EventKind, Severity
from pitui.domain.events.event_detail import join, last_seen
from pitui.domain.events.last_known_state import NEW, AppChanges, LastKnownState, app_word
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import time_span

MOST_LOST = 10
"""Losses of one application that are told one by one: executors may die in a loop for days."""

_ACTIVE = (ApplicationState.RUNNING, ApplicationState.WAITING, NEW)


def application_events(before: LastKnownState, changes: AppChanges, now: float) -> Iterator[Event]:
    """Yield what happened to applications."""
    known = before.applications
    for app in changes.listed:
        was = known.get(app.id, "")
        if was == app.state:
            continue
        if app.state.active or app.submitted_at + app.duration_s > now - KEPT_S:
            yield from _application_events(was, app, now)
    for app_id in changes.gone:
        if known[app_id] in _ACTIVE:
            why = join("the master no longer lists it", last_seen(before, now))
            name = before.names.get(app_id, app_id)
            yield _of_app(now, "gone", (app_id, name), why, Severity.BAD)


def _application_events(was: str, app: Application, now: float) -> Iterator[Event]:
    known = app.id, app.name
    if not was:
        yield _of_app(app.submitted_at, "submitted", known, _asks(app))
    if app.state.active:
        if _waits(was, app):
            yield _of_app(now, "waiting", known, app.why_waiting or "", once=False)
    elif not was or was in _ACTIVE:
        ended, took = app.submitted_at + app.duration_s, f"after {time_span(app.duration_s)}"
        good = app.state is ApplicationState.FINISHED
        gravity = Severity.GOOD if good else Severity.BAD
        yield _of_app(ended, str(app.state).lower(), known, took, gravity)


def _waits(was: str, app: Application) -> bool:
    return app_word(app) == ApplicationState.WAITING and was != ApplicationState.WAITING


def _asks(app: Application) -> str:
    user = f"by {app.user}" if app.user else ""
    return join(user, f"{app.memory_per_executor_mib} MiB per executor")


def _of_app(
    at: float,
    what: str,
    app: tuple[str, str],
    detail: str,
    gravity: Severity = Severity.PLAIN,
    *,
    once: bool = True,
) -> Event:
    app_id, name = app
    subject = f"application {app_id}"
    return Event(
        at, EventKind.APPLICATION, what, name, subject, gravity, detail, None, app_id, once
    )


def executor_events(before: LastKnownState, snapshot: Snapshot, now: float) -> Iterator[Event]:
    """Yield which executors ended; of an application that loses many only the first."""
    for app_id, rows in snapshot.executors.items():
        app = snapshot.application(app_id)
        name = app.name if app else app_id
        known = {row.id: before.executors.get(f"{app_id}/{row.id}") for row in rows}
        told = sum(was is False for was in known.values())
        # One that was lost before anybody looked is told of once as well.
        ended = [row for row in rows if not row.active and known[row.id] is not False]
        for row in ended[: max(0, MOST_LOST - told)]:
            told += 1
            yield _executor_lost(app_id, name, row, now, last=told == MOST_LOST)


def _executor_lost(app_id: str, name: str, row: Executor, now: float, *, last: bool) -> Event:
    end = end_of(row.removed_because)
    meant = end.kind is not EndKind.LOST
    reason = row.removed_because or "the driver gave no reason"
    meaning = f" ({end.meaning})" if end.meaning else ""
    more = "; further losses of this application are not listed" if last else ""
    return Event(
        now, EventKind.EXECUTOR, "removed" if meant else "lost", f"{name}/{row.id}",
        f"executor {app_id}/{row.id}", Severity.PLAIN if meant else Severity.BAD,
        f"on {row.node or row.host}: {reason}{meaning}{more}", row.node, app_id, once=True,
    )  # fmt: skip
