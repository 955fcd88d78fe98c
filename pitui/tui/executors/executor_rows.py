"""Executors as table rows, and the details of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pitui.domain.apps.executor_end import EndKind, ExecutorEnd, end_of
from pitui.tui.text.cells import DASH, Cell, Column, Row, Span, Tone, cell, cells
from pitui.tui.text.lazy_rows import Rows
from pitui.tui.text.number_format import duration, percent, size, sparkline
from pitui.tui.text.state_cells import temperature_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pitui.domain.cluster import Application, Executor, Metrics
    from pitui.domain.snapshot import Snapshot

_MIB = 1024 * 1024
GC_MUCH = 0.10
"""Share of task time in garbage collection from which Spark's own page turns red."""

ASKED_S = 15.0
"""Seconds of an application's life in which its driver's UI may still be coming up."""

RATES = 8
"""Looks that the sparkline of tasks a second shows."""

COLUMNS = (
    Column("id", "id", least=3, most=24),
    Column("node", "node", least=4, most=20),
    Column("state", "state", least=8),
    Column("cores", "cores", right=True, rank=1),
    Column("active", "active", right=True),
    Column("done", "done", right=True),
    Column("failed", "failed", right=True, rank=2),
    Column("memory", "mem MiB", right=True, rank=3, least=7),
    Column("gc", "gc", right=True, rank=2, least=5),
    Column("rate", "tasks/s", right=True, rank=4, least=RATES + 5),
    Column("cpu", "node cpu", right=True, rank=4),
    Column("temperature", "°C", right=True, rank=5, least=3),
    Column("input", "input", right=True, rank=6, least=6),
    Column("read", "shuffle in", right=True, rank=7),
    Column("write", "shuffle out", right=True, rank=7),
    Column("disk", "disk", right=True, rank=8, least=6),
    Column("heap", "heap peak", right=True, rank=9),
    Column("time", "task time", right=True, rank=9),
)

DRIVER = "driver"
_NOTE_AT = "memory"

_ENDS = {
    EndKind.LOST: ("✗ lost", Tone.BAD),
    EndKind.RELEASED: ("○ released", Tone.DIM),
    EndKind.DECOMMISSIONED: ("◑ drained", Tone.DIM),
}


_Shown: TypeAlias = "tuple[str, Executor, Metrics | None, str]"
"""What a row is made of: an application's id, its executor, the node's load, and a name."""


def executor_rows(snapshot: Snapshot, app_id: str) -> Rows[_Shown]:
    """Return a row an executor of an application, those that ended after the others."""
    executors = snapshot.executors.get(app_id, ())
    return _rows(snapshot, ((app_id, e, e.id) for e in sorted(executors, key=_order)))


def rows_by_node(snapshot: Snapshot) -> Rows[_Shown]:
    """Return a row for each executor that runs, of all applications, node by node."""
    found = [
        (app_id, executor)
        for app_id, executors in snapshot.executors.items()
        for executor in executors
        if executor.active
    ]
    found.sort(key=lambda one: (_executor_place(one[1]), one[0], _order(one[1])))
    return _rows(
        snapshot, ((app, e, f"{_executor_name(snapshot, app)}/{e.id}") for app, e in found)
    )


def _rows(snapshot: Snapshot, found: Iterable[tuple[str, Executor, str]]) -> Rows[_Shown]:
    values = {f"{app}/{e.id}": (app, e, _node_metrics(snapshot, e), name) for app, e, name in found}
    return Rows(values, _executor_row)


def no_executors(snapshot: Snapshot, application: Application | None) -> tuple[Cell, Cell]:
    """Return the two lines shown instead of rows while an application has no executors.

    `application`: None where none is selected, as none is active.
    """
    if application is None:
        more = (
            "Executors of the application selected in Jobs (4) appear here. Press b to run a "
            "benchmark."
        )
        return cell("No application is running.", Tone.DIM), cell(more, Tone.DIM)
    if application.why_waiting is not None or not application.cores:
        none = "This application has no executors."
        return cell(none, Tone.DIM), cell("The Jobs pane (4) shows why it is waiting.", Tone.DIM)
    if application.id in snapshot.executors or application.duration_s < ASKED_S:
        more = "They appear here as soon as its driver reports them."
        return cell("Its executors are starting.", Tone.DIM), cell(more, Tone.DIM)
    return (
        cell("Its driver does not report its executors.", Tone.WARN),
        cell(
            "Its web UI is not answering or is off (spark.ui.enabled=false). The master says "
            f"they have {application.cores} cores."
        ),
    )  # fmt: skip


def executor_title(application: Application | None) -> str:
    """Return the pane's title for one application; None: for none."""
    if application is None:
        return "Executors"
    age = f", {application.driver_age}" if application.driver_age else ""
    return f"Executors of {cell(application.name).text}{age}"


def title_by_node(rows: Sequence[Row]) -> str:
    """Return what the pane is called while it shows all of them."""
    return f"Executors by node: {len(rows)}"


def _executor_name(snapshot: Snapshot, app_id: str) -> str:
    application = snapshot.application(app_id)
    return application.name if application else app_id


def _executor_place(executor: Executor) -> str:
    return executor.node or executor.host


def _order(executor: Executor) -> tuple[bool, bool, int, str]:
    number = int(executor.id) if executor.id.isdigit() else 0
    return executor.id == DRIVER, not executor.active, number, executor.id


def _node_metrics(snapshot: Snapshot, executor: Executor) -> Metrics | None:
    node = snapshot.node(executor.node) if executor.node else None
    return node.metrics if node else None


def _executor_row(shown: _Shown) -> Row:
    app_id, executor, load, name = shown
    return Row(
        key=f"{app_id}/{executor.id}",
        cells=(
            cell(name, Tone.STRONG),
            cell(_executor_place(executor)),
            _executor_state(executor),
            cell(str(executor.cores)) if executor.cores else DASH,
            _count_cell(executor.tasks_active if executor.active else 0, Tone.STRONG),
            _count_cell(executor.tasks_done, Tone.NORMAL),
            _count_cell(executor.tasks_failed, Tone.BAD),
            cell(f"{executor.memory_used // _MIB}/{executor.memory_max // _MIB}"),
            _gc(executor),
            _task_rate(executor),
            cell(f"{load.cpu_percent:.0f}%", Tone.DIM) if load else DASH,
            temperature_cell(load) if load else DASH,
            _size(executor.input_bytes),
            _size(executor.shuffle_read),
            _size(executor.shuffle_write),
            _size(executor.disk_used),
            _size(executor.heap_peak),
            cell(duration(executor.duration_ms / 1000), Tone.DIM),
        ),
        note=None
        if executor.active
        else cell(_end_reason(executor), Tone.BAD if _lost(executor) else Tone.DIM),
        note_at="" if executor.active else _NOTE_AT,
    )


def _executor_end(executor: Executor) -> ExecutorEnd:
    return end_of(executor.removed_because)


def _lost(executor: Executor) -> bool:
    return _executor_end(executor).kind is EndKind.LOST


def _executor_state(executor: Executor) -> Cell:
    if executor.id == DRIVER:
        return cells(("★ driver", Tone.DIM))
    if executor.active:
        return cells(("● active", Tone.GOOD))
    return cells(_ENDS[_executor_end(executor).kind])


def _end_reason(executor: Executor) -> str:
    """Return why an executor ended: exit code, its meaning, and the driver's own words."""
    end = _executor_end(executor)
    code = f"exit code {end.code}" if end.code is not None else ""
    words = executor.removed_because or "no reason given"
    if end.meaning:
        return f"{code}, {end.meaning}"
    return f"{code}: {words}" if code and code not in words else words


def _count_cell(count: int, tone: Tone) -> Cell:
    return cell(f"{count:,}", tone) if count else DASH


def _size(count: int) -> Cell:
    return cell(size(count), Tone.DIM) if count else DASH


def _gc(executor: Executor) -> Cell:
    if not executor.duration_ms:
        return DASH
    return cells(_gc_span(executor))


def _gc_span(executor: Executor) -> Span:
    share = executor.gc_share
    return (f"▲ {percent(share)}", Tone.BAD) if share > GC_MUCH else (percent(share), Tone.NORMAL)


def _task_rate(executor: Executor) -> Cell:
    rates = executor.task_rates
    if not rates or not executor.active:
        return DASH
    most = max(rates[-RATES:])
    line = sparkline([100 * rate / most if most else 0 for rate in rates[-RATES:]], RATES)
    return cells((line, Tone.CHART), (f" {rates[-1]:.1f}".rjust(5), Tone.NORMAL))


def executor_summary(executor: Executor, load: Metrics | None = None) -> tuple[Cell, Cell]:
    """Return the two summary lines of an executor; `load` is that of its node, None if unknown."""
    where = f"executor {executor.id} on {_executor_place(executor)}"
    if not executor.active:
        word = _ENDS[_executor_end(executor).kind][0].partition(" ")[2]
        tone = Tone.BAD if _lost(executor) else Tone.DIM
        reason, said = _end_reason(executor), executor.removed_because
        more = f"; {said}" if said and said != reason else ""
        return cell(f"{where}: {word}", tone), cells((reason, Tone.NORMAL), (more, Tone.DIM))
    first = f"{where}: task time {duration(executor.duration_ms / 1000)}, gc "
    second = (
        f"input {size(executor.input_bytes)}  shuffle in {size(executor.shuffle_read)}  "
        f"out {size(executor.shuffle_write)}  disk {size(executor.disk_used)}  "
        f"heap peak {size(executor.heap_peak)}"
    )
    much = executor.gc_share > GC_MUCH
    gc = (
        f"{percent(executor.gc_share)}{' ▲ high' if much else ''}",
        Tone.BAD if much else Tone.DIM,
    )
    return cells((first, Tone.DIM), gc, (_executor_load(load), Tone.DIM)), cell(second, Tone.DIM)


def _executor_load(load: Metrics | None) -> str:
    if load is None:
        return ""
    heat = f" {load.temperature_c:.0f} °C" if load.temperature_c is not None else ""
    throttled = f", {load.power_trouble}" if load.power_trouble else ""
    return f"; node cpu {load.cpu_percent:.0f}%{heat}{throttled}"


def executor_facts(executor: Executor) -> list[tuple[str, str]]:
    """Return the details of an executor as (name, value) pairs."""
    active, done, failed = executor.tasks_active, executor.tasks_done, executor.tasks_failed
    end = _executor_end(executor)
    facts = [
        ("Executor", executor.id),
        ("Node", _executor_place(executor)),
        ("State", "active" if executor.active else str(end.kind)),
        ("Exit code", str(end.code) if not executor.active and end.code is not None else ""),
        ("Meaning", "" if executor.active else end.meaning),
        ("Reason", executor.removed_because),
        ("Cores", str(executor.cores)),
        ("Tasks", f"{active} active, {done} done, {failed} failed"),
        ("Tasks per second", f"{executor.task_rates[-1]:.1f}" if executor.task_rates else ""),
        ("Storage memory", f"{size(executor.memory_used)} of {size(executor.memory_max)}"),
        ("Storage on disk", size(executor.disk_used)),
        ("Heap peak", size(executor.heap_peak) if executor.heap_peak else ""),
        ("Task time", duration(executor.duration_ms / 1000)),
        ("Garbage collection", f"{duration(executor.gc_ms / 1000)}, {percent(executor.gc_share)}"),
        ("Input", size(executor.input_bytes)),
        ("Shuffle read", size(executor.shuffle_read)),
        ("Shuffle written", size(executor.shuffle_write)),
    ]
    return [(name, value) for name, value in facts if value]
