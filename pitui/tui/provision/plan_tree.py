"""A plan or report as a tree: nodes, and below each the steps that have something to tell."""

from collections.abc import Collection

from pitui.domain.text.printable import one_line
from pitui.provision.engine.provision_report import StepState
from pitui.provision.engine.report_text import quiet
from pitui.tui.provision.provision_run import Phase, ProvisionRun
from pitui.tui.provision.step_progress import StepProgress
from pitui.tui.provision.step_text import doing, node_cell, node_line
from pitui.tui.text.cells import BLANK, Cell, Column, Row, Tone, cell, cells
from pitui.tui.text.number_format import duration
from pitui.tui.text.step_states import step_cell, step_tone

COLUMNS = (
    Column("what", "node, step", least=12, most=24),
    Column("state", "state", least=14),
    Column("time", "time", right=True, rank=3, least=5),
    Column("detail", "what", least=20, most=400, grows=True, wants=40),
)

_BETWEEN = "\0"


def step_key(node: str, step: str) -> str:
    """Return the key of a step's row."""
    return f"{node}{_BETWEEN}{step}"


def of_key(key: str) -> tuple[str, str | None]:
    """Return the node and the step of a row; the step is None on a node's own row."""
    node, between, step = key.partition(_BETWEEN)
    return node, step if between else None


def tree_rows(
    provision_run: ProvisionRun, folded: Collection[str], now: float, *, everything: bool
) -> list[Row]:
    """Return the rows; steps that hold are left out unless `everything` is asked for."""
    rows: list[Row] = []
    for node in provision_run.nodes:
        steps = [] if node in folded else _shown(provision_run, node, everything=everything)
        sign = "▾" if steps else "▸"
        name = cells((f"{sign} ", Tone.DIM), (one_line(node), Tone.STRONG))
        row = (name, node_cell(provision_run, node), BLANK, node_line(provision_run, node, now))
        rows.append(Row(node, row))
        rows += [_step_row(node, seen, now) for seen in steps]
    return rows


def _shown(provision_run: ProvisionRun, node: str, *, everything: bool) -> list[StepProgress]:
    steps = provision_run.steps.of(node)
    if everything:
        return steps
    if provision_run.phase is Phase.LOOKING:
        return []
    return [s for s in steps if not quiet(s.report) and s.report.state is not StepState.WAITING]


def _step_row(node: str, seen: StepProgress, now: float) -> Row:
    report = seen.report
    name = cells((f"    {report.step}", Tone.NORMAL))
    time = cell(duration(report.seconds), Tone.DIM) if report.seconds >= 1 else BLANK
    bad = report.state is StepState.FAILED
    detail = Cell(doing(seen, now)) if not report.state.ended else cell(report.detail)
    if bad:
        detail = cell(report.detail, step_tone(report.state))
    return Row(step_key(node, report.step), (name, step_cell(report.state), time, detail))
