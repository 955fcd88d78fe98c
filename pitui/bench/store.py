"""The record of runs: one SQLite file in the data folder."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path

from pitui.config.paths import data_folder, make_private
from pitui.domain.apps.run import Run, RunState
from pitui.domain.errors import PituiError

_LOCKED_LIMIT = 5.0
_COLUMNS = tuple(field.name for field in fields(Run))
_CREATE = """
    CREATE TABLE IF NOT EXISTS runs (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, benchmark INTEGER NOT NULL,
        cluster TEXT NOT NULL, node TEXT NOT NULL, folder TEXT NOT NULL,
        started_at REAL NOT NULL, parameters TEXT NOT NULL, state TEXT NOT NULL,
        application TEXT, ended_at REAL, status INTEGER, value TEXT, seconds REAL,
        cores INTEGER, executors INTEGER, error TEXT
    ) STRICT
"""


class RunStore:
    """Runs by id; several pitui may use one store at a time."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or data_folder() / "runs.db"

    def save(self, run: Run) -> None:
        """Insert a run, or replace the one of the same id.

        Raises:
            PituiError: the store cannot be written.
        """
        values = asdict(run) | {"parameters": json.dumps(run.parameters), "state": str(run.state)}
        slots = ", ".join(f":{name}" for name in _COLUMNS)
        with self._open() as database:
            database.execute(
                f"INSERT OR REPLACE INTO runs ({', '.join(_COLUMNS)}) VALUES ({slots})",  # noqa: S608 - our own column names
                values,
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

    def get(self, run_id: str) -> Run | None:
        """Return one run, or None."""
        found = self._select("id = ?", (run_id,))
        return found[0] if found else None

    def _select(self, where: str, values: tuple[object, ...]) -> list[Run]:
        with self._open() as database:
            rows = database.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE {where}",  # noqa: S608 - our own text
                values,
            )
            return [_run(dict(zip(_COLUMNS, row, strict=True))) for row in rows]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            make_private(self._path)
            database = sqlite3.connect(self._path, timeout=_LOCKED_LIMIT)
            try:
                with database:
                    database.execute(_CREATE)
                    yield database
            finally:
                database.close()
        except (sqlite3.Error, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise PituiError(f"cannot open the history of runs ({self._path}): {reason}") from error


def _run(row: dict[str, object]) -> Run:
    row["parameters"] = json.loads(str(row["parameters"]))
    row["state"] = RunState(str(row["state"]))
    row["benchmark"] = bool(row["benchmark"])
    return Run(**row)  # type: ignore[arg-type]
