"""Executors of one application as rows of a table."""

from pitui.domain.cluster import Application, Executor, Snapshot
from pitui.tui.present.cells import DASH, Cell, Column, Row, Tone, cell, cells
from pitui.tui.present.figures import duration, percent, size

MIB = 1024 * 1024
GC_MUCH, GC_SOME = 0.20, 0.10
"""Shares of task time in garbage collection; Spark's own page turns red at 0.1."""

COLUMNS = (
    Column("id", "id", least=3),
    Column("node", "node", least=4, most=20),
    Column("state", "state", least=8),
    Column("cores", "cores", right=True, rank=1),
    Column("active", "active", right=True),
    Column("done", "done", right=True),
    Column("failed", "failed", right=True, rank=2),
    Column("memory", "mem MiB", right=True, rank=3, least=7),
    Column("gc", "gc", right=True, rank=2, least=4),
    Column("heap", "heap peak", right=True, rank=4),
    Column("time", "task time", right=True, rank=5),
    Column("input", "input", right=True, rank=6, least=6),
    Column("read", "shuffle in", right=True, rank=7),
    Column("write", "shuffle out", right=True, rank=7),
    Column("reason", "", rank=8, most=60),
)

DRIVER = "driver"


def executor_rows(snapshot: Snapshot, app_id: str) -> list[Row]:
    """Return a row an executor, the driver last."""
    executors = snapshot.executors.get(app_id, ())
    return [_row(app_id, e) for e in sorted(executors, key=_order)]


def executor_title(application: Application | None) -> str:
    """Return what the pane is called for an application."""
    return f"Executors of {cell(application.name).text}" if application else "Executors"


def _order(executor: Executor) -> tuple[bool, bool, int, str]:
    number = int(executor.id) if executor.id.isdigit() else 0
    return executor.id == DRIVER, not executor.active, number, executor.id


def _row(app_id: str, executor: Executor) -> Row:
    return Row(
        key=f"{app_id}/{executor.id}",
        cells=(
            cell(executor.id, Tone.STRONG),
            cell(executor.node or executor.host),
            _state(executor),
            cell(str(executor.cores)) if executor.cores else DASH,
            _count(executor.tasks_active, Tone.STRONG),
            _count(executor.tasks_done, Tone.NORMAL),
            _count(executor.tasks_failed, Tone.BAD),
            cell(f"{executor.memory_used // MIB}/{executor.memory_max // MIB}"),
            _gc(executor),
            _size(executor.heap_peak),
            cell(duration(executor.duration_ms / 1000), Tone.DIM),
            _size(executor.input_bytes),
            _size(executor.shuffle_read),
            _size(executor.shuffle_write),
            cell(executor.removed_because, Tone.DIM),
        ),
    )


def _state(executor: Executor) -> Cell:
    if executor.id == DRIVER:
        return cells(("★ driver", Tone.DIM))
    return cells(("● active", Tone.GOOD)) if executor.active else cells(("✗ removed", Tone.BAD))


def _count(count: int, tone: Tone) -> Cell:
    return cell(f"{count:,}", tone) if count else DASH


def _size(count: int) -> Cell:
    return cell(size(count), Tone.DIM) if count else DASH


def _gc(executor: Executor) -> Cell:
    if not executor.duration_ms:
        return DASH
    share = executor.gc_share
    tone = Tone.BAD if share >= GC_MUCH else Tone.WARN if share >= GC_SOME else Tone.NORMAL
    return cell(percent(share), tone)


def executor_summary(executor: Executor) -> tuple[Cell, Cell]:
    """Return two lines on an executor."""
    where = f"executor {executor.id} on {executor.node or executor.host}"
    first = f"{where}: task time {duration(executor.duration_ms / 1000)}, "
    second = (
        f"input {size(executor.input_bytes)}  shuffle in {size(executor.shuffle_read)}  "
        f"out {size(executor.shuffle_write)}  heap peak {size(executor.heap_peak)}"
    )
    if executor.removed_because:
        return cell(f"{where}: removed", Tone.BAD), cell(executor.removed_because)
    return cell(first + f"gc {percent(executor.gc_share)}", Tone.DIM), cell(second, Tone.DIM)


def executor_facts(executor: Executor) -> list[tuple[str, str]]:
    """Return everything known of an executor as names and values."""
    active, done, failed = executor.tasks_active, executor.tasks_done, executor.tasks_failed
    facts = [
        ("Executor", executor.id),
        ("Node", executor.node or executor.host),
        ("State", "active" if executor.active else "removed"),
        ("Removed because", executor.removed_because),
        ("Cores", str(executor.cores)),
        ("Tasks", f"{active} active, {done} done, {failed} failed"),
        ("Storage memory", f"{size(executor.memory_used)} of {size(executor.memory_max)}"),
        ("Heap peak", size(executor.heap_peak) if executor.heap_peak else ""),
        ("Task time", duration(executor.duration_ms / 1000)),
        ("Garbage collection", f"{duration(executor.gc_ms / 1000)}, {percent(executor.gc_share)}"),
        ("Input", size(executor.input_bytes)),
        ("Shuffle read", size(executor.shuffle_read)),
        ("Shuffle written", size(executor.shuffle_write)),
    ]
    return [(name, value) for name, value in facts if value]
