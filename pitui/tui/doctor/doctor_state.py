"""What the checks found, all the time and in the last run; it outlives the screen."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pitui.doctor.doctor_report import KnownFinding, Report, cause_key, make_report
from pitui.doctor.finding import Finding
from pitui.doctor.fix.fix_result import FixResult, fix_results
from pitui.doctor.registry import CHECKS
from pitui.domain.errors import PituiError
from pitui.domain.node_outcome import Outcome
from pitui.services.doctor.finding_store import Identity, finding_identity

if TYPE_CHECKING:
    from pitui.services.doctor.run_checks import CheckRun
    from pitui.tui.backend.doctor_interface import DoctorService

_PASSIVE = tuple(check for check in CHECKS if check.passive)


class DoctorState:
    """Kept by the main screen; the Doctor screen shows it while it is open."""

    def __init__(self, service: "DoctorService") -> None:
        self._service = service
        self._watchers: list[Callable[[], object]] = []
        self._run: CheckRun | None = None
        self._standing = {finding_identity(one.finding) for one in service.standing}
        self._gone: set[Identity] = set()
        """What the last run found, and the checks that run all the time saw go since."""
        self._found: Sequence[KnownFinding] = ()
        self._turn = asyncio.Lock()
        self.running = ""
        """What is being done, in words; empty where no checks run."""
        self.error: PituiError | None = None
        """Why the last run came to nothing."""
        self.ran_at: float | None = None
        """Unix time at which the last run ended."""
        self.report = self._report()
        service.subscribe(self._follow)

    def watch(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when anything is different; returns what ends it."""
        self._watchers.append(callback)
        return lambda: self._watchers.remove(callback)

    @property
    def complaint(self) -> str:
        """Why it could not be told what is new; mostly empty."""
        return self._run.complaint if self._run is not None else ""

    async def look(self) -> None:
        """Run all checks, unless they run already."""
        if not self._turn.locked():
            await self._run_checks()

    async def _run_checks(self) -> None:
        async with self._turn:
            self._say("beginning")
            try:
                self._run = await self._service.run(self._say)
                self._gone.clear()
                self.error, self.ran_at = None, time.time()
            except PituiError as error:
                self.error = error
            finally:
                self._say("")

    async def look_after(
        self, fixed: Sequence[KnownFinding], outcomes: Sequence[Outcome]
    ) -> Sequence[FixResult]:
        """Run all checks after a fix, and return what became of the findings.

        A run that was begun before the end of the fix does not tell. Nothing is known of it where
        the checks could not be run.
        """
        await self._run_checks()
        run = self._run
        if self.error is not None or run is None:
            return ()
        left = [one.finding for one in run.found]
        return fix_results(fixed, outcomes, left, run.report.skipped)

    def _say(self, text: str) -> None:
        self.running = text
        self._changed()

    def _follow(self) -> None:
        now = {finding_identity(one.finding) for one in self._service.standing}
        self._gone = (self._gone | (self._standing - now)) - now
        self._standing = now
        self._changed()

    def _changed(self) -> None:
        self.report = self._report()
        for watcher in list(self._watchers):
            watcher()

    def _report(self) -> Report:
        run = self._run
        found = {} if run is None else {finding_identity(one.finding): one for one in run.found}
        for key in self._gone:
            found.pop(key, None)
        for one in self._service.standing:
            key = finding_identity(one.finding)
            known = found.get(key, one)
            found[key] = replace(one, new=known.new, since=known.since)
        self._found = tuple(found.values())
        checks = _PASSIVE if run is None else CHECKS
        return make_report(checks, self._found, run.report.skipped if run is not None else ())

    def parts(self, row: KnownFinding) -> list[Finding]:
        """Return the findings that one of the report is made of, such as a node's each."""
        found, many = row.finding, len(row.nodes) > 1
        return [
            one.finding
            for one in self._found
            if cause_key(one) == cause_key(row)
            and (
                one.finding.node in row.nodes
                if many
                else (one.finding.node, one.finding.about) == (found.node, found.about)
            )
        ]

    async def ignore(self, rows: Sequence[KnownFinding], reason: str, until: date | None) -> None:
        """Ignore findings.

        Raises:
            PituiError: that cannot be kept.
        """
        found = [one for row in rows for one in self.parts(row)]
        await self._service.ignore(found, reason, until)
        self._judge(found, reason)

    async def stop_ignoring(self, rows: Sequence[KnownFinding]) -> None:
        """Stop ignoring findings.

        Raises:
            PituiError: that cannot be kept.
        """
        found = [one for row in rows for one in self.parts(row)]
        await self._service.stop_ignoring(found)
        self._judge(found, None)

    def _judge(self, found: Sequence[Finding], reason: str | None) -> None:
        """Note in the last run what was decided after it."""
        keys = {finding_identity(one) for one in found}
        if self._run is not None:
            judged = (
                replace(one, ignored=reason, by_person=reason is not None)
                if finding_identity(one.finding) in keys
                else one
                for one in self._run.found
            )
            self._run = replace(self._run, found=tuple(judged))
        self._changed()
