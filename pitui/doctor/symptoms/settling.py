"""Whether daemons have started so recently that what is seen of them is not yet how they are."""

from pitui.domain.cluster import DaemonProcess, NodeStatus, Role, WorkerState
from pitui.domain.snapshot import Snapshot

SETTLE = 20.0
"""Seconds in which a daemon that starts is listed: a JVM on a Pi 3 takes ten, and workers that lost
their master try again every ten or so."""

_TICKS = 100
"""Of the clock in which Linux says when a process began, in a second."""


def process_age(status: NodeStatus, process: DaemonProcess) -> float:
    """Return for how many seconds a daemon has run; 0 where that is not known."""
    return status.metrics.uptime_s - process.started / _TICKS if status.metrics else 0.0


def is_settling(snapshot: Snapshot) -> bool:
    """Whether a worker is not listed that may be in a moment: it, or the master, has just begun."""
    young = {
        (status.name, process.role)
        for status in snapshot.nodes
        for process in status.processes
        if status.metrics is not None and process_age(status, process) < SETTLE
    }
    young_master = any(role is Role.MASTER for _name, role in young)
    if young_master and snapshot.master.state.silent:
        return True
    return any(
        young_master or (status.name, Role.WORKER) in young
        for status in snapshot.workers
        if status.worker and status.worker.pid and status.worker.state is not WorkerState.ALIVE
    )
