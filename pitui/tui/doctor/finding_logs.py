"""Which logs tell more of a finding."""

from collections.abc import Sequence

from pitui.doctor.doctor_report import KnownFinding
from pitui.doctor.finding import FindingLine
from pitui.domain.apps.recorded_run import Run
from pitui.domain.snapshot import Snapshot
from pitui.tui.doctor.finding_rows import DoctorRow

_MOST = 8
"""Nodes or executors whose logs are followed at once."""


def finding_log_words(
    row: DoctorRow, places: Sequence[FindingLine], snapshot: Snapshot, runs: Sequence[Run]
) -> tuple[str, ...]:
    """Return the logs in the words of `pitui logs`; none where there are none.

    `places` are those that the finding itself names, on each of its nodes.
    """
    if not isinstance(row, KnownFinding):
        return row.nodes[:_MOST]
    named = tuple(dict.fromkeys(log for place in places for log in place.logs))
    if named:
        return named[:_MOST]
    app = row.finding.application
    if app:
        return _of_application(app, snapshot, runs)
    if row.nodes == (snapshot.master.node,) and snapshot.master.state.silent:
        return ("master",)
    return row.nodes[:_MOST]


def _of_application(app: str, snapshot: Snapshot, runs: Sequence[Run]) -> tuple[str, ...]:
    """Return the output of its run, else its executors' logs, else the master's, which lists it."""
    run = next((run for run in runs if run.application == app), None)
    if run is not None:
        return (run.id,)
    executors = [e for e in snapshot.executors.get(app, ()) if e.id.isdigit()]
    words = tuple(f"{app}/{e.id}" for e in executors[-_MOST:])
    return words or ("master",)
