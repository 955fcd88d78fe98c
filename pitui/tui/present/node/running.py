"""What of Spark runs on a node: processes and executors."""

from pitui.domain.cluster import NodeStatus
from pitui.tui.present.cells import Cell, Tone, cells
from pitui.tui.present.figures import amount, percent
from pitui.tui.present.node.blocks import Known, title


def process_lines(known: Known) -> list[Cell]:
    """Return Spark's processes, the memory of each first."""
    processes = known.processes
    if processes is None:
        word = "not known" if known.problem else "asking …"
        return [title("Spark's processes"), cells((f"  {word}", Tone.DIM))]
    total = amount(sum(process.resident_mib for process in processes))
    lines = [title("Spark's processes", f"{total} resident" if processes else "")]
    if not processes:
        return [*lines, cells(("  None runs here.", Tone.DIM))]
    return lines + [
        cells(
            (f"  {amount(process.resident_mib):>9}", Tone.STRONG),
            (f"  {process.pid:>7}", Tone.DIM),
            (f"  {process.what}", Tone.NORMAL),
        )
        for process in processes
    ]


def executor_lines(known: Known, node: NodeStatus) -> list[Cell]:
    """Return the executors that run there, of all applications."""
    lines = [title("Executors here")]
    for app_id, executors in known.snapshot.executors.items():
        application = known.snapshot.application(app_id)
        for executor in executors:
            if executor.node != node.name or not executor.active:
                continue
            gc = f"  gc {percent(executor.gc_share)}" if executor.duration_ms else ""
            name = f"{application.name if application else app_id}/{executor.id}"
            tasks = f"  {executor.tasks_active} active, {executor.tasks_done} done"
            failed = f", {executor.tasks_failed} failed" if executor.tasks_failed else ""
            lines.append(
                cells(
                    (f"  {name}", Tone.STRONG),
                    (f"  {_cores(executor.cores)}{tasks}", Tone.NORMAL),
                    (failed, Tone.BAD),
                    (gc, Tone.DIM),
                )
            )
    return lines if len(lines) > 1 else [*lines, cells(("  None.", Tone.DIM))]


def _cores(number: int) -> str:
    return "1 core" if number == 1 else f"{number} cores"
