"""Nodes as rows of a table, and everything known of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pitui.domain.cluster import (
    MasterState,
    Metrics,
    NodeStatus,
    NodeWorker,
    Role,
    Worker,
    WorkerState,
)
from pitui.domain.link import LinkState, LinkStatus
from pitui.tui.text.cells import BLANK, DASH, Cell, Column, Row, Span, Tone, cell, cells
from pitui.tui.text.findings import SEVERITY_WORDS, finding_mark
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import amount, sparkline, uptime
from pitui.tui.text.state_cells import LINK_MEANINGS, link_cell, temperature_cell, worker_cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pitui.doctor.finding import Finding
    from pitui.domain.snapshot import Snapshot

SPARK_WIDTH = 6
"""A Pi throttles at 80 to 85 degrees; its soft limit is 60 on some models."""

STRANGER = "worker:"
"""Begins the key of a row that is no configured node."""

COLUMNS = (
    Column("node", "node", least=6, most=22),
    Column("ssh", "ssh", least=4),
    Column("worker", "worker", least=8),
    Column("cores", "cores", right=True, rank=1),
    Column("memory", "mem MiB", right=True, rank=2, least=7),
    Column("spark", "cpu", rank=3, least=SPARK_WIDTH),
    Column("cpu", "%", right=True, rank=1, least=4),
    Column("temperature", "°C", right=True, rank=2, least=3),
    Column("ram", "ram MiB", right=True, rank=5, least=9),
    Column("load", "load", right=True, rank=6, least=4),
    Column("disk", "disk free", right=True, rank=7, least=8),
    Column("uptime", "up", right=True, rank=8, least=7),
    Column("host", "host", rank=9, most=24),
    Column("power", "throttled", rank=10, most=30),
    Column("pid", "pid", right=True, rank=11, least=7),
    Column("launcher", "by", rank=12, least=7),
)


_Shown: TypeAlias = "tuple[NodeStatus, MasterState, Finding | None] | Worker"
"""What a row is made of: a configured node, how the master is and the worst finding on the node;
or a worker of none."""


def node_rows(snapshot: Snapshot, marks: Mapping[str, Finding]) -> Rows[_Shown]:
    """Return a row for each configured node, then for each worker that belongs to none.

    `marks` are the worst findings by node.
    """
    master = snapshot.master.state
    values: dict[str, _Shown] = {
        node.name: (node, master, marks.get(node.name)) for node in snapshot.nodes
    }
    values |= {f"{STRANGER}{worker.id}": worker for worker in snapshot.strangers}
    return Rows(values, _other_worker_row)


def _other_worker_row(shown: _Shown) -> Row:
    return _stranger(shown) if isinstance(shown, Worker) else _node(*shown)


def _stranger(worker: Worker) -> Row:
    resources = _resources(
        NodeWorker(
            worker.state,
            cores=worker.cores,
            cores_used=worker.cores_used,
            memory_mib=worker.memory_mib,
            memory_used_mib=worker.memory_used_mib,
        )
    )
    return Row(
        key=f"{STRANGER}{worker.id}",
        cells=(cell(worker.host), DASH, worker_cell(worker.state), *resources, *(DASH,) * 11),
        note=cell("not in config.yaml", Tone.DIM),
        note_at="spark",
    )


def _node(node: NodeStatus, master: MasterState, worst: Finding | None) -> Row:
    away = node.link.state not in (LinkState.CONNECTED, LinkState.CONNECTING)
    note = _link_reason(node.link) if away else None
    return Row(
        key=node.name,
        cells=(
            cells(*_node_name(node, master), finding_mark(worst)),
            link_cell(node.link),
            _worker_cell(node, master),
            *_resources(node.worker),
            *_metric_cells(node),
            cell(node.host, Tone.DIM),
            _power_cell(node.metrics),
            _pid(node),
            cell(node.worker.launcher, Tone.DIM) if node.worker and node.worker.launcher else DASH,
        ),
        note=note,
        note_at="spark" if away else "",
    )


def _node_name(node: NodeStatus, master: MasterState) -> tuple[Span, ...]:
    name: Span = (node.name, Tone.STRONG)
    if Role.MASTER not in node.roles:
        return (name,)
    if _runs_master(node, master):
        return name, (" ★", Tone.GOOD)
    return name, (" ☆", Tone.DIM if master is MasterState.UNKNOWN else Tone.BAD)


def _runs_master(node: NodeStatus, master: MasterState) -> bool:
    return node.master_pid is not None or master in (
        MasterState.ALIVE,
        MasterState.RECOVERING,
        MasterState.STANDBY,
    )


def _worker_cell(node: NodeStatus, master: MasterState) -> Cell:
    if node.worker is not None:
        return _several(worker_cell(node.worker.state), node.worker.instances)
    if Role.WORKER in node.roles:
        return cell("◌ unknown", Tone.DIM)
    return cell("★ master", Tone.DIM) if _runs_master(node, master) else DASH


def _several(state: Cell, instances: int) -> Cell:
    """Return a state with how many workers it is of, where a node runs several."""
    if instances < 2:
        return state
    return cells(*state.spans, (f" ×{instances}", Tone.DIM))


def _resources(worker: NodeWorker | None) -> tuple[Cell, Cell]:
    if worker is None or not worker.cores:
        return DASH, DASH
    busy = Tone.STRONG if worker.cores_used else Tone.DIM
    return (
        cell(f"{worker.cores_used}/{worker.cores}", busy),
        cell(f"{worker.memory_used_mib}/{worker.memory_mib}", busy),
    )


def _metric_cells(node: NodeStatus) -> tuple[Cell, ...]:
    metrics = node.metrics
    if metrics is None:
        return (DASH,) * 7
    load = Tone.STRONG if metrics.cpu_percent >= 5 else Tone.DIM
    return (
        cells((sparkline(node.cpu_history, SPARK_WIDTH), Tone.CHART)),
        cell(f"{metrics.cpu_percent:.0f}%", load),
        temperature_cell(metrics),
        cell(f"{metrics.memory_used_mib}/{metrics.memory_total_mib}", Tone.DIM),
        cell(f"{metrics.load_1m:.1f}", Tone.DIM),
        cell(amount(metrics.disk_free_mib), _disk_tone(metrics.disk_free_mib)),
        cell(uptime(metrics.uptime_s), Tone.DIM),
    )


def _disk_tone(free_mib: int) -> Tone:
    return Tone.BAD if free_mib < 512 else Tone.WARN if free_mib < 2048 else Tone.DIM


def _power_cell(metrics: Metrics | None) -> Cell:
    trouble = metrics.power_trouble if metrics else ""
    return cell(trouble, Tone.WARN) if trouble else BLANK


def _pid(node: NodeStatus) -> Cell:
    pid = node.worker.pid if node.worker and node.worker.pid else node.master_pid
    return cell(str(pid), Tone.DIM) if pid else DASH


def _link_reason(link: LinkStatus) -> Cell:
    return cell(link.error or LINK_MEANINGS[link.state], Tone.BAD)


_TO_DO = {
    WorkerState.STOPPED: ("its worker is stopped (s starts it)", Tone.NORMAL),
    WorkerState.DEAD: ("its worker is gone (s starts it, l shows its log)", Tone.BAD),
    WorkerState.UNREGISTERED: (
        "its worker runs, but the master does not list it (l shows its log)",
        Tone.WARN,
    ),
    WorkerState.DECOMMISSIONED: ("its worker takes no new work (r restarts it)", Tone.WARN),
}
"""What to do about a worker that is not alive."""


def node_summary(node: NodeStatus, worst: Finding | None = None) -> tuple[Cell, Cell]:
    """Return two lines on a node: what matters most, then what to do or its load.

    `worst` is the worst finding there, which matters where nothing else does.
    """
    if node.link.state is LinkState.CONNECTING:
        where = "checking this machine" if node.host == "local" else f"connecting to {node.host}"
        return cell(f"{node.name}: {where}", Tone.DIM), BLANK
    if node.link.state is not LinkState.CONNECTED:
        error = node.link.error or LINK_MEANINGS[node.link.state]
        return cell(f"{node.name}: {error}", Tone.BAD), cell(node.link.advice)
    metrics = node.metrics
    if metrics is None:
        return cells((f"{node.name}: waiting for its first health check", Tone.DIM)), BLANK
    if node.worker is not None and node.worker.state in _TO_DO:
        words, tone = _TO_DO[node.worker.state]
        return cell(f"{node.name}: {words}", tone), _load_words(metrics)
    return _most_important(node, metrics, worst), _load_words(metrics)


def _most_important(node: NodeStatus, metrics: Metrics, worst: Finding | None) -> Cell:
    """Return what is to be known of a node whose daemons run."""
    if worst is not None:
        tone = SEVERITY_WORDS[worst.severity][2]
        return cell(f"{node.name}: {worst.title} (8 says more)", tone)
    first = f"{node.name} {node.host}: up {uptime(metrics.uptime_s)}"
    if metrics.power_trouble:
        return cells((f"{first}, ", Tone.DIM), (metrics.power_trouble, Tone.WARN))
    return cell(first, Tone.DIM)


def _load_words(metrics: Metrics) -> Cell:
    return cell(
        f"load {metrics.load_1m:.2f}  "
        f"ram {metrics.memory_used_mib}/{metrics.memory_total_mib} MiB  "
        f"disk {amount(metrics.disk_free_mib)} free",
        Tone.DIM,
    )
