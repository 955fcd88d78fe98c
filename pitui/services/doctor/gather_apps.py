"""Asking drivers, and event logs of what has just ended, for what the checks read."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from pitui.doctor.evidence.app_evidence import AppEvidence
from pitui.domain.apps.app_detail import DetailOrigin
from pitui.domain.bottleneck.explain import explanation
from pitui.domain.bottleneck.task_record import ApplicationRecord
from pitui.domain.cluster import Application
from pitui.domain.errors import PituiError
from pitui.domain.snapshot import Snapshot
from pitui.remote.fanout import fan_out
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.executor_node import node_of_executor
from pitui.services.clients.task_record_reader import RecordReader
from pitui.services.cluster import Cluster

LIMIT = 6.0
"""Seconds for one application."""

_MOST_ACTIVE, _MOST_ENDED = 8, 4
_AT_ONCE = 4
_JUST = 3600.0
"""Seconds for which an application that has ended is looked at."""
_STAGES, _TASKS = 30, 5000
"""Of one application, the newest."""
_LOG_MIB = 32


@dataclass(frozen=True, slots=True)
class GatheredApps:
    """What was found, and why the rest was not."""

    apps: dict[str, AppEvidence] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


async def gather_apps(cluster: Cluster, snapshot: Snapshot, now: float) -> GatheredApps:
    """Return the insides of active applications, and of the newest that have just ended."""
    chosen = {app.id: app for app in _chosen_apps(snapshot.applications, now)}
    details = AppDetails(cluster, partial(node_of_executor, snapshot))

    async def look(app_id: str) -> AppEvidence:
        app = chosen[app_id]
        try:
            async with asyncio.timeout(LIMIT):
                record = await _record_of(details, app)
                if record is None:
                    return AppEvidence(app)
                explained = await asyncio.to_thread(explanation, record, {})
        except TimeoutError:
            raise PituiError(f"it took longer than {LIMIT:.0f} s to tell") from None
        return AppEvidence(app, record, explained.suspects)

    apps: dict[str, AppEvidence] = {}
    unread: list[str] = []
    for app_id, answer in (await fan_out(chosen, look, _AT_ONCE)).items():
        if isinstance(answer, PituiError):
            apps[app_id] = AppEvidence(chosen[app_id])
            unread.append(f"{chosen[app_id].name}: {answer.message}")
        else:
            apps[app_id] = answer
    return GatheredApps(apps, tuple(unread))


def _chosen_apps(applications: Sequence[Application], now: float) -> list[Application]:
    active = [app for app in applications if app.state.active]
    ended = [
        app
        for app in applications
        if not app.state.active and now - (app.submitted_at + app.duration_s) < _JUST
    ]
    return active[:_MOST_ACTIVE] + ended[:_MOST_ENDED]


async def _record_of(details: AppDetails, app: Application) -> ApplicationRecord | None:
    """Return what the newest tasks of an application tell; None where nobody tells of it."""
    if app.state.active:
        source = await details.source(app.id)
        if source is not None and source.origin is DetailOrigin.DRIVER:
            return await RecordReader(source, details.node_of(app.id), _STAGES, _TASKS).read()
    log = await details.event_logs.find(app.id)
    if log is None:
        return None
    if log.size > _LOG_MIB << 20:
        raise PituiError(f"its event log has {log.size >> 20} MiB: see `pitui jobs {app.id}`")
    return await details.record_of_log(app.id)
