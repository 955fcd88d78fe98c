"""The Jobs pane: applications and runs, active ones first."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from pitui.tui.apps.job_row_actions import JobRowActions
from pitui.tui.apps.job_rows import COLUMNS, ORDERS, job_rows, no_jobs
from pitui.tui.apps.job_summary import job_summary
from pitui.tui.apps.location_actions import LocationActions
from pitui.tui.apps.past_applications import PastApplications
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.panes.sorted_table_pane import SortedPane
from pitui.tui.base.ui_messages import (
    JobSelected,
)
from pitui.tui.text.job_list import Job, JobList, JobLister, has_failed

if TYPE_CHECKING:
    from pitui.doctor.finding import Finding
    from pitui.domain.apps.app_detail import AppLocation
    from pitui.domain.apps.recorded_run import Run
    from pitui.domain.snapshot import Snapshot
    from pitui.tui.text.cells import Cell
    from pitui.tui.text.facts import Facts
    from pitui.tui.text.sorting import Order


class JobsPane(SortedPane):
    """One row per application or run."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.JOBS))
    SCOPE = Scope.JOBS
    HELPERS = (*SortedPane.HELPERS, "actions", "location_actions")
    COLUMNS = COLUMNS
    TITLE = "Jobs"
    DETAILS = 3

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("jobs")
        self.snapshot = snapshot
        self._marks: Mapping[str, Finding] = {}
        self._runs: Sequence[Run] = ()
        self._past = PastApplications(self, self._show_jobs)
        self.actions = JobRowActions(self)
        self.location_actions = LocationActions(self, self.location)
        self._lister = JobLister()
        self._jobs = JobList()
        self._selected: str | None = None
        self.table.set_empty(no_jobs(snapshot))
        self._wanted = ""

    def show(self, snapshot: Snapshot, marks: Mapping[str, Finding]) -> None:
        """Show a new snapshot's applications, with their worst findings, beside the known runs."""
        self.snapshot, self._marks = snapshot, marks
        self._show_jobs()

    def select_run(self, run_id: str) -> None:
        """Move the cursor to a run that was just started, once it is listed."""
        self._wanted = f"run:{run_id}"
        self._show_jobs()

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show a new list of runs beside the applications already known."""
        self._runs = runs
        self._show_jobs()

    def on_mount(self) -> None:
        """Poll for past applications while the pane is visible."""
        self.set_interval(1.0, self._look_back)

    def _look_back(self) -> None:
        if self.size and self.app.screen is self.screen:
            self._past.look_if_due(self.snapshot)

    def resort(self) -> None:
        """Rebuild the rows in the current sort order."""
        self._show_jobs()

    def orders(self) -> Sequence[Order[Job]]:
        """Return the sort orders for jobs."""
        return ORDERS

    def _show_jobs(self) -> None:
        jobs = self._lister.jobs(self.snapshot, self._runs, self._past.applications)
        jobs = jobs.sorted(self.sorting, ORDERS)
        words = self.sorting.words(ORDERS)
        self.title = f"{self.TITLE} {words}" if words else self.TITLE
        self.table.set_empty(no_jobs(self.snapshot))
        self._jobs = jobs
        self.show_rows(job_rows(jobs, time.time(), self._marks))
        if self._wanted in self._jobs:
            self.table.select(self._wanted)
            self._wanted = ""
        self._select()

    def cursor_moved(self) -> None:
        """Let the executors follow the cursor."""
        self._select()

    def _select(self) -> None:
        app_id = self.selected_application()
        if app_id != self._selected:
            self._selected = app_id
            self.post_message(JobSelected(app_id))

    def selected_application(self) -> str | None:
        """Return the application under the cursor if it is active, else the newest active one.

        None where no application is active.
        """
        job = self.job
        if job is not None and job.active and job.application is not None:
            return job.application.id
        return next(iter(self.active_applications()), None)

    def key_of(self, app_id: str) -> str | None:
        """Return the key of an application's row; None where it is not listed."""
        return self._jobs.key_of(app_id)

    def active_applications(self) -> list[str]:
        """Return the ids of the applications whose progress is shown.

        A run in one JVM has an application that the master does not know.
        """
        return [job.application.id for job in self._jobs.active if job.application is not None]

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row; None where it is gone."""
        job = self._jobs.get(key)
        return job_summary(job) if job else None

    def facts(self, key: str) -> Facts:
        """Return the details of a row."""
        job = self._jobs.get(key)
        from pitui.tui.apps.job_facts import job_facts

        return job_facts(job) if job else []

    def location(self) -> AppLocation | None:
        """Return the location of the application under the cursor, or None."""
        job = self.job
        from pitui.domain.apps.app_detail import AppLocation

        return AppLocation(job.app_id) if job is not None and job.app_id else None

    @property
    def job(self) -> Job | None:
        """The job under the cursor; None where there is none."""
        return self._jobs.get(self.cursor or "")

    def chosen_to_kill(self) -> list[Job]:
        """Return the active ones of the marked jobs, or the one under the cursor."""
        chosen = (self._jobs.get(key) for key in self.table.model.chosen())
        return [job for job in chosen if job is not None and job.active]

    def is_enabled(self, action_id: str) -> bool:
        """Return True for `kill` only while the job is active, for `logs` only if it has logs."""
        if action_id == "kill":
            return bool(self.chosen_to_kill())
        if action_id == "failure":
            return self.job is not None and has_failed(self.job)
        if action_id in ("logs", "executors", "page"):
            return self.job is not None
        return super().is_enabled(action_id)
