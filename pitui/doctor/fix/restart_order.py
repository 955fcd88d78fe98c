"""In which order daemons are restarted so that nobody loses anything."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pitui.domain.cluster import NodeStatus, Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RestartOrder:
    """Daemons by how they may be restarted."""

    free: tuple[DaemonTarget, ...]
    """Nobody uses them: side by side."""
    busy: tuple[DaemonTarget, ...]
    """Workers that are in use, or may be: one by one, decommissioned first."""
    refused: Mapping[DaemonTarget, str]
    """Not now, and why."""


def restart_order(snapshot: Snapshot, targets: Iterable[DaemonTarget]) -> RestartOrder:
    """Return how daemons may be restarted as the cluster stands.

    A master forgets its applications with a restart: while there are any, or nobody knows whether,
    it goes on.
    """
    active = [app.name for app in snapshot.applications if app.state.active]
    silent = snapshot.master.state.silent
    free, busy, refused = [], [], {}
    for target in targets:
        if target.role is Role.MASTER and (active or silent):
            what = ", ".join(active) or "applications of which it does not answer"
            refused[target] = f"not restarted: it would forget {what}"
        elif target.role is Role.WORKER and _may_be_used(snapshot.node(target.node), silent):
            busy.append(target)
        else:
            free.append(target)
    return RestartOrder(tuple(free), tuple(busy), refused)


def _may_be_used(status: NodeStatus | None, silent: bool) -> bool:
    worker = status.worker if status is not None else None
    return silent or worker is None or worker.cores_used > 0
