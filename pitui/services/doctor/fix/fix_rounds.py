"""`doctor --fix`: show, ask, fix, and check again, until nothing more can be fixed."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from pitui.doctor.check import Check
from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.fix.fix_plan import FixPlan, fixes_for
from pitui.doctor.fix.fix_result import FixResult, fix_results
from pitui.domain.node_outcome import Outcome
from pitui.services.cluster import Cluster
from pitui.services.doctor.fix.carry_out import Fixing, FixPreview
from pitui.services.doctor.gather_evidence import Progress
from pitui.services.doctor.run_checks import CheckRun, run_checks

ROUNDS = 4
"""Most plans in a row: only when the master is there again is it seen which workers are not."""


Guard = Callable[[Callable[[], None]], AbstractContextManager[None]]
"""What is around the work: given what finishes the parts in hand and begins no other."""


class Asked(Protocol):
    """Whoever decides, and is told how it goes on."""

    async def agrees(self, preview: FixPreview) -> bool:
        """Show what would be done, and return whether it shall be."""

    def outcome(self, outcome: Outcome) -> None:
        """Take each change of each part."""

    def results(self, results: Sequence[FixResult]) -> None:
        """Take what became of the findings of one plan."""


@dataclass(slots=True)
class FixedRun:
    """How it ended."""

    last: CheckRun
    """The checks as they are at the end."""
    results: list[FixResult] = field(default_factory=list)
    refused: bool = False
    """Whether somebody said no."""


class FixRounds:
    """Fixes of what a run of checks found."""

    def __init__(
        self,
        cluster: Cluster,
        checks: Sequence[Check],
        names: Sequence[str],
        asked: Asked,
        guard: Guard = lambda _cancel: nullcontext(),
    ) -> None:
        self._cluster = cluster
        self._checks = checks
        self._names = names
        self._asked = asked
        self._guard = guard
        self._fixing: Fixing | None = None
        self._stopping = False

    def cancel(self) -> None:
        """Finish what is in hand, check again, and begin nothing else."""
        self._stopping = True
        if self._fixing is not None:
            self._fixing.cancel()

    async def run(self, found: CheckRun, say: Progress) -> FixedRun:
        """Fix what was found, as long as there is something that was not tried yet.

        Raises:
            PituiError: provisioning cannot be used on this cluster.
        """
        done = FixedRun(found)
        tried: list[KnownFinding] = []
        for _ in range(ROUNDS):
            untried = [one for one in done.last.report.findings if not _is_in(one, tried)]
            plan = fixes_for(untried, within=self._names)
            if plan.empty or self._stopping:
                break
            tried += plan.findings
            outcomes = await self._carry_out(plan, say)
            if outcomes is None:
                done.refused = True
                break
            done.last = await run_checks(self._cluster, self._checks, self._names, say=say)
            left = [one.finding for one in done.last.found]
            results = fix_results(plan.findings, outcomes, left, done.last.report.skipped)
            done.results += results
            self._asked.results(results)
        return done

    async def _carry_out(self, plan: FixPlan, say: Progress) -> list[Outcome] | None:
        """Return how each part ended; None where somebody said no."""
        say("looking at what would change")
        preview = await Fixing(self._cluster, plan, self._asked.outcome).preview()
        if preview.idle:
            return []
        if not await self._asked.agrees(preview):
            return None
        self._fixing = Fixing(self._cluster, preview.plan, self._asked.outcome)
        try:
            with self._guard(self.cancel):
                return await self._fixing.run()
        finally:
            self._fixing = None


def _is_in(one: KnownFinding, tried: Sequence[KnownFinding]) -> bool:
    return any(
        one.finding.check == other.finding.check
        and one.finding.about == other.finding.about
        and set(one.nodes) <= set(other.nodes)
        for other in tried
    )
