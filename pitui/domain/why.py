"""Why an application waits, in words with the figures that show it."""

from collections.abc import Sequence

from pitui.domain.cluster import Application, ApplicationState, MasterState, MasterView, Worker

_SHORT_WAIT = 3.0
"""Seconds in which waiting is just starting."""


def why_waiting(application: Application, view: MasterView) -> str | None:
    """Return the reason for which an application has no executor, or None where it has.

    Rule: it waits, and asks for more memory an executor than any ALIVE worker has free (Spark's
    standalone master places an executor only where all of its memory fits).
    """
    if application.state is not ApplicationState.WAITING:
        return None
    if view.state is not MasterState.ALIVE:
        return f"the master is {view.state}"
    if not view.alive:
        return "no worker is alive"
    return _no_room(application, view.alive) or _no_cores(view.alive) or _nothing_seen(application)


def _no_room(application: Application, alive: Sequence[Worker]) -> str | None:
    wanted = application.memory_per_executor_mib
    largest = max(worker.memory_mib for worker in alive)
    free = max(worker.memory_free_mib for worker in alive)
    if wanted > largest:
        return f"wants {wanted} MiB an executor, largest worker has {largest} MiB"
    if wanted > free:
        return f"wants {wanted} MiB an executor, at most {free} MiB are free"
    return None


def _no_cores(alive: Sequence[Worker]) -> str | None:
    if any(worker.cores_free for worker in alive):
        return None
    return f"all {sum(worker.cores for worker in alive)} cores are in use"


def _nothing_seen(application: Application) -> str | None:
    if application.duration_s < _SHORT_WAIT:
        return "just submitted"
    return "a worker has room; its executors may fail to start or not reach the driver"
