"""What stopping daemons would do to the applications that run, in words for a person."""

from collections.abc import Collection

from pitui.domain.cluster import ApplicationState, NodeStatus, Role
from pitui.domain.daemon_target import DaemonTarget
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.number_words import counted


def stop_impact(snapshot: Snapshot, targets: Collection[DaemonTarget]) -> list[str]:
    """Return a sentence for each thing that stopping the targets takes away; empty for none."""
    names = {target.node for target in targets if target.role is Role.WORKER}
    stopped = [node for node in snapshot.nodes if node.name in names]
    said = _by_application(snapshot, stopped)
    said += _by_worker(snapshot, stopped)
    if any(target.role is Role.MASTER for target in targets) and _active_app_names(snapshot):
        said.append(
            "Without the master, applications get no executors and their end is not "
            f"recorded: {_joined(_active_app_names(snapshot))}."
        )
    if (
        names
        and (left := _left(snapshot, names)) is not None
        and left == 0
        and _active_app_names(snapshot)
    ):
        said.append(f"No workers are left for: {_joined(_active_app_names(snapshot))}.")
    return said


def _by_application(snapshot: Snapshot, stopped: list[NodeStatus]) -> list[str]:
    """Speak of the applications whose executors are known."""
    names = {node.name for node in stopped}
    said = []
    for app_id, executors in snapshot.executors.items():
        application = snapshot.application(app_id)
        active = [executor for executor in executors if executor.active]
        lost = [executor for executor in active if executor.node in names]
        if application is None or not lost:
            continue
        cores = sum(executor.cores for executor in lost)
        where = ", ".join(sorted({executor.node or "" for executor in lost}))
        said.append(
            f"{application.name} loses {counted(len(lost), 'executor')} of {len(active)} "
            f"({counted(cores, 'core')}) on {where}."
        )
    return said


def _by_worker(snapshot: Snapshot, stopped: list[NodeStatus]) -> list[str]:
    """Speak of workers in use by applications whose executors are not known."""
    unknown = [
        application.name
        for application in snapshot.applications
        if application.state is ApplicationState.RUNNING
        and not any(e.active for e in snapshot.executors.get(application.id, ()))
    ]
    used = [node for node in stopped if node.worker and node.worker.cores_used]
    if not unknown or not used:
        return []
    cores = sum(node.worker.cores_used for node in used if node.worker)
    where = ", ".join(node.name for node in used)
    which = unknown[0] if len(unknown) == 1 else f"one or more of {', '.join(unknown)}"
    return [f"{counted(cores, 'core')} on {where} in use: {which} loses executors there."]


def _left(snapshot: Snapshot, names: Collection[str]) -> int | None:
    """Count the workers that would still be alive; None where none is now."""
    alive = [node.name for node in snapshot.workers if node.worker and node.worker.cores]
    if not alive:
        return None
    return len([name for name in alive if name not in names])


def _active_app_names(snapshot: Snapshot) -> list[str]:
    return [a.name for a in snapshot.applications if a.state.active]


def _joined(names: list[str]) -> str:
    return ", ".join(names)
