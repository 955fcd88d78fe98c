"""The timeline's file: events of seven days and what was last seen, in SQLite."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import msgspec

from pitui.config.paths import data_folder
from pitui.config.state_database import opened_database
from pitui.domain.concurrency.disk_thread import DiskThread
from pitui.domain.errors import PituiError
from pitui.domain.events.event import KEPT_S, Event, EventKind, Severity
from pitui.domain.events.last_known_state import LastKnownState

_BUSY_S = 1.0
"""Seconds to wait for another pitui that writes."""
_ANSWER_LIMIT = 5.0
_SAME_S = 20.0
"""Seconds within which two pituis come to see one and the same change."""
_MOST = 20_000
_COLUMNS = tuple(field.name for field in fields(Event))
_CREATE = """
    CREATE TABLE IF NOT EXISTS events (
        id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, writer TEXT NOT NULL, at REAL NOT NULL,
        kind TEXT NOT NULL, what TEXT NOT NULL, about TEXT NOT NULL, subject TEXT NOT NULL,
        gravity TEXT NOT NULL, detail TEXT NOT NULL, node TEXT, application TEXT,
        once INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS by_time ON events (cluster, at);
    CREATE INDEX IF NOT EXISTS by_subject ON events (cluster, subject, id);
    CREATE TABLE IF NOT EXISTS seen (
        cluster TEXT PRIMARY KEY, state TEXT NOT NULL, looked_at REAL NOT NULL
    ) STRICT;
"""
_INSERT = f"""
    INSERT INTO events (cluster, writer, {", ".join(_COLUMNS)})
    VALUES (:cluster, :writer, {", ".join(f":{name}" for name in _COLUMNS)})
"""  # noqa: S608 - our own column names


@dataclass(frozen=True, slots=True)
class StoredTimeline:
    """What a look into the file gives."""

    events: tuple[Event, ...]
    """Oldest first."""
    seen: LastKnownState
    looked_at: float | None
    """When somebody last looked at the timeline; None where nothing was ever kept."""


class TimelineStore:
    """Events of one cluster; several pituis may use one file at a time.

    Every method waits for the disk: call it by `disk`. All raise `BusyFileError` where another
    program holds the file too long, a `DamagedFileError` where it was damaged (the same works
    then), and a `PituiError` where it cannot be used.
    """

    def __init__(self, cluster: str, writer: str, path: Path | None = None) -> None:
        self._cluster = cluster
        self._writer = writer
        self.path = path or data_folder() / "timeline.db"
        self.disk = DiskThread("the timeline", _ANSWER_LIMIT)

    def read(self) -> StoredTimeline:
        """Return everything kept."""
        with self._open() as database:
            return self._read(database)

    def add(self, events: Sequence[Event], seen: LastKnownState, now: float) -> StoredTimeline:
        """Keep events that are not kept yet, and what was seen; drop what is too old."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")  # nobody else may come between look and insert
            for event in events:
                if event.at >= now - KEPT_S and not self._known(database, event):
                    values = asdict(event) | {"cluster": self._cluster, "writer": self._writer}
                    database.execute(_INSERT, values)
            database.execute("DELETE FROM events WHERE at < ?", (now - KEPT_S,))
            database.execute(
                "INSERT INTO seen VALUES (?, ?, ?)"
                " ON CONFLICT (cluster) DO UPDATE SET state = excluded.state",
                (self._cluster, msgspec.json.encode(seen).decode(), now),
            )
            return self._read(database)

    def mark_read(self, looked_at: float, now: float) -> bool:
        """Note that somebody looked at the timeline; returns True.

        What was noted last counts, unless it is of the future: the clock was set back since.
        """
        with self._open() as database:
            database.execute(
                "UPDATE seen SET looked_at = ? WHERE cluster = ?"
                " AND (looked_at < ? OR looked_at > ?)",
                (looked_at, self._cluster, looked_at, now),
            )
        return True

    def mark(self) -> tuple[float, ...]:
        """Return something that differs when the file has changed."""
        marks = []
        for path in (self.path, self.path.with_name(f"{self.path.name}-wal")):
            try:
                state = path.stat()
                marks += [state.st_mtime, float(state.st_size), float(state.st_ino)]
            except OSError:
                marks.append(0.0)
        return tuple(marks)

    def _known(self, database: sqlite3.Connection, event: Event) -> bool:
        mine = (self._cluster, event.subject)
        if event.once:
            found = database.execute(
                "SELECT 1 FROM events WHERE cluster = ? AND subject = ? AND what = ?",
                (*mine, event.what),
            )
            return found.fetchone() is not None
        last = database.execute(
            "SELECT what FROM events WHERE cluster = ? AND subject = ? ORDER BY id DESC LIMIT 1",
            mine,
        ).fetchone()
        if last is not None and last[0] == event.what:
            return True
        seen_by_others = database.execute(
            "SELECT 1 FROM events WHERE cluster = ? AND subject = ? AND what = ? AND writer != ?"
            " AND at BETWEEN ? AND ?",
            (*mine, event.what, self._writer, event.at - _SAME_S, event.at + _SAME_S),
        )
        return seen_by_others.fetchone() is not None

    def _read(self, database: sqlite3.Connection) -> StoredTimeline:
        rows = database.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM events WHERE cluster = ?"  # noqa: S608 - our names
            " ORDER BY at DESC, id DESC LIMIT ?",
            (self._cluster, _MOST),
        ).fetchall()
        state = database.execute(
            "SELECT state, looked_at FROM seen WHERE cluster = ?", (self._cluster,)
        ).fetchone()
        events = tuple(
            _event_of_row(dict(zip(_COLUMNS, row, strict=True))) for row in reversed(rows)
        )
        if state is None:
            return StoredTimeline(events, LastKnownState(), None)
        return StoredTimeline(events, _seen(state[0]), state[1])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with opened_database(
                self.path, "the timeline", timeout=_BUSY_S, autocommit=True
            ) as database:
                database.execute("PRAGMA synchronous = NORMAL")
                database.execute("PRAGMA journal_mode = WAL")
                if not database.execute("PRAGMA user_version").fetchone()[0]:
                    database.executescript(f"{_CREATE} PRAGMA user_version = 1;")
                yield database
                if database.in_transaction:
                    database.execute("COMMIT")
        except (sqlite3.Error, OSError, ValueError) as error:
            raise self._complaint(error) from error

    def _complaint(self, error: Exception) -> PituiError:
        reason = error.strerror if isinstance(error, OSError) else error
        return PituiError(
            f"cannot save the timeline: {reason} ({self.path})",
            "Events will be lost when pitui ends. Move the file away, or check its folder.",
        )


def _event_of_row(row: dict[str, object]) -> Event:
    row["kind"], row["gravity"] = EventKind(str(row["kind"])), Severity(str(row["gravity"]))
    row["once"] = bool(row["once"])
    return Event(**row)  # type: ignore[arg-type]


def _seen(text: str) -> LastKnownState:
    try:
        return msgspec.json.decode(text, type=LastKnownState)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return LastKnownState()  # written by another version: what is seen next replaces it
