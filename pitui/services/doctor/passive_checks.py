"""The checks that read what is known anyway, all the time: snapshots, and logs that are open."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from pitui.config.model import Config, Node
from pitui.config.state_database import BusyFileError, DamagedFileError
from pitui.doctor.check import Check, Reads
from pitui.doctor.checks.logs import known_error
from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.evidence.evidence import Evidence
from pitui.doctor.finding import Finding, SkippedCheck, info
from pitui.doctor.fix.fixable import with_possible_fixes
from pitui.doctor.registry import CHECKS
from pitui.doctor.symptoms.node_losses import recent_events
from pitui.domain.cluster import MasterState
from pitui.domain.concurrency.disk_thread import SlowDiskError
from pitui.domain.concurrency.duty_cycle import pause_after
from pitui.domain.concurrency.time_slice import SliceClock
from pitui.domain.errors import PituiError
from pitui.domain.events.event import Event
from pitui.domain.link import LinkState
from pitui.domain.snapshot import Snapshot
from pitui.services.doctor.finding_debounce import GOES_S, FindingDebounce
from pitui.services.doctor.finding_events import (
    checked_by,
    finding_event,
    finding_subject,
    gone_event,
    still_found,
)
from pitui.services.doctor.finding_store import FindingStore, Identity, finding_identity
from pitui.services.doctor.ignored_findings import IgnoredFindings
from pitui.services.doctor.known_error_watch import OpenLogs
from pitui.services.events.timeline import Timeline

_EVERY, _EVERY_MOST = 1.0, 5.0
"""Seconds between two looks, however many snapshots come: what is found matters for longer."""
_READ_AGAIN = 60.0
"""Seconds until what is ignored is asked for again: a disk that hangs holds looks up meanwhile."""
_TIMES = 100.0
"""As many times as the last look took: of a thousand nodes, looks shall take a hundredth of it."""
_ENDED = 50
"""Applications that have ended and are looked at: the newest. The master lists thousands."""

PASSIVE = tuple(check for check in CHECKS if check.passive)
_NEED_MASTER = frozenset(check.id for check in PASSIVE if check.reads is Reads.SNAPSHOT)


class PassiveChecks:
    """Takes snapshots; `standing` is what has been found for some seconds."""

    def __init__(
        self,
        config: Config,
        nodes: Mapping[str, Node],
        timeline: Timeline,
        store: FindingStore,
        logs: OpenLogs | None = None,
    ) -> None:
        self._config = config
        self._nodes = nodes
        self._timeline = timeline
        self._store = store
        self._logs = logs or OpenLogs()
        self._ignored = IgnoredFindings(config.doctor.exclude)
        self._debounce = FindingDebounce()
        self._read_at: float | None = 0.0
        """From when on the ignored findings are to be read; None: they have been."""
        self._snapshot: Snapshot | None = None
        self._due = asyncio.Event()
        self._began: float | None = None
        self._told: dict[str, Event] = {}
        """What the timeline has as found, by subject."""
        self._remembered: dict[str, Event] | None = None
        """The same of an earlier pitui, of what was not found again yet."""
        self.standing: tuple[KnownFinding, ...] = ()
        self._subscribers: list[Callable[[], object]] = []

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back when what stands is different; returns what ends it."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def take(self, snapshot: Snapshot) -> None:
        """Note the newest snapshot; costs nothing."""
        self._snapshot = snapshot
        self._due.set()

    async def run(self) -> None:
        """Look at snapshots as they come, once a second at most, until cancelled."""
        while True:
            await self._due.wait()
            if self._read_at is not None and time.monotonic() >= self._read_at:
                await self.read_ignored()
            self._due.clear()
            begun = time.thread_time()
            await self.look(time.monotonic(), time.time())
            took = time.thread_time() - begun
            if self._debounce.undecided or self._remembered is None:
                self._due.set()
            await asyncio.sleep(pause_after(took, times=_TIMES, least=_EVERY, most=_EVERY_MOST))

    async def read_ignored(self) -> None:
        """Learn what is ignored; a file that cannot be read makes nothing ignored."""
        self._read_at = None
        try:
            ignored = await self._store.disk.do(self._store.ignored)
        except DamagedFileError as error:
            # The next run uses the new file, and would say nothing.
            self._timeline.complain(error)
            return
        except (BusyFileError, SlowDiskError):
            self._read_at = time.monotonic() + _READ_AGAIN
            return
        except PituiError:
            return  # a run of the checks says why
        self._ignored = replace(self._ignored, by_person=ignored)
        self._show(time.time())

    async def look(self, now: float, at: float) -> None:
        """Run the checks; keys are answered in between.

        `now` is of a clock that only grows, `at` in Unix time.
        """
        snapshot = self._snapshot
        if snapshot is None or snapshot.master.state is MasterState.UNKNOWN:
            return
        self._began = self._began or now
        found = await self._found(snapshot, at)
        busy = self._timeline.acted_on
        appeared, gone = self._debounce.take(
            found,
            now,
            at,
            settled=lambda finding: _settled(snapshot, finding, busy),
            seen=lambda finding: _could_be_seen(snapshot, finding.check, finding.node),
        )
        events = [*self._begin(appeared, snapshot, at), *self._end(gone, at)]
        if now - self._began >= GOES_S:
            events += self._end_remembered(snapshot, {*map(finding_subject, found.values())}, at)
        if events:
            self._timeline.add(events)
        self._show(at)

    async def _found(self, snapshot: Snapshot, at: float) -> dict[Identity, Finding]:
        looked_at = (*snapshot.active, *snapshot.ended[:_ENDED])
        evidence = Evidence(
            self._config,
            self._nodes,
            replace(snapshot, applications=looked_at),
            events=recent_events(self._timeline.events, at),
            now=at,
        )
        clock = SliceClock(time.thread_time)
        found: list[Finding] = []
        for check in PASSIVE:
            found += await _findings(check, evidence, clock)
            await clock.rest_if_due()
        if of_logs := self._logs.facts(at):
            found += await _findings(known_error.CHECK, replace(evidence, facts=of_logs), clock)
        return {
            finding_identity(said): said for said in with_possible_fixes(found, PASSIVE, evidence)
        }

    def _begin(
        self, appeared: Sequence[KnownFinding], snapshot: Snapshot, at: float
    ) -> list[Event]:
        events = [
            finding_event(one.finding, snapshot, at)
            for one in appeared
            if self._ignored.judge(one, at).ignored is None
        ]
        self._told.update((event.subject, event) for event in events)
        return events

    def _end(self, gone: Sequence[KnownFinding], at: float) -> list[Event]:
        told = (self._told.pop(finding_subject(one.finding), None) for one in gone)
        return [gone_event(event, at) for event in told if event is not None]

    def _end_remembered(self, snapshot: Snapshot, found: Collection[str], at: float) -> list[Event]:
        """Return the ends of what stood when an earlier pitui ended, and stands no longer."""
        if self._remembered is None:
            self._remembered = {
                event.subject: event for event in still_found(self._timeline.events)
            }
        events = []
        for subject, event in list(self._remembered.items()):
            if subject in self._told:
                del self._remembered[subject]
            elif subject not in found and _could_be_seen(snapshot, checked_by(event), event.node):
                del self._remembered[subject]
                events.append(gone_event(event, at))
        return events

    def _show(self, at: float) -> None:
        judged = tuple(self._ignored.judge(one, at) for one in self._debounce.standing.values())
        if judged != self.standing:
            self.standing = judged
            for subscriber in list(self._subscribers):
                subscriber()


async def _findings(check: Check, evidence: Evidence, clock: SliceClock) -> list[Finding]:
    """Return what a check finds; a fault in its rule is found too, and does not end the watch."""
    found = []
    try:
        for said in check.look(evidence):
            if not isinstance(said, SkippedCheck):
                found.append(said)
            await clock.rest_if_due()
    except Exception as fault:  # noqa: BLE001
        title = f"a fault in pitui: {type(fault).__name__}: {fault}"
        return [info(title, "report it, please", check=check.id, about="fault")]
    return found


def _settled(snapshot: Snapshot, finding: Finding, busy: Collection[str]) -> bool:
    """Whether nothing is going on where a finding is: no action, no connecting."""
    if finding.node in busy or finding.application in busy:
        return False
    node = snapshot.node(finding.node) if finding.node else None
    return node is None or node.link.state is not LinkState.CONNECTING


def _could_be_seen(snapshot: Snapshot, check: str, of_node: str | None) -> bool:
    """Whether what a check found would have been found now, if it was still there."""
    master = snapshot.master.state
    if check in _NEED_MASTER and (master.silent or master is MasterState.RECOVERING):
        return False
    node = snapshot.node(of_node) if of_node else None
    return node is None or (node.link.state is LinkState.CONNECTED and node.metrics is not None)
