import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from support.plain_cluster import DONE, RUNNING, pi, worker
from support.plain_cluster import FULL as SHELF

from pitui.config.state_database import BusyFileError
from pitui.domain.cluster import ApplicationState, WorkerState
from pitui.domain.errors import PituiError
from pitui.domain.events.event import KEPT_S, Event, EventKind, Severity
from pitui.domain.events.last_known_state import LastKnownState
from pitui.domain.snapshot import Snapshot
from pitui.services.audit import Audit
from pitui.services.events.timeline import Timeline
from pitui.services.events.timeline_store import TimelineStore

FULL = replace(SHELF, applications=(), nodes=SHELF.nodes[:2])
LOST = replace(FULL, nodes=(*FULL.nodes[:1], pi("pi1", on=worker(WorkerState.DEAD))))


@pytest.fixture
def timeline(tmp_path: Path):
    def opened() -> Timeline:
        return Timeline(Audit("shelf", tmp_path / "audit.jsonl"), tmp_path / "timeline.db")

    return opened


def event(at: float, what: str = "lost", subject: str = "worker pi1", **more: object) -> Event:
    return Event(at, EventKind.WORKER, what, "pi1", subject, Severity.BAD, node="pi1", **more)


async def feed(one: Timeline, *snapshots: Snapshot) -> list[str]:
    for snapshot in snapshots:
        one.take(snapshot)
        await one.note()
    return [e.what for e in one.events if e.kind is EventKind.WORKER]


async def test_events_are_kept_and_seen_by_the_next_pitui(timeline) -> None:
    one, other = timeline(), timeline()
    await one.begin()
    await feed(one, FULL, LOST)
    assert [e.about for e in one.news.events] == ["pi1"]
    await other.begin()
    assert other.events == one.events
    other.mark_read()
    await other.note()
    await one.note()
    assert one.news.events == ()


async def test_what_is_found_elsewhere_is_kept_once(timeline) -> None:
    one, other = timeline(), timeline()
    slower = event(time.time() - 60, "slower", "run r-1", once=True)
    one.add([slower])
    await one.begin()
    one.add([slower, slower])
    await one.note()
    assert [e.what for e in one.events] == ["slower"]
    assert [e.what for e in one.news.events] == []  # it was before anybody looked
    await other.begin()
    other.add([slower, event(time.time() - 30, "slower", "run r-2", once=True)])
    await other.note()
    await one.note()
    assert [e.subject for e in one.events] == ["run r-1", "run r-2"]


async def test_several_at_once_keep_each_event_once(timeline) -> None:
    several = [timeline() for _ in range(4)]
    await asyncio.gather(*(one.begin() for one in several))
    busy = replace(FULL, applications=(replace(DONE, submitted_at=time.time() - 900),))
    for snapshot in (busy, LOST, FULL, LOST):
        await asyncio.gather(*(feed(one, snapshot) for one in several))
    await asyncio.gather(*(one.note() for one in several))
    for one in several:
        assert [e.what for e in one.events if e.kind is EventKind.WORKER] == [
            "lost",
            "back",
            "lost",
        ]
        subjects = [(e.subject, e.what) for e in one.events if e.kind is EventKind.APPLICATION]
        assert len(subjects) == len(set(subjects))


async def test_what_ended_while_pitui_was_away_is_found_at_the_next_start(timeline) -> None:
    now = time.time()
    app = replace(RUNNING, submitted_at=now - 600, duration_s=500.0)
    one = timeline()
    await one.begin()
    await feed(one, replace(FULL, applications=(app,)))
    done = replace(app, state=ApplicationState.FINISHED, duration_s=599.9)
    one.mark_read()
    await one.note()
    later = timeline()
    await later.begin()
    await feed(later, replace(LOST, applications=(done,)))
    finished = [e for e in later.events if e.what == "finished"]
    assert [round(e.at - now, 1) for e in finished] == [-0.1]
    assert [e.what for e in later.events if e.kind is EventKind.WORKER] == ["lost"]


async def test_people_s_actions_come_from_the_audit_log(timeline, tmp_path: Path) -> None:
    audit = Audit("shelf", tmp_path / "audit.jsonl")
    audit.record("stop", "pi1", "ok", detail="stopped")
    other = Audit("attic", tmp_path / "audit.jsonl")
    other.record("stop", "pi1", "ok")
    for one in (audit, other):
        await one.written()
    one = timeline()
    await one.begin()
    audit.record("kill", "nuc", "failed", application="app-7")
    await audit.written()
    await one.note()
    assert [(e.what, e.about, e.gravity) for e in one.events] == [
        ("stop", "pi1", Severity.PLAIN),
        ("kill", "app-7", Severity.BAD),
    ]
    assert "ok, stopped" in one.events[0].detail


async def test_a_file_that_cannot_be_used_is_said_once_and_lived_without(
    timeline, tmp_path: Path
) -> None:
    path = tmp_path / "timeline.db"
    path.mkdir()
    one, told = timeline(), []
    one.subscribe(lambda: told.append(one.complaint))
    await one.begin()
    assert await feed(one, FULL, LOST, FULL) == ["lost", "back"]
    assert str(path) in str(one.complaint)
    assert len({str(c) for c in told if c}) == 1
    one.mark_read()
    await one.note()
    assert one.news.events == ()
    # There is room again: what was only seen is kept.
    path.rmdir()
    assert await feed(one, LOST) == ["lost", "back", "lost"]
    assert one.complaint is None
    later = timeline()
    await later.begin()
    assert later.events == one.events


def damage(folder: Path, text: bytes) -> None:
    for part in folder.glob("timeline.db*"):
        part.write_bytes(text)


def put_aside(folder: Path) -> bytes:
    return next(folder.glob("timeline.db.damaged-*")).read_bytes()


@pytest.mark.parametrize("when", ["before", "while it runs"])
async def test_a_damaged_file_is_put_aside_and_begun_anew_with_what_is_known(
    timeline, tmp_path: Path, when: str
) -> None:
    path, text = tmp_path / "timeline.db", b"this is no database " * 1000
    one = timeline()
    if when == "before":
        path.write_bytes(text)
    await one.begin()
    assert await feed(one, FULL, LOST) == ["lost"]
    if when == "while it runs":
        damage(tmp_path, text)
    assert await feed(one, FULL) == ["lost", "back"]
    assert "the timeline was damaged" in str(one.complaint)
    assert put_aside(tmp_path) == text
    later = timeline()
    await later.begin()
    assert later.complaint is None
    assert [e.what for e in later.events if e.kind is EventKind.WORKER] == ["lost", "back"]


async def test_all_files_that_were_damaged_are_named(timeline) -> None:
    one = timeline()
    for name in ("runs", "doctor"):
        one.complain(PituiError(f"the file of {name} was damaged"))
    assert str(one.complaint) == ("the file of runs was damaged; the file of doctor was damaged")


def test_a_locked_file_is_busy_and_nothing_more(tmp_path: Path) -> None:
    store = TimelineStore("shelf", "w", tmp_path / "t.db")
    store.add([event(time.time())], LastKnownState(), time.time())
    holder = sqlite3.connect(tmp_path / "t.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyFileError):
        store.add([event(time.time(), "back")], LastKnownState(), time.time())
    assert len(store.read().events) == 1
    holder.execute("ROLLBACK")
    holder.close()
    assert len(store.add([event(time.time(), "back")], LastKnownState(), time.time()).events) == 2


def test_events_are_kept_for_seven_days(tmp_path: Path) -> None:
    store = TimelineStore("shelf", "w", tmp_path / "t.db")
    start = 1_800_000_000.0
    store.add([event(start)], LastKnownState(), start)
    assert len(store.add([], LastKnownState(), start + KEPT_S - 1).events) == 1
    assert store.add([], LastKnownState(), start + KEPT_S + 1).events == ()


def test_a_change_another_pitui_saw_seconds_before_is_the_same(tmp_path: Path) -> None:
    one, other = (TimelineStore("shelf", w, tmp_path / "t.db") for w in "ab")
    now = time.time()
    one.add([event(now, "lost"), event(now + 2, "back")], LastKnownState(), now)
    late = [event(now + 4, "lost"), event(now + 5, "back")]
    assert len(other.add(late, LastKnownState(), now).events) == 2
    assert len(one.add(late, LastKnownState(), now).events) == 4


def test_threads_of_several_writers_lose_nothing(tmp_path: Path) -> None:
    now = time.time()

    def write(writer: int) -> None:
        store = TimelineStore("shelf", str(writer), tmp_path / "t.db")
        for number in range(20):
            row = event(now, "submitted", f"application {writer}-{number}", once=True)
            while True:
                try:
                    store.add([row, event(now, "x", "shared", once=True)], LastKnownState(), now)
                    break
                except BusyFileError:
                    continue

    threads = [threading.Thread(target=write, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subjects = [e.subject for e in TimelineStore("shelf", "r", tmp_path / "t.db").read().events]
    assert len(subjects) == len(set(subjects)) == 81


@pytest.mark.parametrize("state", ["{cut", '{"nodes": 5}', '{"more": 1}'])
async def test_what_was_seen_by_another_version_is_forgotten(
    timeline, tmp_path: Path, state: str
) -> None:
    store = TimelineStore("shelf", "w", tmp_path / "timeline.db")
    await store.disk.do(store.add, [], LastKnownState(), time.time())
    with closing(sqlite3.connect(tmp_path / "timeline.db")) as database, database:
        database.execute("UPDATE seen SET state = ?", (state,))
    one = timeline()
    await one.begin()
    assert await feed(one, FULL, LOST) == ["lost"]
    assert one.complaint is None


def test_an_audit_entry_a_person_edited_is_passed_over(timeline, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").write_text('[1]\n{"action": 1}\n{"cut\n' + json.dumps({}) + "\n")
    one = timeline()
    asyncio.run(one.begin())
    assert one.events == ()


async def test_an_audit_log_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()
    audit = Audit("shelf", tmp_path / "audit.jsonl")
    one, told = Timeline(audit, tmp_path / "timeline.db"), []
    one.subscribe(lambda: told.append(str(one.complaint)))
    await one.begin()
    audit.record("kill", "nuc", "ok")
    await audit.written()
    await one.note()
    await one.note()
    assert len([text for text in told if "audit log" in text]) == 1


@contextmanager
def slow_disk(one: Timeline) -> Iterator[None]:
    """Let everything come to the disk only when it has been given up."""
    free = threading.Event()
    one._store.disk.put(free.wait)
    one._looking._limit = one._adding._limit = one._store.disk.limit = 0.05
    try:
        yield
    finally:
        free.set()
        one._looking._limit = one._adding._limit = one._store.disk.limit = 30.0


async def test_what_a_slow_disk_read_late_is_not_lost(timeline, tmp_path: Path) -> None:
    audit = Audit("shelf", tmp_path / "audit.jsonl")
    one = timeline()
    await one.begin()
    audit.record("stop", "pi1", "ok")
    await audit.written()
    with slow_disk(one):
        await one.note()
        assert one.events == ()
    await one.note()
    assert [e.what for e in one.events] == ["stop"]


async def test_what_a_slow_disk_wrote_late_is_there_once(timeline) -> None:
    one, other = timeline(), timeline()
    await one.begin()
    await feed(one, FULL)
    with slow_disk(one):
        assert await feed(one, LOST) == ["lost"]
        assert "has not answered" in str(one.complaint)
        assert await feed(one, FULL) == ["lost", "back"]
    assert await feed(one, LOST) == ["lost", "back", "lost"]
    assert one.complaint is None
    await other.begin()
    assert other.events == one.events
