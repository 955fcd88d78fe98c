"""Provisioning on the terminal: steps as they end, then a line a node."""

from collections.abc import Sequence

from pitui.cli.output import complain, print_text
from pitui.provision.engine.provision_report import NodeReport, StepReport, StepState
from pitui.provision.engine.report_text import node_text, quiet, step_text


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
            if not quiet(step) or self._verbose:
                for line in step_text(step):
                    print_text(line)
        elif self._verbose and step.state is not StepState.WAITING:
            self._working(step)

    def _working(self, step: StepReport) -> None:
        text = f"{step.state} {step.detail}".strip()
        if self._said.get((step.node, step.step)) != text:
            self._said[step.node, step.step] = text
            complain(f"  {step.node}: {step.step}: {text}")


def print_reports(reports: Sequence[NodeReport]) -> None:
    """Print a line a node; what is wrong goes to standard error."""
    for report in reports:
        if report.state.good:
            print_text(node_text(report))
            # Steps that did something have said it.
            for step in filter(quiet, report.steps):
                for line in step.advice.splitlines():
                    print_text(f"  {line}")
        else:
            complain(f"pitui: {node_text(report)}")
