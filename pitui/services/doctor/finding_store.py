"""What earlier runs found, and what a person ignores of it; in SQLite beside the timeline."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pitui.config.paths import data_folder
from pitui.config.state_database import opened_database
from pitui.doctor.finding import Finding
from pitui.domain.concurrency.disk_thread import DiskThread
from pitui.domain.errors import PituiError

_WHAT = "what earlier runs found"
_BUSY_S = 2.0
_CREATE = """
    CREATE TABLE IF NOT EXISTS findings (
        cluster TEXT NOT NULL, what TEXT NOT NULL, node TEXT NOT NULL, application TEXT NOT NULL,
        about TEXT NOT NULL, since REAL NOT NULL,
        PRIMARY KEY (cluster, what, node, application, about)
    ) STRICT;
"""
_CREATE_IGNORED = """
    CREATE TABLE IF NOT EXISTS ignored (
        cluster TEXT NOT NULL, what TEXT NOT NULL, node TEXT NOT NULL, application TEXT NOT NULL,
        about TEXT NOT NULL, reason TEXT NOT NULL, until TEXT NOT NULL,
        PRIMARY KEY (cluster, what, node, application, about)
    ) STRICT;
"""

Identity = tuple[str, str, str, str]
"""Check, node, application, and what else tells it apart."""


def finding_identity(finding: Finding) -> Identity:
    """Return what makes a finding the same one in another run, whatever its figures."""
    return finding.check, finding.node or "", finding.application or "", finding.about


@dataclass(frozen=True, slots=True)
class IgnoredFinding:
    """Why a person ignores a finding."""

    reason: str
    until: date | None = None
    """The last day on which it holds."""

    def holds(self, today: date) -> bool:
        """Whether it is still ignored on a day."""
        return self.until is None or today <= self.until


class FindingStore:
    """The findings of one cluster's last runs. Waits for the disk: call it by `disk`."""

    def __init__(self, cluster: str, path: Path | None = None) -> None:
        self._cluster = cluster
        self.path = path or data_folder() / "doctor.db"
        self.disk = DiskThread(_WHAT)

    def take(
        self,
        findings: Sequence[Finding],
        now: float,
        *,
        checks: Collection[str],
        nodes: Collection[str],
    ) -> Mapping[Identity, float]:
        """Keep what a run found; return since when those are known that were known before.

        What the run could have found (by its checks, on nodes that answered or on none) and did
        not is forgotten.

        Raises:
            PituiError: the file cannot be used.
        """
        found = {finding_identity(finding) for finding in findings}
        with self._open() as database:
            known: dict[Identity, float] = {
                (row[0], row[1], row[2], row[3]): row[4]
                for row in database.execute(
                    "SELECT what, node, application, about, since FROM findings WHERE cluster = ?",
                    (self._cluster,),
                )
            }
            gone = [
                one
                for one in known
                if one not in found and one[0] in checks and (not one[1] or one[1] in nodes)
            ]
            database.executemany(
                "DELETE FROM findings WHERE cluster = ? AND what = ? AND node = ?"
                " AND application = ? AND about = ?",
                [(self._cluster, *one) for one in gone],
            )
            database.executemany(
                "INSERT OR IGNORE INTO findings VALUES (?, ?, ?, ?, ?, ?)",
                [(self._cluster, *one, now) for one in found],
            )
        return {one: since for one, since in known.items() if one in found}

    def ignored(self) -> Mapping[Identity, IgnoredFinding]:
        """Return what is ignored, whether that still holds or not.

        Raises:
            PituiError: the file cannot be used.
        """
        with self._open() as database:
            return {
                (row[0], row[1], row[2], row[3]): IgnoredFinding(
                    row[4], date.fromisoformat(row[5]) if row[5] else None
                )
                for row in database.execute(
                    "SELECT what, node, application, about, reason, until FROM ignored"
                    " WHERE cluster = ?",
                    (self._cluster,),
                )
            }

    def ignore(self, found: Collection[Identity], why: IgnoredFinding) -> None:
        """Ignore findings from now on.

        Raises:
            PituiError: the file cannot be used.
        """
        until = why.until.isoformat() if why.until else ""
        with self._open() as database:
            database.executemany(
                "INSERT OR REPLACE INTO ignored VALUES (?, ?, ?, ?, ?, ?, ?)",
                [(self._cluster, *one, why.reason, until) for one in found],
            )

    def stop_ignoring(self, found: Collection[Identity]) -> None:
        """Stop ignoring findings.

        Raises:
            PituiError: the file cannot be used.
        """
        with self._open() as database:
            database.executemany(
                "DELETE FROM ignored WHERE cluster = ? AND what = ? AND node = ?"
                " AND application = ? AND about = ?",
                [(self._cluster, *one) for one in found],
            )

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            with (
                opened_database(self.path, _WHAT, timeout=_BUSY_S) as database,
                database,
            ):
                database.execute("BEGIN IMMEDIATE")
                database.execute(_CREATE)
                database.execute(_CREATE_IGNORED)
                yield database
        except (sqlite3.Error, OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise PituiError(
                f"cannot remember what was found: {reason} ({self.path})",
                "Every finding counts as new. Move the file away, or check its folder.",
            ) from error
