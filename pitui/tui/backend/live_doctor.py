"""The checks of `pitui doctor`, as the UI uses them."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import date
from typing import TYPE_CHECKING

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import Finding
from pitui.doctor.fix.fix_plan import FixPlan
from pitui.doctor.registry import CHECKS
from pitui.domain.logs.log_line import LogLine, LogSource
from pitui.domain.node_outcome import OutcomeReport
from pitui.services.cluster import Cluster
from pitui.services.doctor.finding_store import FindingStore, IgnoredFinding, finding_identity
from pitui.services.doctor.known_error_watch import OpenLogs
from pitui.services.doctor.passive_checks import PassiveChecks
from pitui.services.doctor.run_checks import CheckRun, run_checks
from pitui.services.events.timeline import Timeline
from pitui.services.logs.follow import follow

if TYPE_CHECKING:
    from pitui.services.doctor.fix.carry_out import Fixing


class LiveDoctorService:
    """The checks on one cluster."""

    def __init__(self, cluster: Cluster, timeline: Timeline) -> None:
        self._cluster = cluster
        self._store = FindingStore(cluster.audit.cluster)
        self._logs = OpenLogs()
        self._passive = PassiveChecks(
            cluster.config, cluster.nodes, timeline, self._store, self._logs
        )
        self.subscribe = self._passive.subscribe
        self.take = self._passive.take
        self.watch = self._passive.run

    @property
    def standing(self) -> Sequence[KnownFinding]:
        """What the checks that cost nothing have found for some seconds."""
        return self._passive.standing

    async def follow(
        self, sources: Sequence[LogSource], lines: int
    ) -> AsyncGenerator[list[LogLine], None]:
        """Yield what logs say, and read it as the checks do."""
        async with aclosing(follow(self._cluster, sources, lines)) as batches:
            async for batch in batches:
                self._logs.read(sources, batch, time.time())
                yield batch

    async def run(self, say: Callable[[str], None]) -> CheckRun:
        """Run all checks on all nodes."""
        return await run_checks(self._cluster, CHECKS, say=say, store=self._store)

    def fixing(self, plan: FixPlan, report: OutcomeReport) -> "Fixing":
        """Return what carries out a plan."""
        from pitui.services.doctor.fix.carry_out import Fixing

        return Fixing(self._cluster, plan, report)

    async def ignore(self, found: Sequence[Finding], reason: str, until: date | None) -> None:
        """Ignore findings."""
        why = IgnoredFinding(reason, until)
        keys = [finding_identity(one) for one in found]
        await self._store.disk.do(self._store.ignore, keys, why)
        await self._passive.read_ignored()

    async def stop_ignoring(self, found: Sequence[Finding]) -> None:
        """Stop ignoring findings."""
        keys = [finding_identity(one) for one in found]
        await self._store.disk.do(self._store.stop_ignoring, keys)
        await self._passive.read_ignored()
