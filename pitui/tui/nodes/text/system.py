"""What a node is: whether it can be reached, the machine, its workers."""

from pitui.domain.cluster import NodeStatus
from pitui.domain.link import LinkState
from pitui.tui.nodes.text.node_screen_data import NodeDetail
from pitui.tui.text.cells import BLANK, Cell, Tone, cell, cells
from pitui.tui.text.number_format import amount
from pitui.tui.text.paragraphs import fact, title
from pitui.tui.text.state_cells import LINK_MEANINGS, link_cell, worker_cell


def problem_lines(node: NodeStatus, known: NodeDetail) -> list[Cell]:
    """Return why the node cannot be asked, where it cannot."""
    if node.link.state is LinkState.CONNECTING:
        return [cell(f"Connecting to {node.host} …", Tone.DIM), BLANK]
    if node.link.state is not LinkState.CONNECTED:
        why = node.link.error or LINK_MEANINGS[node.link.state]
        lines = [cell(f"{node.name} cannot be reached: {why}", Tone.BAD)]
        return [*lines, *([cell(node.link.advice)] if node.link.advice else []), BLANK]
    return [cell(known.problem, Tone.BAD), BLANK] if known.problem else []


def system_lines(node: NodeStatus, known: NodeDetail) -> list[Cell]:
    """Return what the machine is."""
    lines = [title("System", node.host), fact("Link", *link_cell(node.link).spans)]
    system = known.system
    if system is None:
        up = node.link.state is LinkState.CONNECTED and not known.problem
        return [*lines, cells(("  asking …" if up else "  unknown", Tone.DIM))]
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
    lines += [fact(name, (value, Tone.NORMAL)) for name, value in facts if value]
    return [*lines, _power_line(node)]


def _power_line(node: NodeStatus) -> Cell:
    throttled = node.metrics.throttled if node.metrics else None
    if throttled is None:
        return fact("Power", ("this machine does not report throttling", Tone.DIM))
    if throttled == "no":
        return fact("Power", ("● no throttling since boot", Tone.GOOD))
    return fact("Power", (f"▲ {throttled} (earlier: since boot)", Tone.WARN))


def worker_lines(node: NodeStatus) -> list[Cell]:
    """Return how its workers are."""
    worker = node.worker
    many = len(node.workers) > 1
    lines = [title("Workers" if many else "Worker", str(len(node.workers)) if many else "")]
    if worker is None:
        return [*lines, cells(("  This node is configured without a worker.", Tone.DIM))]
    if not many:
        lines.append(fact("State", *worker_cell(worker.state).spans))
        if worker.pid:
            by = f", by {worker.launcher}" if worker.launcher else ""
            lines.append(fact("Process", (f"pid {worker.pid}{by}", Tone.NORMAL)))
        if worker.cores:
            lines.append(
                fact("Cores", (f"{worker.cores_used} of {worker.cores} in use", Tone.NORMAL))
            )
            lines.append(
                fact(
                    "Memory",
                    (f"{worker.memory_used_mib} of {worker.memory_mib} MiB in use", Tone.NORMAL),
                )
            )
        if worker.webui:
            lines.append(fact("Web page", (worker.webui, Tone.DIM)))
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
