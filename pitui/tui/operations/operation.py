"""An operation on nodes or jobs, with its outcomes while it runs and after."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome, OutcomeReport, OutcomeState

if TYPE_CHECKING:
    from pitui.tui.base.dialogs.confirm import Question

Work = Callable[[OutcomeReport], Awaitable[object]]
Again = Callable[[Sequence[Outcome]], "Operation"]


_JOB = "job "


def job_claim(identity: str) -> str:
    """Return how an application, run or part of one is claimed; no node is named like that."""
    return f"{_JOB}{identity}"


def claim_words(claim: str) -> str:
    """Return what is claimed, in words."""
    return claim.removeprefix(_JOB)


@dataclass
class Operation:
    """What was asked for, what came of it on each node, and how to do the rest again."""

    action: str
    """The id of the action, in the table of actions, that the user chose."""
    title: str
    """As the user asked: `Stop 3 workers`."""
    work: Work
    about: frozenset[str]
    """Nodes and applications that change because the user wanted it."""
    claims: frozenset[str]
    """What nothing else may be done to meanwhile: nodes by name, jobs by `job_claim`."""
    question: "Question | None" = None
    """What is asked first; None only where the table does not call the action a danger."""
    idle: frozenset[str] = frozenset()
    """What is not claimed, but must not be claimed by anything else when this begins."""
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    again: Again | None = None
    """Makes the operation that does the same to what failed: it claims nothing new."""
    stop: Callable[[], None] | None = None
    """Ends it in good order; without one it is cancelled where it is."""
    quiet: bool = False
    """Whether its success shows elsewhere, so that only a failure is kept."""
    error: PituiError | None = None
    started: float = 0.0
    ended: float | None = None

    def expect(self, targets: Sequence[tuple[str, str]]) -> "Operation":
        """List the targets (node and role) before anything came of them."""
        for node, role in targets:
            self.outcomes[node, role] = Outcome(node, role, OutcomeState.WAITING)
        return self

    def take(self, outcome: Outcome) -> None:
        """Note what a node reported."""
        self.outcomes[outcome.node, outcome.role] = outcome

    def end(self, error: PituiError | None = None, *, cancelled: bool = False) -> None:
        """Note that the operation ended; unfinished targets were cancelled or failed.

        `error`: why it failed as a whole; None where it did not.
        """
        self.error = error
        self.ended = time.time()
        for key, outcome in self.outcomes.items():
            if not outcome.state.ended and (cancelled or self.error is not None):
                state = OutcomeState.CANCELLED if cancelled else OutcomeState.FAILED
                self.outcomes[key] = replace(outcome, state=state)

    @property
    def failed(self) -> list[Outcome]:
        """Outcomes in which what was asked for does not hold."""
        return [o for o in self.outcomes.values() if o.state.ended and not o.state.good]

    @property
    def well(self) -> bool:
        """Whether it ended with every target as requested."""
        return self.ended is not None and self.error is None and not self.failed

    @property
    def done(self) -> int:
        """Count the outcomes that ended."""
        return sum(o.state.ended for o in self.outcomes.values())
