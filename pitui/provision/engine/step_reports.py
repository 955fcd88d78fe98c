"""How the steps of one node stand, told at each change."""

import time
from collections.abc import Sequence
from dataclasses import replace

from pitui.domain.errors import PituiError
from pitui.provision.engine.provision_report import (
    NodeReport,
    NodeResult,
    StepReport,
    StepReporter,
    StepState,
    Transfer,
)
from pitui.provision.engine.step import CheckResult, Step

TRANSFER_EVERY = 0.25
"""Seconds between two reports of how far a push is: as often as anybody can read them."""


class StepReports:
    """The reports of one node's steps; `report` takes each as it changes."""

    def __init__(self, node: str, steps: Sequence[Step], report: StepReporter) -> None:
        self._node = node
        self._report = report
        self._reports = {step.id: StepReport(node, step.id) for step in steps}
        self._begun = 0.0
        self._moved_at = 0.0

    def state(self, step_id: str) -> StepState | None:
        """Return where a step stands, None where it is none of these."""
        found = self._reports.get(step_id)
        return found.state if found else None

    @property
    def failed(self) -> list[str]:
        """The ids of the steps that failed."""
        return [r.step for r in self._reports.values() if r.state is StepState.FAILED]

    def tell_all(self) -> None:
        """Report every step as it is."""
        for report in self._reports.values():
            self._report(report)

    def begin(self) -> None:
        """Take the time of the step that comes now."""
        self._begun, self._moved_at = time.monotonic(), 0.0

    def working(self, step: Step, what: str, transfer: Transfer | None = None) -> None:
        """Report what a step is doing; of a push not every block."""
        if transfer is not None and transfer.done < transfer.total:
            moment = time.monotonic()
            if moment - self._moved_at < TRANSFER_EVERY:
                return
            self._moved_at = moment
        now = self._reports[step.id]
        self.tell(step, now.state, what, diff=now.diff, transfer=transfer)

    def found(self, step: Step, finding: CheckResult, state: StepState) -> None:
        """Report what a step's check found, as how it ended."""
        self.tell(
            step,
            state,
            finding.detail,
            advice=finding.advice,
            diff=finding.diff,
            admin=finding.admin,
        )

    def fail(self, step: Step, error: PituiError) -> None:
        """Report why a step failed."""
        diff = self._reports[step.id].diff
        self.tell(
            step, StepState.FAILED, error.message, diff=diff, advice=error.advice, said=error.said
        )

    def tell(
        self,
        step: Step,
        state: StepState,
        detail: str = "",
        *,
        advice: str = "",
        diff: str | None = None,
        admin: str = "",
        transfer: Transfer | None = None,
        said: str = "",
    ) -> None:
        """Report a step's new state."""
        begun = state is not StepState.WAITING and self._begun
        seconds = time.monotonic() - self._begun if begun else 0.0
        report = StepReport(
            self._node, step.id, state, detail, advice, diff, admin, seconds, transfer, said
        )
        if state in (StepState.SKIPPED, StepState.CANCELLED):
            report = replace(report, seconds=0.0)
        self._reports[step.id] = report
        self._report(report)

    def result(self, *, unreachable: bool) -> NodeReport:
        """Return how the node ended; `unreachable`: what failed did so because it was not there."""
        reports = tuple(self._reports.values())
        failed = next((r for r in reports if r.state is StepState.FAILED), None)
        states = {report.state for report in reports}
        error = None
        if failed is not None:
            advice = f". {failed.advice}" if failed.advice else ""
            error = f"{failed.step}: {failed.detail}{advice}"
            state = NodeResult.UNREACHABLE if unreachable else NodeResult.FAILED
        elif StepState.CANCELLED in states:
            state = NodeResult.CANCELLED
            error = next(r.detail for r in reports if r.state is StepState.CANCELLED)
        elif StepState.CHANGED in states:
            state = NodeResult.CHANGED
        elif states & {StepState.WOULD_CHANGE, StepState.UNKNOWN}:
            state = NodeResult.WOULD_CHANGE
        else:
            state = NodeResult.OK
        return NodeReport(self._node, state, error, reports)
