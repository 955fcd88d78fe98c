"""Rules about the rows in which a master lists its workers."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from pitui.domain.cluster import Worker, WorkerState


def newest_by_host(workers: Iterable[Worker]) -> tuple[Worker, ...]:
    """Return one worker a host and web UI port: the ALIVE one, else the one heard of last.

    A worker that was restarted has a new id, and the master keeps the old row as DEAD.
    """
    newest: dict[tuple[str, int | None], Worker] = {}
    for worker in workers:
        key = (worker.host, webui_port(worker))
        if key not in newest or preference(worker) > preference(newest[key]):
            newest[key] = worker
    return tuple(newest.values())


def registered_once(workers: Iterable[Worker]) -> tuple[Worker, ...]:
    """Return one row a worker: neither an id nor, of those ALIVE, an address stands twice.

    A worker that registers again before the master has missed it may be listed twice for a while.
    """
    found: dict[tuple[str, int] | str, Worker] = {}
    for worker in workers:
        alive = worker.state is WorkerState.ALIVE and worker.host and worker.port
        key = (worker.host, worker.port) if alive else worker.id
        if key not in found or preference(worker) > preference(found[key]):
            found[key] = worker
    ids = {worker.id: worker for worker in sorted(found.values(), key=preference)}
    return tuple(worker for worker in found.values() if ids[worker.id] is worker)


def webui_port(worker: Worker) -> int | None:
    """Return the port of a worker's web UI, where its address names one."""
    return _url_port(worker.webui)


@lru_cache(maxsize=4096)
def _url_port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def preference(worker: Worker) -> tuple[bool, float, str]:
    """Return a sort key that is greatest for the row that speaks for a worker now."""
    # The id carries the time of registration, which decides where no heartbeat came yet.
    return worker.state is WorkerState.ALIVE, worker.last_heartbeat, worker.id
