"""Everything on one node as lines: system, charts of the last hour, processes, executors, disk."""

from collections.abc import Sequence

from pitui.domain.cluster import NodeStatus
from pitui.domain.text.number_words import counted
from pitui.tui.nodes.text.disk import disk_lines
from pitui.tui.nodes.text.node_screen_data import NodeDetail
from pitui.tui.nodes.text.system import problem_lines, system_lines, worker_lines
from pitui.tui.text.cells import BLANK, Cell, Tone, cell, cells
from pitui.tui.text.charts import captioned, degrees_label, percent_label, rate_label
from pitui.tui.text.number_format import amount, percent
from pitui.tui.text.paragraphs import SIDE_GAP, beside, title


def process_lines(known: NodeDetail) -> list[Cell]:
    """Return Spark's processes, the memory of each first."""
    processes = known.processes
    if processes is None:
        word = "unknown" if known.problem else "asking …"
        return [title("Spark's processes"), cells((f"  {word}", Tone.DIM))]
    total = amount(sum(process.resident_mib for process in processes))
    lines = [title("Spark's processes", f"{total} resident" if processes else "")]
    if not processes:
        return [*lines, cells(("  None running.", Tone.DIM))]
    return lines + [
        cells(
            (f"  {amount(process.resident_mib):>9}", Tone.STRONG),
            (f"  {process.pid:>7}", Tone.DIM),
            (f"  {process.what}", Tone.NORMAL),
        )
        for process in processes
    ]


def executor_lines(known: NodeDetail, node: NodeStatus) -> list[Cell]:
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
                    (f"  {counted(executor.cores, 'core')}{tasks}", Tone.NORMAL),
                    (failed, Tone.BAD),
                    (gc, Tone.DIM),
                )
            )
    return lines if len(lines) > 1 else [*lines, cells(("  None.", Tone.DIM))]


def chart_lines(known: NodeDetail, width: int, *, in_pairs: bool) -> list[Cell]:
    """Return the charts of the chosen time, one below the other or in pairs."""
    span = (known.now - known.span, known.now)
    points = known.points
    minutes = round(known.span / 60)
    head = title(f"The last {minutes} minutes", "t: an hour or ten minutes")
    if not points:
        return [head, cells(("  The first figures arrive in a few seconds.", Tone.DIM))]

    def one(name: str, values: Sequence[float | None], kind: str) -> list[Cell]:
        samples = [(point.at, value) for point, value in zip(points, values, strict=True)]
        label = {"%": percent_label, "°C": degrees_label, "B/s": rate_label}[kind]
        top = 100.0 if kind in ("%", "°C") else None
        return captioned(name, samples, span, width, label=label, top=top)

    blocks = [
        one("CPU", [p.cpu_percent for p in points], "%"),
        one("Memory", [p.memory_percent for p in points], "%"),
        one("Temperature", [p.temperature_c for p in points], "°C"),
        one("Disk full", [p.disk_percent for p in points], "%"),
        one("Network in", [p.received for p in points], "B/s"),
        one("Network out", [p.sent for p in points], "B/s"),
        one("Disk read", [p.read for p in points], "B/s"),
        one("Disk write", [p.written for p in points], "B/s"),
    ]
    lines = [head]
    if in_pairs:
        for left, right in zip(blocks[::2], blocks[1::2], strict=True):
            lines += beside(left, right, width)
        return lines
    return lines + [line for block in blocks for line in block]


WIDE_CHARTS = 110
"""Columns of the terminal from which two things stand side by side."""


def node_lines(known: NodeDetail, width: int) -> list[Cell]:
    """Return the lines of the whole screen."""
    node = known.snapshot.node(known.name)
    if node is None:
        return [cell("This node is no longer in the configuration.", Tone.WARN)]
    lines = problem_lines(node, known)
    half = (width - SIDE_GAP) // 2
    if width >= WIDE_CHARTS:
        lines += beside(system_lines(node, known), worker_lines(node), half)
        lines += [BLANK, *chart_lines(known, half, in_pairs=True)]
        lines += [BLANK, *beside(process_lines(known), executor_lines(known, node), half)]
    else:
        for block in (
            system_lines(node, known),
            worker_lines(node),
            chart_lines(known, width, in_pairs=False),
        ):
            lines += [*block, BLANK]
        lines += [*process_lines(known), BLANK, *executor_lines(known, node)]
    return [*lines, BLANK, *disk_lines(known)]
