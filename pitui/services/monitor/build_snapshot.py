"""Joining the answers of master, nodes and drivers into one snapshot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace

from pitui.config.model import Node
from pitui.domain.cluster import (
    DaemonProcess,
    MasterState,
    MasterStatus,
    MasterView,
    NodeStatus,
    NodeWorker,
    Role,
    Worker,
    WorkerState,
)
from pitui.domain.concurrency.time_slice import Steps
from pitui.domain.link import LinkState, LinkStatus
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.number_words import unreadable_words
from pitui.facts.health.reader import metrics
from pitui.facts.network.address import match_workers
from pitui.facts.spark.daemon_processes import own_processes
from pitui.services.monitor.build_apps import applications, drivers, executors, nodes_by_host
from pitui.services.monitor.poll_state import NodePollState, PollState

StoppedAt = Callable[[str], float | None]
"""Returns when pitui last stopped a node's worker, as Unix time."""


def build_snapshot(
    *,
    cluster: str,
    nodes: Mapping[str, Node],
    master_url: str,
    observed: PollState,
    link_of: Callable[[str], LinkStatus],
    stopped_at: StoppedAt,
) -> Steps[Snapshot]:
    """Return the snapshot that the answers so far amount to.

    It can rest after each node. What the master and the drivers say is that of its beginning; of a
    node that answers or is lost meanwhile, all is either of before or of after that.
    """
    observed = copy(observed)
    view = observed.view or MasterView(master_url, MasterState.UNKNOWN)
    names = {name: seen.names for name, seen in observed.nodes.items() if seen.names is not None}
    matched = match_workers(view, nodes.values(), names)
    answered = observed.view is not None and observed.master_error is None
    machines = _machines(observed)
    statuses = []
    yield

    def stopped_by_masters_clock(name: str) -> float | None:
        at = stopped_at(name)
        return None if at is None else at + observed.master_ahead

    for node in nodes.values():
        own, link = _own_processes(node, nodes, observed, machines), link_of(node.name)
        row = matched.by_node[node.name] if answered else None
        rows = matched.all_of.get(node.name, ()) if row is not None else ()
        told = answered or link.state is LinkState.CONNECTED
        worker = _worker_status(node, row, own, link, stopped_by_masters_clock) if told else None
        worker = _together(worker, rows)
        statuses.append(_node_status(node, observed.nodes[node.name], link, own, worker, rows=rows))
        yield
    master_node = next(node for node in nodes.values() if node.is_master)
    return Snapshot(
        cluster=cluster,
        master=_master(master_node, view, observed, statuses),
        nodes=tuple(statuses),
        applications=applications(view, observed.drivers, observed.stall_reasons, observed.ages),
        executors=executors(view, observed, nodes_by_host(matched)),
        strangers=matched.strangers,
        master_at=observed.view_at,
        drivers=drivers(view, matched),
        unreadable=tuple(_unreadable_notes(view, observed)),
    )


def _unreadable_notes(view: MasterView, observed: PollState) -> Iterator[str]:
    if view.unreadable:
        yield f"{unreadable_words(view.unreadable, 'entry', 'entries')} in the master's answer"
    for app_id, driver in observed.drivers.items():
        if driver.unreadable:
            words = unreadable_words(driver.unreadable, "entry", "entries")
            yield f"{words} in the answers of the driver of {app_id}"


def _machines(observed: PollState) -> dict[str, list[str]]:
    """Return the nodes of each machine, by its boot id."""
    found: dict[str, list[str]] = {}
    for name, seen in observed.nodes.items():
        if seen.health is not None:
            found.setdefault(seen.health.boot_id, []).append(name)
    return found


def _own_processes(
    node: Node,
    nodes: Mapping[str, Node],
    observed: PollState,
    machines: Mapping[str, Sequence[str]],
) -> tuple[DaemonProcess, ...]:
    health = observed.nodes[node.name].health
    if health is None:
        return ()
    # One that has just booted was not in the list yet.
    same_machine = [nodes[name] for name in machines.get(health.boot_id, ()) if name != node.name]
    return own_processes(health.processes, node, same_machine, health.spark_home)


def _node_status(
    node: Node,
    seen: NodePollState,
    link: LinkStatus,
    own: tuple[DaemonProcess, ...],
    worker: NodeWorker | None,
    *,
    rows: tuple[Worker, ...],
) -> NodeStatus:
    connected = link.state is LinkState.CONNECTED
    if connected and seen.silence is not None:
        link = replace(link, error=seen.silence)
    health = seen.health if connected else None
    master = next((p for p in own if p.role is Role.MASTER), None) if connected else None
    return NodeStatus(
        name=node.name,
        host=node.host,
        roles=node.roles,
        link=link,
        worker=worker,
        master_pid=master.pid if master else None,
        metrics=metrics(seen.before, health) if health else None,
        cpu_history=tuple(seen.cpu),
        processes=own if connected else (),
        workers=rows[::-1],
    )


def _worker_status(
    node: Node,
    row: Worker | None,
    own: tuple[DaemonProcess, ...],
    link: LinkStatus,
    stopped_at: StoppedAt,
) -> NodeWorker | None:
    connected = link.state is LinkState.CONNECTED
    process = next((p for p in own if p.role is Role.WORKER), None) if connected else None
    if row is None and process is None and not node.is_worker:
        return None
    state = _worker_state(node, row, process, stopped_at, connected=connected)
    is_enabled = state in (WorkerState.ALIVE, WorkerState.DECOMMISSIONED)
    listed = row if is_enabled else None
    return NodeWorker(
        state=state,
        pid=process.pid if process else None,
        launcher=process.launcher if process else None,
        cores=listed.cores if listed else 0,
        cores_used=listed.cores_used if listed else 0,
        memory_mib=listed.memory_mib if listed else 0,
        memory_used_mib=listed.memory_used_mib if listed else 0,
        id=row.id if row else None,
        webui=row.webui if row else None,
        last_heartbeat=row.last_heartbeat if row else None,
    )


def _together(worker: NodeWorker | None, rows: tuple[Worker, ...]) -> NodeWorker | None:
    """Add up what several workers of one node offer."""
    alive = [row for row in rows if row.state is WorkerState.ALIVE]
    if worker is None or worker.state is not WorkerState.ALIVE or len(alive) < 2:
        return worker
    return replace(
        worker,
        instances=len(alive),
        cores=sum(row.cores for row in alive),
        cores_used=sum(row.cores_used for row in alive),
        memory_mib=sum(row.memory_mib for row in alive),
        memory_used_mib=sum(row.memory_used_mib for row in alive),
    )


def _worker_state(
    node: Node,
    row: Worker | None,
    process: DaemonProcess | None,
    stopped_at: StoppedAt,
    *,
    connected: bool,
) -> WorkerState:
    """Say how a worker is: the master's word where it counts, the node's own where it does not."""
    if row is not None and row.state is WorkerState.ALIVE:
        return WorkerState.ALIVE
    if row is not None and row.state is WorkerState.DECOMMISSIONED and process is not None:
        return WorkerState.DECOMMISSIONED
    if process is not None:
        return WorkerState.UNREGISTERED
    if row is None:
        return WorkerState.STOPPED if connected else WorkerState.UNREGISTERED
    stopped = stopped_at(node.name)
    if connected and stopped is not None and stopped >= row.last_heartbeat:
        return WorkerState.STOPPED
    return WorkerState.DEAD


def _master(
    node: Node,
    view: MasterView,
    observed: PollState,
    statuses: list[NodeStatus],
) -> MasterStatus:
    own = next(status for status in statuses if status.name == node.name)
    state, error = view.state, observed.master_error
    if error is not None:
        gone = own.metrics is not None and own.master_pid is None
        gone = gone and not observed.listening
        state = MasterState.STOPPED if gone else MasterState.UNREACHABLE
        error = None if gone else error
        view = replace(view, workers=())
    return MasterStatus(
        node=node.name,
        url=view.url,
        state=state,
        version=observed.version,
        cores=sum(worker.cores for worker in view.alive),
        cores_used=sum(worker.cores_used for worker in view.alive),
        memory_mib=sum(worker.memory_mib for worker in view.alive),
        memory_used_mib=sum(worker.memory_used_mib for worker in view.alive),
        error=error,
    )
