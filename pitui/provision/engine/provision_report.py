"""How provisioning goes on, and how it ended: values for the command line and the UI."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class StepState(StrEnum):
    """Where one step of one node stands."""

    WAITING = "waiting"
    CHECKING = "checking"
    APPLYING = "applying"
    VERIFYING = "verifying"
    OK = "ok"
    CHANGED = "changed"
    WOULD_CHANGE = "would-change"
    UNKNOWN = "unknown"
    """Only with --plan: it cannot be known without changing something first."""
    FAILED = "failed"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    """An administrator has to do it; `admin` says what."""
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self not in _RUNNING


_RUNNING = frozenset(
    {StepState.WAITING, StepState.CHECKING, StepState.APPLYING, StepState.VERIFYING}
)


class NodeResult(StrEnum):
    """How a node ended; the words of `provision --json`."""

    OK = "ok"
    CHANGED = "changed"
    WOULD_CHANGE = "would-change"
    FAILED = "failed"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"

    @property
    def good(self) -> bool:
        """Whether all that was asked for holds (or, with --plan, is known)."""
        return self in (NodeResult.OK, NodeResult.CHANGED, NodeResult.WOULD_CHANGE)


@dataclass(frozen=True, slots=True)
class Transfer:
    """How far a push is; bytes, and bytes in a second."""

    done: int
    total: int
    rate: float

    @property
    def seconds_left(self) -> float | None:
        """Seconds until it is done, None where nothing moves."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of one node at one moment; sent at each change, last when it ended."""

    node: str
    step: str
    state: StepState = StepState.WAITING
    detail: str = ""
    advice: str = ""
    diff: str | None = None
    admin: str = ""
    seconds: float = 0.0
    transfer: Transfer | None = None
    said: str = ""
    """What the node said last, in lines, where the step failed."""


@dataclass(frozen=True, slots=True)
class NodeReport:
    """How provisioning one node ended."""

    node: str
    state: NodeResult
    error: str | None
    steps: tuple[StepReport, ...]


StepReporter = Callable[[StepReport], None]
"""Called for each change of each step, from the event loop."""

_AS_JSON = {
    StepState.UNKNOWN: "would-change",
    StepState.BLOCKED: "skipped",
    StepState.CANCELLED: "skipped",
}


def reports_json(reports: Sequence[NodeReport]) -> dict[str, object]:
    """Return the object of `provision --json`, without the schema's number."""
    return {"nodes": [node_json(report) for report in reports]}


def node_json(report: NodeReport) -> dict[str, object]:
    """Return one node of `provision --json`."""
    return {
        "name": report.node,
        "state": str(report.state),
        "error": report.error,
        "steps": [_step_json(step) for step in report.steps],
    }


def _step_json(step: StepReport) -> dict[str, object]:
    return {
        "step": step.step,
        "state": _AS_JSON.get(step.state, str(step.state)),
        "detail": _detail(step),
        "diff": step.diff,
        "seconds": round(step.seconds, 3),
    }


def _detail(step: StepReport) -> str:
    if step.state is StepState.BLOCKED:
        return f"for an administrator: {step.admin or step.detail}"
    if step.state is StepState.UNKNOWN and not step.detail.startswith("unknown"):
        return f"unknown: {step.detail}"
    return step.detail
