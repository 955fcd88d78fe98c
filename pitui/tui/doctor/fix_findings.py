"""Mending findings: what would be done is looked up and asked for, then done, and checked again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual.widget import Widget

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.fix.fix_plan import FixPlan, fixes_for
from pitui.doctor.fix.fix_result import FixResult, FixState
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import OutcomeReport
from pitui.domain.text.printable import printable
from pitui.provision.engine.provision_report import StepReport, StepState
from pitui.provision.engine.report_text import quiet, step_text
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.dialogs.confirm import Question
from pitui.tui.base.ui_messages import StatusMessage
from pitui.tui.doctor.doctor_state import DoctorState
from pitui.tui.operations.operation import Operation
from pitui.tui.operations.operation_runner import runner_of
from pitui.tui.text.cells import Cell, Tone, cells
from pitui.tui.text.diff_lines import diff_lines

_INDENT = ("    ", Tone.NORMAL)

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from pitui.services.doctor.fix.carry_out import FixPreview
    from pitui.tui.backend.doctor_interface import FixWork


class FixFindings:
    """The fix of some findings, as a pane asks for it."""

    def __init__(self, pane: Widget, state: DoctorState, rows: Sequence[KnownFinding]) -> None:
        self._pane = pane
        self._state = state
        self._plan = fixes_for(rows)
        self._work: FixWork | None = None

    def begin(self) -> None:
        """Look up what would be done, unless something else is at work there."""
        if not runner_of(self._pane).refuses(self._plan.nodes):
            self._say("looking at what would change …")
            self._pane.run_worker(self._ask(), group="fix", exclusive=True)

    async def _ask(self) -> None:
        service = app_of(self._pane).services.doctor
        try:
            preview = await service.fixing(self._plan, lambda _outcome: None).preview()
        except PituiError as error:
            self._say(str(error))
            return
        # It may have become more: what is shown is what is done.
        self._plan = preview.plan
        if preview.idle:
            self._say("there is nothing to change: what is wrong has another cause")
        else:
            runner_of(self._pane).submit(self._operation(_question_of(preview)))

    def _operation(self, question: Question) -> Operation:
        # It goes on when the screen that asked for it is closed.
        app, main, plan = app_of(self._pane), self._pane.app, self._plan

        async def work(report: OutcomeReport) -> None:
            self._work = app.services.doctor.fixing(plan, report)
            outcomes = await self._work.run()
            results = await self._state.look_after(plan.findings, outcomes)
            for result in results:
                fixed = result.state is FixState.FIXED
                severity: SeverityLevel = "information" if fixed else "warning"
                main.notify(_result_words(result), severity=severity, markup=False)

        nodes = frozenset(plan.nodes)
        return Operation(
            "fix",
            f"Fix {_findings_in_words(plan)}",
            work,
            about=nodes,
            claims=nodes,
            question=question,
            again=lambda _failed: self._operation(question),
            stop=self._stop,
        ).expect(plan.targets)

    def _stop(self) -> None:
        """Finish what is in hand, and begin nothing else."""
        if self._work is not None:
            self._work.cancel()

    def _say(self, text: str) -> None:
        self._pane.post_message(StatusMessage(text))


def _question_of(preview: "FixPreview") -> Question:
    title = f"Fix {_findings_in_words(preview.plan)}?"
    return Question(title, "Fix", (), preview.effects, [*_parts_of_the_fix(preview)])


def _parts_of_the_fix(preview: "FixPreview") -> Iterator[Cell]:
    """Yield the lines of each step that would change something, with its diff, then the daemons."""
    plan = preview.plan
    for report in preview.reports:
        for step in report.steps:
            if not quiet(step):
                yield from _lines_of(step)
    for verb, targets in (("restart", plan.restart), ("start", plan.start)):
        yield from (
            cells((f"{target.node}: {verb} the {target.role}", Tone.STRONG)) for target in targets
        )


def _lines_of(step: StepReport) -> Iterator[Cell]:
    """Yield what `step_text` says of a step, its diff coloured."""
    diff = step.diff if step.state is StepState.WOULD_CHANGE else None
    first, *rest = step_text(replace(step, diff=None))
    yield cells((printable(first), Tone.STRONG))
    yield from (Cell((_INDENT, *line.spans)) for line in diff_lines(diff or ""))
    yield from (cells((printable(line), Tone.NORMAL)) for line in rest)


def _findings_in_words(plan: FixPlan) -> str:
    checks = list(dict.fromkeys(one.finding.check for one in plan.findings))
    what = checks[0] if len(checks) == 1 else f"{len(plan.findings)} findings"
    where = plan.nodes[0] if len(plan.nodes) == 1 else f"{len(plan.nodes)} nodes"
    return f"{what} on {where}"


def _result_words(result: FixResult) -> str:
    check = result.known.finding.check
    where = ", ".join(result.nodes or result.known.nodes)
    place = f" on {where}" if where else ""
    why = f": {result.why}" if result.why else ""
    words = {
        FixState.FIXED: f"{check}{place} is fixed",
        FixState.LEFT: f"{check}{place} is still so{why}",
        FixState.UNKNOWN: f"{check}{place} could not be checked again{why}",
    }
    return words[result.state]
