"""Everything on one step, or on all that changes of a node: reason, last lines, diff."""

from pitui.domain.text.printable import one_line, printable
from pitui.provision.engine.provision_report import StepReport, StepState
from pitui.provision.engine.report_text import quiet
from pitui.tui.provision.provision_run import ProvisionRun
from pitui.tui.provision.step_progress import StepProgress
from pitui.tui.provision.step_text import amounts, doing, node_cell, node_line
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.diff_lines import diff_lines
from pitui.tui.text.step_states import step_cell, step_tone

DetailLines = list[Cell]


def refusal(provision_run: ProvisionRun) -> DetailLines:
    """Return why it was refused as a whole, and what to do."""
    error = provision_run.error
    if error is None:
        return []
    return [*_text(error.message, Tone.BAD), Cell(), *_text(error.advice)]


def node_detail(provision_run: ProvisionRun, node: str, now: float) -> DetailLines:
    """Return what is to be told of a node: each of its steps that did or would do something."""
    state = node_cell(provision_run, node)
    lines = [cells((f"{one_line(node)}  ", Tone.STRONG), *state.spans)]
    line = node_line(provision_run, node, now)
    if line.spans:
        lines.append(line)
    for seen in provision_run.steps.of(node):
        if not quiet(seen.report) and seen.report.state is not StepState.WAITING:
            lines += [Cell(), *_step(provision_run, seen, now)]
    return lines


def step_detail(provision_run: ProvisionRun, node: str, step: str, now: float) -> DetailLines:
    """Return all that is known of one step of a node."""
    seen = provision_run.steps.find(node, step)
    if seen is None:
        return []
    first, *rest = _step(provision_run, seen, now)
    return [cells((f"{one_line(node)}  ", Tone.STRONG), *first.spans), *rest]


def _step(provision_run: ProvisionRun, seen: StepProgress, now: float) -> DetailLines:
    report = seen.report
    title = f"{report.step}: {provision_run.steps.title_of(report.step)}  "
    ended = report.state.ended
    time = ((f"  {report.seconds:.1f} s", Tone.DIM),) if ended and report.seconds >= 0.05 else ()
    lines = [cells((title, Tone.STRONG), *step_cell(report.state).spans, *time)]
    if not ended and report.state is not StepState.WAITING:
        moved = report.transfer
        more = ((f"  {amounts(moved)}", Tone.DIM),) if moved is not None else ()
        lines.append(cells(*doing(seen, now), *more))
    elif report.detail:
        tone = step_tone(report.state) if report.state is StepState.FAILED else Tone.NORMAL
        lines += _text(report.detail, tone)
    return [*lines, *_more(report)]


def _more(report: StepReport) -> DetailLines:
    lines: DetailLines = []
    if report.advice:
        lines += _text(report.advice, Tone.ACCENT)
    if report.said:
        lines.append(cells((f"latest output from {report.node}:", Tone.DIM)))
        lines += [cells(("│ ", Tone.DIM), *line.spans) for line in _text(report.said)]
    if report.state is StepState.BLOCKED:
        lines.append(cells(("an administrator needs to run:", Tone.WARN)))
        lines += _text(report.admin or report.detail)
    elif report.diff:
        lines += diff_lines(report.diff)
    return lines


def _text(text: str, tone: Tone = Tone.NORMAL) -> DetailLines:
    return [cells((line, tone)) for line in printable(text).splitlines()]
