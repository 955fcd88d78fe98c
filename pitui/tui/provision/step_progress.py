"""How every step of a provisioning run stands, on every node."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from pitui.provision.engine.provision_report import StepReport, StepState
from pitui.tui.backend.backend_interface import StepName

FINDS = frozenset({StepState.WOULD_CHANGE, StepState.UNKNOWN})
"""States of a planned step that would do something."""
_WORKS = frozenset({StepState.CHECKING, StepState.APPLYING, StepState.VERIFYING})


@dataclass(frozen=True, slots=True)
class StepProgress:
    """What a step reported last, and when: seconds of the monotonic clock."""

    report: StepReport
    at: float
    since: float
    """When the step was begun."""


class RunSteps:
    """What each step reported last."""

    def __init__(self) -> None:
        self.names: tuple[StepName, ...] = ()
        """The steps, in their order."""
        self._seen: dict[tuple[str, str], StepProgress] = {}

    def forget(self, nodes: Sequence[str]) -> None:
        """Let all steps wait on some nodes."""
        now = monotonic()
        for node in nodes:
            for step in [step for at, step in self._seen if at == node]:
                del self._seen[node, step]
            for name in self.names:
                self._seen[node, name.id] = StepProgress(StepReport(node, name.id), now, now)

    def take(self, report: StepReport) -> None:
        """Note what a step reported."""
        now = monotonic()
        before = self._seen.get((report.node, report.step))
        begun = before is not None and before.report.state in _WORKS
        since = before.since if before is not None and begun else now
        self._seen[report.node, report.step] = StepProgress(report, now, since)

    def find(self, node: str, step: str) -> StepProgress | None:
        """Return a step of a node; None where it has no such step."""
        return self._seen.get((node, step))

    def of(self, node: str) -> list[StepProgress]:
        """Return the steps of a node in order."""
        return [seen for name in self.names if (seen := self.find(node, name.id)) is not None]

    def at_work(self, node: str) -> StepProgress | None:
        """Return the step that is being done on a node; None where none is."""
        return next((step for step in self.of(node) if step.report.state in _WORKS), None)

    def telling(self, node: str) -> str:
        """Return the step of a node that says most: failed, at work, to be done, or done last."""
        steps = self.of(node)
        states = [seen.report.state for seen in steps]
        for wanted in ({StepState.FAILED}, _WORKS, {StepState.BLOCKED}, FINDS):
            for seen, state in zip(steps, states, strict=True):
                if state in wanted:
                    return seen.report.step
        done = [seen for seen in steps if seen.report.state is StepState.CHANGED]
        return (done or steps)[-1].report.step if steps else ""

    def title_of(self, step: str) -> str:
        """Return a step in words."""
        return next((name.title for name in self.names if name.id == step), step)
