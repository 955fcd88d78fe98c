"""Everything on one node as lines: system, charts of the last hour, processes, executors, disk."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from pitui.domain.cluster import LinkState, NodeStatus, Snapshot
from pitui.domain.node_detail import DiskUse, Folder, FolderKind, Point, SparkProcess, System
from pitui.tui.present.cells import BLANK, Cell, Span, Tone, cell, cells
from pitui.tui.present.charts import captioned
from pitui.tui.present.figures import age, amount, percent, size
from pitui.tui.present.words import LINK_MEANINGS, link_cell, worker_cell

WIDE = 110
"""Columns of the terminal from which two things stand side by side."""
GAP = 3
HOUR, SHORT = 3600.0, 600.0
_MOST_FOLDERS = 12
_NAME = 16


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a node; None where it was not said yet."""

    name: str
    snapshot: Snapshot
    points: Sequence[Point] = ()
    system: System | None = None
    processes: Sequence[SparkProcess] | None = None
    problem: str = ""
    """Why the node could not be asked for system and processes."""
    disk: DiskUse | None = None
    disk_problem: str = ""
    span: float = HOUR
    now: float = 0.0


def node_lines(known: Known, width: int) -> list[Cell]:
    """Return the lines of the whole screen."""
    node = known.snapshot.node(known.name)
    if node is None:
        return [cell("This node is no longer in the configuration.", Tone.WARN)]
    lines = _problems(node, known)
    half = (width - GAP) // 2
    if width >= WIDE:
        lines += _beside(_system(node, known), _workers(node), half)
        lines += [BLANK, *_charts(known, half, beside=True)]
        lines += [BLANK, *_beside(_processes(known), _executors(known, node), half)]
    else:
        for block in (_system(node, known), _workers(node), _charts(known, width, beside=False)):
            lines += [*block, BLANK]
        lines += [*_processes(known), BLANK, *_executors(known, node)]
    return [*lines, BLANK, *_disk(known)]


def _title(text: str, more: str = "") -> Cell:
    return cells((text, Tone.ACCENT), (f"  {more}" if more else "", Tone.DIM))


def _fact(name: str, *spans: Span) -> Cell:
    return cells((f"  {name}".ljust(_NAME), Tone.DIM), *spans)


def _beside(left: list[Cell], right: list[Cell], width: int) -> list[Cell]:
    """Return two blocks side by side, the left one cut and filled to `width` columns."""
    lines = []
    for index in range(max(len(left), len(right))):
        one = left[index] if index < len(left) else BLANK
        other = right[index] if index < len(right) else BLANK
        spans = _cut(one, width)
        lines.append(
            Cell((*spans, (" " * (width + GAP - Cell(spans).width), Tone.DIM), *other.spans))
        )
    return lines


def _cut(line: Cell, width: int) -> tuple[Span, ...]:
    if line.width <= width:
        return line.spans
    spans: list[Span] = []
    left = width - 1
    for text, tone in line.spans:
        if cell_len(text) >= left:
            return (*spans, (set_cell_size(text, left) + "…", tone))
        spans.append((text, tone))
        left -= cell_len(text)
    return tuple(spans)


# -- what it is ----------------------------------------------------------------------------


def _problems(node: NodeStatus, known: Known) -> list[Cell]:
    if node.link.state is LinkState.CONNECTING:
        return [cell(f"Connecting to {node.host} …", Tone.DIM), BLANK]
    if node.link.state is not LinkState.CONNECTED:
        why = node.link.error or LINK_MEANINGS[node.link.state]
        lines = [cell(f"{node.name} cannot be reached: {why}", Tone.BAD)]
        return [*lines, *([cell(node.link.advice)] if node.link.advice else []), BLANK]
    return [cell(known.problem, Tone.BAD), BLANK] if known.problem else []


def _system(node: NodeStatus, known: Known) -> list[Cell]:
    lines = [_title("System", node.host), _fact("Link", *link_cell(node.link).spans)]
    system = known.system
    if system is None:
        up = node.link.state is LinkState.CONNECTED and not known.problem
        return [*lines, cells(("  asking …" if up else "  not known", Tone.DIM))]
    facts = [
        ("Model", system.model),
        ("System", system.release),
        ("Kernel", system.kernel),
        ("Architecture", system.architecture),
        ("Board", f"{system.cores} cores, {amount(system.memory_mib)}"),
        ("Java", system.java or "none found"),
        ("Python", system.python or "none found"),
        ("Spark", system.spark or "none found"),
    ]
    lines += [_fact(name, (value, Tone.NORMAL)) for name, value in facts if value]
    return [*lines, _power(node)]


def _power(node: NodeStatus) -> Cell:
    throttled = node.metrics.throttled if node.metrics else None
    if throttled is None:
        return _fact("Power", ("this machine does not say whether it is throttled", Tone.DIM))
    if throttled == "no":
        return _fact("Power", ("● no throttling since boot", Tone.GOOD))
    return _fact("Power", (f"▲ {throttled} (earlier: since boot)", Tone.WARN))


def _workers(node: NodeStatus) -> list[Cell]:
    worker = node.worker
    many = len(node.workers) > 1
    lines = [_title("Workers" if many else "Worker", str(len(node.workers)) if many else "")]
    if worker is None:
        return [*lines, cells(("  This node runs no worker by its configuration.", Tone.DIM))]
    if not many:
        lines.append(_fact("State", *worker_cell(worker.state).spans))
        if worker.pid:
            by = f", by {worker.launcher}" if worker.launcher else ""
            lines.append(_fact("Process", (f"pid {worker.pid}{by}", Tone.NORMAL)))
        if worker.cores:
            lines.append(
                _fact("Cores", (f"{worker.cores_used} of {worker.cores} in use", Tone.NORMAL))
            )
            lines.append(
                _fact(
                    "Memory",
                    (f"{worker.memory_used_mib} of {worker.memory_mib} MiB in use", Tone.NORMAL),
                )
            )
        if worker.webui:
            lines.append(_fact("Web page", (worker.webui, Tone.DIM)))
        return lines
    for row in node.workers:
        figures = (
            f"  {row.cores_used}/{row.cores} cores  {row.memory_used_mib}/{row.memory_mib} MiB"
        )
        state = worker_cell(row.state)
        lines.append(
            cells(
                ("  ", Tone.DIM), *state.spans, (figures, Tone.NORMAL), (f"  {row.webui}", Tone.DIM)
            )
        )
    return lines


# -- how it was ----------------------------------------------------------------------------


def _charts(known: Known, width: int, *, beside: bool) -> list[Cell]:
    span = (known.now - known.span, known.now)
    points = known.points
    minutes = round(known.span / 60)
    title = _title(f"The last {minutes} minutes", "t: an hour or ten minutes")
    if not points:
        return [title, cells(("  The first figures come within some seconds.", Tone.DIM))]

    def one(name: str, values: Sequence[float | None], kind: str) -> list[Cell]:
        samples = [(point.at, value) for point, value in zip(points, values, strict=True)]
        label = {"%": _percent, "°C": _degrees, "B/s": _rate}[kind]
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
    lines = [title]
    if beside:
        for left, right in zip(blocks[::2], blocks[1::2], strict=True):
            lines += _beside(left, right, width)
        return lines
    return lines + [line for block in blocks for line in block]


def _percent(value: float) -> str:
    return f"{value:.0f}%"


def _degrees(value: float) -> str:
    return f"{value:.0f} °C"


def _rate(value: float) -> str:
    return f"{size(int(value))}/s" if value >= 1 else "0 B/s"


# -- what runs there -----------------------------------------------------------------------


def _processes(known: Known) -> list[Cell]:
    processes = known.processes
    if processes is None:
        word = "not known" if known.problem else "asking …"
        return [_title("Spark's processes"), cells((f"  {word}", Tone.DIM))]
    total = amount(sum(process.resident_mib for process in processes))
    lines = [_title("Spark's processes", f"{total} resident" if processes else "")]
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


def _executors(known: Known, node: NodeStatus) -> list[Cell]:
    lines = [_title("Executors here")]
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


# -- what lies there -----------------------------------------------------------------------


def _disk(known: Known) -> list[Cell]:
    disk = known.disk
    title = "Disk: work folder and logs"
    if disk is None:
        lines = [_title(title)]
        if known.disk_problem:
            return [*lines, cells((f"  {known.disk_problem}", Tone.BAD))]
        return [*lines, cells(("  counting …", Tone.DIM))]
    free = disk.removable
    spare = least(free) + amount(sum(folder.kib for folder in free) // 1024)
    lines = [
        _title(title, f"C: clean up {len(free)} unused, {spare}" if free else "nothing unused"),
        *_sums(disk),
    ]
    if disk.unsure:
        lines.append(cells((f"  Nothing can be cleaned up now: {disk.unsure}.", Tone.WARN)))
    shown = disk.folders[:_MOST_FOLDERS]
    for folder in shown:
        state = ("● in use" if folder.in_use else "○ unused", Tone.DIM)
        when = age(max(0.0, known.now - folder.changed_at))
        lines.append(
            cells(
                (f" {'≥' if folder.partial else ' '}{size(folder.kib * 1024):>7}", Tone.STRONG),
                (f"  {folder.name}  ", Tone.NORMAL),
                state,
                (f"  {when} ago  {folder.owner}", Tone.DIM),
            )
        )
    left = len(disk.folders) - len(shown)
    return [*lines, cells((f"  and {left} smaller ones", Tone.DIM))] if left else lines


def _sums(disk: DiskUse) -> list[Cell]:
    in_work = (FolderKind.APPLICATION, FolderKind.DRIVER)
    work = [folder for folder in disk.folders if folder.kind in in_work]
    logs = [folder for folder in disk.folders if folder.kind not in in_work]
    return [
        _fact("Work", (total(work), Tone.STRONG), (f"  {disk.work or 'no folder'}", Tone.DIM)),
        _fact("Logs", (total(logs), Tone.STRONG), (f"  {disk.logs or 'no folder'}", Tone.DIM)),
    ]


def total(folders: Sequence[Folder]) -> str:
    """Return how large folders are together, and whether that is only what could be read."""
    return least(folders) + size(1024 * sum(folder.kib for folder in folders))


def least(folders: Sequence[Folder]) -> str:
    """Return `at least ` where not all of them could be read."""
    return "at least " if any(folder.partial for folder in folders) else ""
