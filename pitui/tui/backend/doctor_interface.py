"""What the UI needs of the checks of `pitui doctor`; `live_doctor` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from pitui.doctor.doctor_report import KnownFinding
    from pitui.doctor.finding import Finding
    from pitui.doctor.fix.fix_plan import FixPlan
    from pitui.domain.node_outcome import Outcome, OutcomeReport
    from pitui.services.doctor.fix.carry_out import FixPreview
    from pitui.services.doctor.run_checks import CheckRun


class FixWork(Protocol):
    """A fix of some findings, looked at or carried out."""

    def cancel(self) -> None:
        """Finish what is in hand and begin nothing else."""

    async def preview(self) -> FixPreview:
        """Return what would change; nothing is changed.

        Raises:
            PituiError: that cannot be found out.
        """

    async def run(self) -> Sequence[Outcome]:
        """Do it all, and return how each part ended.

        Raises:
            PituiError: nothing could be done at all.
        """


class DoctorService(Protocol):
    """Checks that run all the time, and those that are run on demand."""

    @property
    def standing(self) -> Sequence[KnownFinding]:
        """What the checks that cost nothing have found for some seconds."""

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when that is different; returns what ends it."""

    async def run(self, say: Callable[[str], None]) -> CheckRun:
        """Run all checks on all nodes; `say` gets what is being done.

        Raises:
            PituiError: they could not be run.
        """

    def fixing(self, plan: FixPlan, report: OutcomeReport) -> FixWork:
        """Return what carries out a plan; reports each part's changes."""

    async def ignore(self, found: Sequence[Finding], reason: str, until: date | None) -> None:
        """Ignore findings, up to a day where one is given.

        Raises:
            PituiError: that cannot be kept.
        """

    async def stop_ignoring(self, found: Sequence[Finding]) -> None:
        """Stop ignoring findings.

        Raises:
            PituiError: that cannot be kept.
        """
