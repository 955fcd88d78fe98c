"""Everything on one node as lines: system, charts of the last hour, processes, executors, disk."""

from pitui.tui.present.cells import BLANK, Cell, Tone, cell
from pitui.tui.present.node.blocks import GAP, Known, beside
from pitui.tui.present.node.disk import disk_lines
from pitui.tui.present.node.history import chart_lines
from pitui.tui.present.node.running import executor_lines, process_lines
from pitui.tui.present.node.system import problem_lines, system_lines, worker_lines

WIDE = 110
"""Columns of the terminal from which two things stand side by side."""


def node_lines(known: Known, width: int) -> list[Cell]:
    """Return the lines of the whole screen."""
    node = known.snapshot.node(known.name)
    if node is None:
        return [cell("This node is no longer in the configuration.", Tone.WARN)]
    lines = problem_lines(node, known)
    half = (width - GAP) // 2
    if width >= WIDE:
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
