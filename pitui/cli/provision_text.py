"""Provisioning in text: a line a step that did something, then a line a node."""

from collections.abc import Sequence

from pitui.cli.output import complain, print_text
from pitui.provision.report import NodeReport, NodeState, StepReport, StepState

_GLYPHS = {
    StepState.OK: "✓",
    StepState.CHANGED: "●",
    StepState.WOULD_CHANGE: "○",
    StepState.UNKNOWN: "?",
    StepState.FAILED: "✗",
    StepState.SKIPPED: "-",
    StepState.BLOCKED: "!",
    StepState.CANCELLED: "✗",
}

_QUIET = frozenset({StepState.OK, StepState.SKIPPED, StepState.CANCELLED})


class StepPrinter:
    """Prints steps as they end."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        self._quiet = quiet
        self._verbose = verbose
        self._said: dict[tuple[str, str], str] = {}

    def report(self, step: StepReport) -> None:
        """Print a step that ended; with -v also what is being done."""
        if self._quiet:
            return
        if step.state.ended:
            if step.state not in _QUIET or self._verbose:
                print_step(step)
        elif self._verbose and step.state is not StepState.WAITING:
            self._working(step)

    def _working(self, step: StepReport) -> None:
        text = f"{step.state} {step.detail}".strip()
        if self._said.get((step.node, step.step)) != text:
            self._said[step.node, step.step] = text
            complain(f"  {step.node}: {step.step}: {text}")


def print_step(step: StepReport) -> None:
    """Print how a step ended, with its diff and what an administrator has to do."""
    glyph = _GLYPHS.get(step.state, " ")
    seconds = f" ({step.seconds:.1f} s)" if step.state is StepState.CHANGED else ""
    print_text(f"{glyph} {step.node}: {step.step}: {step.detail or step.state}{seconds}")
    if step.state is StepState.WOULD_CHANGE and step.diff:
        for line in step.diff.splitlines():
            print_text(f"    {line}")
    if step.state is StepState.BLOCKED:
        print_text("    an administrator has to:")
        for line in (step.admin or step.detail).splitlines():
            print_text(f"      {line}")
    # Of a step that went well it stands in the node's line at the end.
    if step.advice and step.state is StepState.FAILED:
        print_text(f"    {step.advice}")


def print_reports(reports: Sequence[NodeReport], *, plan: bool) -> None:
    """Print a line a node; what is wrong goes to standard error."""
    for report in reports:
        if report.state.good:
            print_text(f"{report.node}: {_summary(report, plan=plan)}")
            for step in report.steps:
                for line in step.advice.splitlines():
                    print_text(f"  {line}")
        else:
            complain(f"pitui: {report.node}: {report.state}: {report.error or 'not finished'}")


def _summary(report: NodeReport, *, plan: bool) -> str:
    changed = [s.step for s in report.steps if s.state is StepState.CHANGED]
    would = [s.step for s in report.steps if s.state in (StepState.WOULD_CHANGE, StepState.UNKNOWN)]
    blocked = [s.step for s in report.steps if s.state is StepState.BLOCKED]
    rest = f"; for an administrator: {', '.join(blocked)}" if blocked else ""
    if plan and would:
        return f"would change: {', '.join(would)}{rest}"
    if report.state is NodeState.CHANGED:
        return f"changed: {', '.join(changed)}{rest}"
    return f"nothing to do{rest}"
