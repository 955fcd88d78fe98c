"""The record of runs: one SQLite file in the data folder.

A column a field of `Run`; what is no number or text is JSON. Fields that are newer than a file are
added to its table when it is opened: an older pitui goes on reading and writing its own columns.
"""

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec

from pitui.bench.baseline import check_can_be_baseline, same_kind
from pitui.config.paths import data_folder
from pitui.config.state_database import opened_database
from pitui.domain.apps.recorded_run import Run
from pitui.domain.apps.run_state import RunState
from pitui.domain.bottleneck.node_sample import NodeSample
from pitui.domain.concurrency.disk_thread import DiskThread
from pitui.domain.errors import PituiError

_WHAT = "the history of runs"
_LOCKED_LIMIT = 5.0
_COLUMNS = tuple(field.name for field in fields(Run))
_JSON = frozenset(("parameters", "repeats", "detail", "nodes", "bound", "what_if"))
_FLAGS = frozenset(("benchmark", "warm_up", "local"))
_CREATE = """
    CREATE TABLE IF NOT EXISTS runs (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, benchmark INTEGER NOT NULL,
        cluster TEXT NOT NULL, node TEXT NOT NULL, folder TEXT NOT NULL,
        started_at REAL NOT NULL, parameters TEXT NOT NULL, state TEXT NOT NULL,
        application TEXT, ended_at REAL, status INTEGER, value TEXT, seconds REAL,
        cores INTEGER, executors INTEGER, error TEXT
    ) STRICT
"""
_LATER = {
    "warm_up": "INTEGER", "repeats": "TEXT", "spark": "TEXT", "data_bytes": "INTEGER",
    "workers": "INTEGER", "executor_memory_mib": "INTEGER", "executor_cores": "INTEGER",
    "local": "INTEGER", "detail": "TEXT", "nodes": "TEXT", "bound": "TEXT", "what_if": "TEXT",
}  # fmt: skip
"""Columns that came after the first version; NULL means the field's default."""
_CREATE_SAMPLES = """
    CREATE TABLE IF NOT EXISTS samples (
        run TEXT NOT NULL, node TEXT NOT NULL, samples BLOB NOT NULL, PRIMARY KEY (run, node)
    ) STRICT
"""

_CREATE_BASELINES = "CREATE TABLE IF NOT EXISTS baselines (run TEXT PRIMARY KEY) STRICT"


class RunStore:
    """Runs by id; several pitui may use one store at a time. In an event loop, by `disk`."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or data_folder() / "runs.db"
        self.disk = DiskThread(_WHAT)

    def save(self, run: Run) -> None:
        """Insert a run, or replace the one of the same id.

        Raises:
            PituiError: the store cannot be written.
        """
        slots = ", ".join(f":{name}" for name in _COLUMNS)
        with self._open() as database:
            database.execute(
                f"INSERT OR REPLACE INTO runs ({', '.join(_COLUMNS)}) VALUES ({slots})",  # noqa: S608 - our own column names
                {name: _column_value(name, getattr(run, name)) for name in _COLUMNS},
            )

    def recent(self, cluster: str, limit: int) -> list[Run]:
        """Return a cluster's runs, newest first.

        Raises:
            PituiError: the store cannot be read.
        """
        return self._select("cluster = ? ORDER BY started_at DESC, id LIMIT ?", (cluster, limit))

    def running(self, cluster: str) -> list[Run]:
        """Return a cluster's runs that had not ended when last looked at."""
        return self._select("cluster = ? AND state = ?", (cluster, str(RunState.RUNNING)))

    def of_application(self, cluster: str, application: str) -> Run | None:
        """Return the run with an application, or None."""
        found = self._select("cluster = ? AND application = ?", (cluster, application))
        return found[0] if found else None

    def get(self, run_id: str) -> Run | None:
        """Return one run, or None."""
        found = self._select("id = ?", (run_id,))
        return found[0] if found else None

    def remove(self, run_id: str) -> None:
        """Forget a run and its samples."""
        with self._open() as database:
            database.execute("DELETE FROM runs WHERE id = ?", (run_id,))
            database.execute("DELETE FROM samples WHERE run = ?", (run_id,))
            database.execute("DELETE FROM baselines WHERE run = ?", (run_id,))

    def baselines(self, cluster: str) -> list[Run]:
        """Return the runs of a cluster that are kept as baselines, newest first.

        Raises:
            PituiError: the store cannot be read.
        """
        where = "cluster = ? AND id IN (SELECT run FROM baselines) ORDER BY started_at DESC"
        return self._select(where, (cluster,))

    def keep_baseline(self, run_id: str, instead_of: Sequence[str] = ()) -> None:
        """Keep a run as a baseline, in place of others.

        Raises:
            PituiError: the store cannot be written.
        """
        with self._open() as database:
            database.executemany("DELETE FROM baselines WHERE run = ?", [(i,) for i in instead_of])
            database.execute("INSERT OR REPLACE INTO baselines VALUES (?)", (run_id,))

    def forget_baseline(self, run_id: str) -> bool:
        """Keep a run as a baseline no more; returns whether it was one.

        Raises:
            PituiError: the store cannot be written.
        """
        with self._open() as database:
            found = database.execute("DELETE FROM baselines WHERE run = ?", (run_id,))
            return found.rowcount > 0

    def save_samples(self, run_id: str, samples: Mapping[str, Sequence[NodeSample]]) -> None:
        """Keep what each node did during a run, by node, in place of what was kept before.

        Raises:
            PituiError: the store cannot be written.
        """
        rows = [(run_id, node, _packed(series)) for node, series in samples.items()]
        with self._open() as database:
            database.execute("DELETE FROM samples WHERE run = ?", (run_id,))
            database.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows)

    def samples(self, run_id: str) -> dict[str, list[NodeSample]]:
        """Return what each node did during a run, oldest first; empty where nobody recorded it.

        Raises:
            PituiError: the store cannot be read.
        """
        with self._open() as database:
            rows = database.execute("SELECT node, samples FROM samples WHERE run = ?", (run_id,))
            return {node: _unpacked(packed) for node, packed in rows}

    def _select(self, where: str, values: tuple[object, ...]) -> list[Run]:
        with self._open() as database:
            rows = database.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE {where}",  # noqa: S608 - our own text
                values,
            )
            return [_run_of_row(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with (
                opened_database(self._path, _WHAT, timeout=_LOCKED_LIMIT) as database,
                database,
            ):
                _bring_up_to_date(database)
                yield database
        except (sqlite3.Error, OSError, msgspec.MsgspecError, zlib.error) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise PituiError(f"cannot open the history of runs ({self._path}): {reason}") from error


def keep_baseline(store: RunStore, run: Run) -> Run:
    """Keep a run as the baseline of its kind, in place of the one before; returns it.

    Raises:
        UsageError: it can be none; says why.
        PituiError: the store cannot be written.
    """
    check_can_be_baseline(run)
    before = [b.id for b in store.baselines(run.cluster) if same_kind(b, run)]
    store.keep_baseline(run.id, before)
    return run


def _bring_up_to_date(database: sqlite3.Connection) -> None:
    database.execute(_CREATE)
    database.execute(_CREATE_SAMPLES)
    database.execute(_CREATE_BASELINES)
    if _missing(database):
        database.execute("BEGIN IMMEDIATE")  # another pitui may be at the same
        for name in _missing(database):
            database.execute(f"ALTER TABLE runs ADD COLUMN {name} {_LATER[name]}")


def _missing(database: sqlite3.Connection) -> list[str]:
    there = {row[1] for row in database.execute("PRAGMA table_info(runs)")}
    return [name for name in _LATER if name not in there]


def _column_value(name: str, value: object) -> object:
    if name in _JSON:
        return msgspec.json.encode(value).decode()
    return str(value) if name == "state" else value


def _run_of_row(row: dict[str, Any]) -> Run:
    known = {name: value for name, value in row.items() if value is not None}
    for name, value in known.items():
        if name in _JSON:
            known[name] = msgspec.json.decode(value)
        elif name in _FLAGS:
            known[name] = bool(value)
    return msgspec.convert(known, Run)


def _packed(series: Sequence[NodeSample]) -> bytes:
    return zlib.compress(msgspec.json.encode(series))


def _unpacked(packed: bytes) -> list[NodeSample]:
    return msgspec.json.decode(zlib.decompress(packed), type=list[NodeSample])
