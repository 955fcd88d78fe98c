"""Applications, drivers and executors of a snapshot, out of what master and drivers say; pure."""

from collections.abc import Mapping
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType

from pitui.domain.apps.executor_end import RemovedExecutor
from pitui.domain.apps.stall_reason import StallReason
from pitui.domain.apps.why_waiting import driver_waits, waits
from pitui.domain.cluster import Application, Executor, MasterView, Progress
from pitui.domain.spark_driver import ClusterDriver, DriverAge
from pitui.facts.network.address import Matched
from pitui.services.monitor.poll_state import DriverView, PollState


def applications(
    view: MasterView,
    drivers: Mapping[str, DriverView],
    stalls: Mapping[str, StallReason],
    ages: Mapping[str, DriverAge] = MappingProxyType({}),
) -> tuple[Application, ...]:
    """Return the applications with their progress and why they wait, active ones first."""
    told = drivers.keys() | ages.keys()
    found = [
        _with_driver(app, drivers, stalls, ages, view)
        if app.state.active or app.id in told
        else app
        for app in view.applications
    ]
    # Thousands have ended: they are sorted without a call for each.
    found.sort(key=attrgetter("submitted_at"), reverse=True)
    active = [app for app in found if app.state.active]
    return (*active, *(app for app in found if not app.state.active))


def _with_driver(
    app: Application,
    drivers: Mapping[str, DriverView],
    stalls: Mapping[str, StallReason],
    ages: Mapping[str, DriverAge],
    view: MasterView,
) -> Application:
    known = replace(app, progress=_progress(app, drivers), driver_age=ages.get(app.id))
    return _explained(known, stalls.get(app.id), view)


def _explained(app: Application, found: StallReason | None, view: MasterView) -> Application:
    return replace(app, stall=found or waits(app, view)) if app.state.active else app


def drivers(view: MasterView, matched: Matched) -> tuple[ClusterDriver, ...]:
    """Return the cluster-mode drivers with their nodes and why they wait, active ones first."""
    nodes = nodes_by_host(matched)
    hosts = _worker_hosts(view)
    told = []
    for driver in view.drivers:
        node = nodes.get(hosts.get(driver.worker, ""))
        told.append(replace(driver, node=node, stall=driver_waits(driver, view)))
    return tuple(sorted(told, key=lambda driver: (not driver.state.active, -driver.submitted_at)))


def _progress(app: Application, drivers: Mapping[str, DriverView]) -> Progress | None:
    driver = drivers.get(app.id)
    return driver.progress if driver else None


def nodes_by_host(matched: Matched) -> dict[str, str]:
    """Return the node of each host that belongs to one node alone."""
    found: dict[str, str] = {}
    shared = set()
    for name, worker in matched.by_node.items():
        if worker is not None:
            if worker.host in found:
                shared.add(worker.host)
            found[worker.host] = name
    return {host: name for host, name in found.items() if host not in shared}


def executors(
    view: MasterView, observed: PollState, nodes: Mapping[str, str]
) -> dict[str, tuple[Executor, ...]]:
    """Return what drivers tell of their executors, and of deaths what only the master knows."""
    told = {key: d.executors for key, d in observed.drivers.items() if d.executors is not None}
    hosts = _worker_hosts(view)
    found = {}
    for app_id in {**told, **observed.removed}:
        rows = told.get(app_id, ())
        ids = {row.id for row in rows}
        dead = [one for one in observed.removed.get(app_id, ()) if one.id not in ids]
        rows += tuple(_dead(one, hosts.get(one.worker, one.worker)) for one in dead)
        found[app_id] = tuple(replace(row, node=nodes.get(row.host)) for row in rows)
    return found


def _dead(removed: RemovedExecutor, host: str) -> Executor:
    return Executor(
        id=removed.id,
        host=host,
        active=False,
        cores=0,
        tasks_active=0,
        tasks_done=0,
        tasks_failed=0,
        memory_used=0,
        memory_max=0,
        heap_peak=0,
        duration_ms=0,
        gc_ms=0,
        removed_because=removed.reason,
    )


def _worker_hosts(view: MasterView) -> dict[str, str]:
    return {worker.id: worker.host for worker in view.workers}
