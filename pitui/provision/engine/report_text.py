"""Provisioning as text: some lines a step that did something, then a line a node."""

from collections.abc import Sequence

from pitui.provision.engine.provision_report import NodeReport, NodeResult, StepReport, StepState

GLYPHS = {
    StepState.WAITING: "◌",
    StepState.CHECKING: "▸",
    StepState.APPLYING: "▸",
    StepState.VERIFYING: "▸",
    StepState.OK: "✓",
    StepState.CHANGED: "●",
    StepState.WOULD_CHANGE: "○",
    StepState.UNKNOWN: "?",
    StepState.FAILED: "✗",
    StepState.SKIPPED: "-",
    StepState.BLOCKED: "!",
    StepState.CANCELLED: "■",
}

_QUIET = frozenset({StepState.OK, StepState.SKIPPED, StepState.CANCELLED})


def quiet(step: StepReport) -> bool:
    """Whether a step ended without anything to tell."""
    return step.state in _QUIET


def step_text(step: StepReport, *, past: bool = False) -> list[str]:
    """Return how a step ended: diff, what an administrator has to do, the last lines, advice.

    With `past` also the diff of what was changed, not only of what would be.
    """
    seconds = f" ({step.seconds:.1f} s)" if step.state is StepState.CHANGED else ""
    words = step.detail or str(step.state)
    lines = [f"{GLYPHS[step.state]} {step.node}: {step.step}: {words}{seconds}"]
    if step.diff and (past or step.state is StepState.WOULD_CHANGE):
        lines += [f"    {line}" for line in step.diff.splitlines()]
    if step.state is StepState.BLOCKED:
        lines.append("    an administrator needs to run:")
        lines += [f"      {line}" for line in (step.admin or step.detail).splitlines()]
    if step.said:
        lines += [f"    | {line}" for line in step.said.splitlines()]
    lines += [f"    {line}" for line in step.advice.splitlines()]
    return lines


def node_text(report: NodeReport) -> str:
    """Return in a line how a node ended."""
    if report.state.good:
        return f"{report.node}: {_node_summary(report)}"
    return f"{report.node}: {report.state}: {report.error or 'not finished'}"


def report_text(reports: Sequence[NodeReport]) -> list[str]:
    """Return the whole report: every node with all of its steps."""
    lines: list[str] = []
    for report in reports:
        lines += [node_text(report), ""]
        for step in report.steps:
            lines += [f"  {line}" for line in step_text(step, past=True)]
        lines.append("")
    return lines


def _node_summary(report: NodeReport) -> str:
    changed = [s.step for s in report.steps if s.state is StepState.CHANGED]
    would = [s.step for s in report.steps if s.state in (StepState.WOULD_CHANGE, StepState.UNKNOWN)]
    blocked = [s.step for s in report.steps if s.state is StepState.BLOCKED]
    rest = f"; for an administrator: {', '.join(blocked)}" if blocked else ""
    if report.state is NodeResult.WOULD_CHANGE:
        return f"would change: {', '.join(would)}{rest}"
    if report.state is NodeResult.CHANGED:
        return f"changed: {', '.join(changed)}{rest}"
    return f"nothing to do{rest}"
