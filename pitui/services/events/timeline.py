"""The timeline: what happens on the cluster, noted as it is seen, kept for seven days.

Nothing here waits for the disk in the event loop, and a file that cannot be used takes away only
the memory of earlier days.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pitui.config.state_database import BusyFileError, DamagedFileError
from pitui.domain.clock_jumps import ClockJumps
from pitui.domain.cluster import MasterState
from pitui.domain.concurrency.disk_thread import LastingWork, SlowDiskError
from pitui.domain.errors import PituiError
from pitui.domain.events.event import KEPT_S, Event, UnreadEvents, unread_events
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.events.snapshot_diff import diff_snapshots
from pitui.domain.snapshot import Snapshot
from pitui.services.audit import Audit
from pitui.services.events.audit_events import AuditTail
from pitui.services.events.timeline_store import StoredTimeline, TimelineStore

_LOOK_EVERY = 2.0
"""Seconds between two looks for what other pituis and people did."""
_NOTE_EVERY = 60.0
"""Seconds after which the time of the last look is noted although nothing happened."""
_BUSY_SAID = 5.0
"""Seconds for which another program may have the file locked until events do without it."""
_MOST = 20_000
_TRIES = 5
_T = TypeVar("_T")


class Timeline:
    """Takes snapshots, gives events; `events` is always the whole list, oldest first."""

    def __init__(self, audit: Audit, path: Path | None = None) -> None:
        self.events: tuple[Event, ...] = ()
        self._trouble: PituiError | None = None
        self._damage: PituiError | None = None
        self._store = TimelineStore(audit.cluster, secrets.token_hex(4), path)
        self._audit = audit
        self._actions = AuditTail(audit.path, audit.cluster)
        self._seen = LastKnownState()
        self._clock = ClockJumps()
        self._looked_at: float | None = None
        self._look_kept = True
        self._said = ""
        self._busy_since: float | None = None
        self._looking: LastingWork[tuple[Sequence[Event], tuple[float, ...]]]
        self._looking = LastingWork(self._store.disk)
        self._adding: LastingWork[StoredTimeline] = LastingWork(self._store.disk)
        self._pending: list[Event] = []
        self._given: list[Event] = []
        """What a slow disk was given, and may keep yet."""
        self._unkept: list[Event] = []
        self._snapshot: Snapshot | None = None
        self._last: Snapshot | None = None
        """The last one in which the master listed its applications."""
        self._own: Callable[[], Collection[str]] = tuple
        self._due = asyncio.Event()
        self._mark: tuple[float, ...] = ()
        self._noted = 0.0
        self._ready = False
        self._subscribers: list[Callable[[], object]] = []
        self._compared = False
        self._watchers: list[Callable[[Sequence[Event]], object]] = []

    def subscribe(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call back whenever events, news or the complaint are others; returns what ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def watch(self, callback: Callable[[Sequence[Event]], object]) -> None:
        """Call back with what each snapshot brings, but not with what the first one does.

        That happened while nobody watched.
        """
        self._watchers.append(callback)

    def own(self, names: Callable[[], Collection[str]]) -> None:
        """Say which nodes and applications the user acts on: what happens there is no news."""
        self._own = names

    @property
    def acted_on(self) -> Collection[str]:
        """The nodes and applications that the user acts on, or just did."""
        return self._own()

    @property
    def complaint(self) -> PituiError | None:
        """Why events are not kept, or people's actions not recorded; None while they are.

        That the file was damaged stands as long as pitui runs.
        """
        if self._trouble is None and self._audit.complaint:
            return PituiError(self._audit.complaint, "Actions will not appear in the audit log.")
        return self._trouble or self._damage

    @property
    def news(self) -> UnreadEvents:
        """What happened since somebody last looked."""
        since = self._looked_at if self._looked_at is not None else time.time()
        return unread_events(self.events, since)

    def complain(self, error: PituiError) -> None:
        """Say that a file was damaged, for as long as pitui runs."""
        before = f"{self._damage.message}; " if self._damage is not None else ""
        self._damage = PituiError(f"{before}{error.message}")
        self._tell()

    def take(self, snapshot: Snapshot) -> None:
        """Note what happened since the last snapshot; costs microseconds."""
        if not self._ready:
            self._snapshot = snapshot  # what was seen when pitui last ran is not read yet
            return
        now = self._now()  # before what was seen is looked at: it may move that
        found, seen = diff_snapshots(self._seen, snapshot, now, self._own(), self._last)
        if snapshot.master.state is MasterState.ALIVE:
            self._last = snapshot
        changed = replace(seen, at=0.0) != replace(self._seen, at=0.0)
        self._seen = seen
        if found or changed:
            self._pending += found
            self._due.set()
        if found and self._compared:
            for watcher in self._watchers:
                watcher(found)
        self._compared = True

    def add(self, events: Sequence[Event]) -> None:
        """Note what was found elsewhere than in snapshots; events of which each happens once."""
        known = {(e.subject, e.what) for e in (*self.events, *self._pending) if e.once}
        new = [event for event in events if (event.subject, event.what) not in known]
        if new:
            self._pending += new
            self._due.set()

    def mark_read(self) -> None:
        """Note that somebody looks at the timeline now."""
        before = self.news.events
        self._looked_at, self._look_kept = self._now(), False
        self._due.set()
        if before:
            self._tell()

    async def run(self) -> None:
        """Keep what is taken, and follow what other pituis and people do, until cancelled."""
        if not self._ready:
            await self.begin()
        while True:
            try:
                async with asyncio.timeout(_LOOK_EVERY):
                    await self._due.wait()
            except TimeoutError:
                pass
            await self.note()

    async def begin(self) -> None:
        """Read what is kept; what is seen from now on is compared with that."""
        for _ in range(_TRIES):
            kept = await self._try(self._read)
            if kept is not None:
                self._seen = kept.seen
                self._show(kept)
            if kept is not None or self._trouble is not None:
                break
        if self._looked_at is None:
            self._looked_at = time.time()
        self._ready = True
        if self._snapshot is not None:
            self.take(self._snapshot)
        await self.note()

    async def note(self) -> None:
        """Write what is pending, and read what is new."""
        self._due.clear()
        self._now()
        actions, mark = await self._look()
        self._pending += actions
        if self._said != self._audit.complaint:
            self._said = self._audit.complaint
            self._tell()
        if self._pending or self._adding.is_begun or time.monotonic() - self._noted > _NOTE_EVERY:
            await self._write()
        elif self._mark != mark and (kept := await self._try(self._read)) is not None:
            self._mark = mark
            self._show(kept)
        if not self._look_kept and self._looked_at is not None:
            looked = partial(self._store.mark_read, self._looked_at, self._now())
            self._look_kept = await self._try(partial(self._store.disk.do, looked)) is not None

    async def _look(self) -> tuple[Sequence[Event], tuple[float, ...]]:
        """Return what people did since the last look, and the mark of the file."""
        try:
            return await self._looking.do(lambda: (self._actions.read(), self._store.mark()))
        except SlowDiskError:
            return (), self._mark

    async def _write(self) -> None:
        found, seen = list(self._pending), self._seen
        settled = await self._is_settled()
        written = [*self._unkept, *found][-_MOST:]
        kept = None
        if settled:
            add = partial(self._store.add, written, seen, time.time())
            kept = await self._try(partial(self._adding.do, add))
            if kept is None and self._trouble is None:
                return  # the next round tries again
        del self._pending[: len(found)]
        self._noted = time.monotonic()
        if kept is not None:
            self._unkept = []
            self._show(kept)
            return
        # The disk may have room again later, or be slow and keep it yet.
        if settled and self._adding.is_begun:
            self._given, self._unkept = written, []
        else:
            self._unkept = written
        self._live_on_with(found)

    async def _is_settled(self) -> bool:
        """Whether it is known what became of what the disk was given; nothing is kept twice."""
        if not self._adding.is_begun:
            return True
        kept = await self._try(self._what_was_added)
        if self._adding.is_begun:
            return False
        if kept is None:
            self._unkept = [*self._given, *self._unkept]
        self._given = []
        return True

    async def _read(self) -> StoredTimeline:
        return await self._store.disk.do(self._store.read)

    async def _what_was_added(self) -> StoredTimeline:
        """Return the answer of what was begun; once that has failed, what a new file has."""
        return await (self._adding.end() if self._adding.is_begun else self._read())

    def _live_on_with(self, found: list[Event]) -> None:
        known = {(e.subject, e.what) for e in self.events if e.once}
        new = [e for e in found if not e.once or (e.subject, e.what) not in known]
        every = sorted((*self.events, *new), key=lambda event: event.at)
        self._set(tuple(e for e in every if e.at > time.time() - KEPT_S)[-_MOST:])

    async def _try(self, ask: Callable[[], Awaitable[_T]]) -> _T | None:
        """Ask the file for something, again once it was made anew; a complaint is said once."""
        try:
            try:
                result = await ask()
            except DamagedFileError as error:
                self.complain(error)
                await self._keep_again()
                result = await ask()
        except PituiError as error:
            if isinstance(error, BusyFileError) and not self._busy_for_long():
                return None  # the next round tries again
            first, self._trouble = self._trouble is None, error
            if first:
                self._tell()
            return None
        self._busy_since = None
        if self._trouble is not None:
            self._trouble = None
            self._tell()
        return result

    def _busy_for_long(self) -> bool:
        now = time.monotonic()
        self._busy_since = self._busy_since or now
        return now - self._busy_since > _BUSY_SAID

    async def _keep_again(self) -> None:
        """Keep in a new file what is still known of the one that was damaged."""
        events, seen, now = self.events, self._seen, self._now()
        if events:
            await self._store.disk.do(self._store.add, events, seen, now)

    def _now(self) -> float:
        """Return the Unix time; where the clock was set, what was noted before moves with it."""
        now, jump = time.time(), self._clock.take()
        if jump:
            seen = self._seen
            back_at = seen.master_back_at + jump if seen.master_back_at else 0.0
            self._seen = replace(
                seen, at=seen.at + jump if seen.at else 0.0, master_back_at=back_at
            )
            if self._looked_at is not None:
                self._looked_at, self._look_kept = self._looked_at + jump, False
        return now

    def _show(self, kept: StoredTimeline) -> None:
        # Nobody looked in the future: the clock was set back since.
        if (self._looked_at or 0.0) < (kept.looked_at or 0.0) <= time.time():
            self._looked_at = kept.looked_at
        self._set(kept.events)

    def _set(self, events: tuple[Event, ...]) -> None:
        if events != self.events:
            self.events = events
            self._tell()

    def _tell(self) -> None:
        for subscriber in list(self._subscribers):
            subscriber()
