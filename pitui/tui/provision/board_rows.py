"""The board: nodes by steps, a glyph each, and what is being done on each node."""

from collections.abc import Sequence
from dataclasses import dataclass

from pitui.domain.text.printable import one_line
from pitui.tui.backend.backend_interface import StepName
from pitui.tui.provision.provision_run import ProvisionRun
from pitui.tui.provision.step_text import node_cell, node_line
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.step_states import step_glyph

BOARD_GUTTER = 2
NAME_MOST = 14
LINE_LEAST = 34
"""Columns of the terminal that what is done needs beside the steps; else it goes below them."""

_SHORT = {
    "access": "key", "account": "usr", "hostname": "nam", "hosts": "hst", "network": "net",
    "wifi": "wif", "time": "tim", "java": "jav", "python": "py", "spark": "spk", "conf": "cnf",
    "secret": "sec", "sizing": "siz", "profile": "pro", "firewall": "fw", "service": "svc",
    "restart": "rst", "rollback": "rol", "stop": "stp",
}  # fmt: skip
"""Heads where there is no room for the steps' names; the step at the cursor is named below."""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A node: its name, a glyph a step, and a line on what is done."""

    key: str
    name: Cell
    states: tuple[Cell, ...]
    line: Cell


@dataclass(frozen=True, slots=True)
class BoardLayout:
    """Where things stand: first cell of the steps, width and head of each, where the lines go."""

    first: int
    heads: tuple[str, ...]
    width: tuple[int, ...]
    beside: bool

    @property
    def end(self) -> int:
        """The first cell after the steps."""
        return self.first + sum(self.width)


def board_rows(provision_run: ProvisionRun, now: float) -> list[BoardRow]:
    """Return a row a node."""
    rows = []
    for node in provision_run.nodes:
        states = tuple(step_glyph(seen.report.state) for seen in provision_run.steps.of(node))
        line = node_line(provision_run, node, now)
        if provision_run.at_work(node) is None:
            state = node_cell(provision_run, node)
            line = cells(*state.spans, ("  ", Tone.NORMAL), *line.spans)
        rows.append(BoardRow(node, cells((one_line(node), Tone.STRONG)), states, line))
    return rows


def board_layout(steps: Sequence[StepName], names: Sequence[str], width: int) -> BoardLayout:
    """Choose the widest heads that fit; what is done goes beside the steps where there is room."""
    first = BOARD_GUTTER + min(NAME_MOST, max((len(name) for name in names), default=4)) + 1
    full = tuple(step.id for step in steps)
    short = tuple(_SHORT.get(step.id, step.id[:3]) for step in steps)
    for heads in (full, short):
        for beside in (True, False):
            widths = tuple(max(len(head), 3) + 1 for head in heads)
            if first + sum(widths) + (LINE_LEAST if beside else 0) <= width:
                return BoardLayout(first, heads, widths, beside)
    return BoardLayout(first, tuple("" for _ in steps), tuple(3 for _ in steps), beside=False)
