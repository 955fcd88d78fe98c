"""A snapshot as the text and the JSON of `pitui status`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pitui.domain.cluster import (
    Application,
    MasterState,
    MasterStatus,
    Metrics,
    NodeStatus,
    NodeWorker,
    Role,
)
from pitui.domain.link import LinkState
from pitui.domain.snapshot import Snapshot
from pitui.domain.text.printable import one_line

_NONE = "-"
_WIDEST = 80
"""Characters of the widest column: a name may be as long as its owner likes."""


def status_json(snapshot: Snapshot) -> dict[str, Any]:
    """Return the object of `status --json`, without the schema's number."""
    return {
        "cluster": snapshot.cluster,
        "master": _master_json(snapshot.master),
        "nodes": [_status_node_json(node) for node in snapshot.nodes],
        "applications": [_status_app_json(app) for app in snapshot.applications],
    }


def _master_json(master: MasterStatus) -> dict[str, Any]:
    state = MasterState.UNREACHABLE if master.state is MasterState.UNKNOWN else master.state
    return {
        "node": master.node,
        "url": master.url,
        "state": str(state),
        "version": master.version,
        "cores": master.cores,
        "cores_used": master.cores_used,
        "memory_mib": master.memory_mib,
        "memory_used_mib": master.memory_used_mib,
    }


def _status_node_json(node: NodeStatus) -> dict[str, Any]:
    connecting = node.link.state is LinkState.CONNECTING
    return {
        "name": node.name,
        "host": node.host,
        "roles": [str(role) for role in node.roles],
        "link": str(LinkState.UNREACHABLE if connecting else node.link.state),
        "error": node.link.error,
        "worker": _worker_json(node.worker),
        "metrics": _metrics_json(node.metrics),
    }


def _worker_json(worker: NodeWorker | None) -> dict[str, Any] | None:
    if worker is None:
        return None
    return {
        "state": str(worker.state),
        "pid": worker.pid,
        "launcher": None if worker.launcher is None else str(worker.launcher),
        "cores": worker.cores,
        "cores_used": worker.cores_used,
        "memory_mib": worker.memory_mib,
        "memory_used_mib": worker.memory_used_mib,
    }


def _metrics_json(metrics: Metrics | None) -> dict[str, Any] | None:
    if metrics is None:
        return None
    return {
        "cpu_percent": round(metrics.cpu_percent, 1),
        "memory_used_mib": metrics.memory_used_mib,
        "memory_total_mib": metrics.memory_total_mib,
        "disk_free_mib": metrics.disk_free_mib,
        "temperature_c": metrics.temperature_c,
        "throttled": metrics.throttled,
        "uptime_s": metrics.uptime_s,
    }


def _status_app_json(app: Application) -> dict[str, Any]:
    return {
        "id": app.id,
        "name": app.name,
        "state": str(app.state),
        "cores": app.cores,
        "memory_per_executor_mib": app.memory_per_executor_mib,
        "submitted_at": datetime.fromtimestamp(app.submitted_at, UTC).isoformat(),
        "duration_s": round(app.duration_s, 3),
        "why_waiting": app.why_waiting,
    }


def status_lines(snapshot: Snapshot, now: float) -> Iterable[str]:
    """Return the lines of `status` for people, at Unix time `now`."""
    yield _headline(snapshot)
    yield ""
    yield from table(
        ("NODE", "HOST", "LINK", "WORKER", "CORES", "MEMORY", "CPU", "DISK FREE", "UP"),
        [_node_row(node) for node in snapshot.nodes],
    )
    if snapshot.strangers:
        yield ""
        yield "Workers that the master lists but the configuration does not:"
        yield from table(
            ("HOST", "STATE"), [(w.host, str(w.state).lower()) for w in snapshot.strangers]
        )
    if snapshot.applications:
        yield ""
        yield from table(
            ("APPLICATION", "NAME", "STATE", "CORES", "AGO", "TOOK", "WHY"),
            [_application_row(app, now) for app in snapshot.applications],
        )


def _headline(snapshot: Snapshot) -> str:
    master = snapshot.master
    if master.state is MasterState.ALIVE:
        version = f" {master.version}" if master.version else ""
        return (
            f"{snapshot.cluster}  {one_line(master.url)}  alive{version}"
            f"  workers {snapshot.workers_alive}/{len(snapshot.workers)}"
            f"  cores {master.cores_used}/{master.cores}"
            f"  memory {master.memory_used_mib}/{master.memory_mib} MiB"
        )
    reason = f": {master.error}" if master.error else ""
    return f"{snapshot.cluster}  {one_line(master.url)}  {str(master.state).lower()}{reason}"


def _node_row(node: NodeStatus) -> tuple[str, ...]:
    worker, metrics = node.worker, node.metrics
    state = str(worker.state).lower() if worker else _no_worker_state(node)
    return (
        node.name,
        node.host,
        str(node.link.state),
        state,
        f"{worker.cores_used}/{worker.cores}" if worker and worker.cores else _NONE,
        f"{worker.memory_used_mib}/{worker.memory_mib} MiB"
        if worker and worker.memory_mib
        else _NONE,
        f"{metrics.cpu_percent:.0f}%" if metrics else _NONE,
        f"{metrics.disk_free_mib / 1024:.1f} GiB" if metrics else _NONE,
        compact_duration(metrics.uptime_s) if metrics else _NONE,
    )


def _no_worker_state(node: NodeStatus) -> str:
    if Role.WORKER in node.roles:
        return "unknown"
    return "master" if Role.MASTER in node.roles else _NONE


def _application_row(app: Application, now: float) -> tuple[str, ...]:
    return (
        app.id,
        app.name,
        str(app.state).lower(),
        str(app.cores),
        compact_duration(now - app.submitted_at),
        compact_duration(app.duration_s),
        app.why_waiting or "",
    )


def compact_duration(seconds: float) -> str:
    """Return a length of time in its two largest units: `3d 4h`, `12m 5s`, `0.8s`."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f}s"
    whole = int(seconds)
    for size, unit, next_size, next_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "m")):
        if whole >= size:
            return f"{whole // size}{unit} {whole % size // next_size}{next_unit}"
    return f"{whole // 60}m {whole % 60}s" if whole >= 60 else f"{whole}s"


def _table_cell(text: str, widest: int | None = None) -> str:
    """Return a cell as one printable line, indented as it was."""
    cell = " " * (len(text) - len(text.lstrip(" "))) + one_line(text)
    return cell if widest is None or len(cell) <= widest else f"{cell[: widest - 1]}…"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterable[str]:
    """Return a header and rows as aligned lines; the last column is neither padded nor cut."""
    everything = [
        (*(_table_cell(text, _WIDEST) for text in row[:-1]), _table_cell(row[-1]))
        for row in (header, *rows)
    ]
    widths = [max(len(row[i]) for row in everything) for i in range(len(header))]
    for row in everything:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
