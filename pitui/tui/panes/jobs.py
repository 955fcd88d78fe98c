"""The pane of jobs: applications and runs, active ones first."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType

from pitui.domain.cluster import Snapshot
from pitui.domain.run import Run
from pitui.tui.actions import Scope, bindings
from pitui.tui.messages import EndRequested, JobSelected, LogsRequested, Said
from pitui.tui.panes.table import TablePane
from pitui.tui.present.cells import Cell
from pitui.tui.present.job_facts import job_facts
from pitui.tui.present.jobs import COLUMNS, Job, job_rows, job_summary, jobs_of, no_jobs
from pitui.tui.present.node_facts import Facts


class JobsPane(TablePane):
    """One row an application or run."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.JOBS))
    SCOPE = Scope.JOBS
    COLUMNS = COLUMNS
    TITLE = "Jobs"

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("jobs")
        self._snapshot = snapshot
        self._runs: Sequence[Run] = ()
        self._jobs: dict[str, Job] = {}
        self._selected: str | None = None
        self.table.set_empty(no_jobs(snapshot))
        self._wanted = ""

    def show(self, snapshot: Snapshot) -> None:
        """Show a snapshot's applications with the runs known."""
        self._snapshot = snapshot
        self._show_jobs()

    def select_run(self, run_id: str) -> None:
        """Put the cursor on a run that was just started, once it is listed."""
        self._wanted = f"run:{run_id}"
        self._show_jobs()

    def show_runs(self, runs: Sequence[Run]) -> None:
        """Show other runs with the applications known."""
        self._runs = runs
        self._show_jobs()

    def _show_jobs(self) -> None:
        jobs = jobs_of(self._snapshot, self._runs)
        self.table.set_empty(no_jobs(self._snapshot))
        self._jobs = {job.key: job for job in jobs}
        self.show_rows(job_rows(jobs, time.time()))
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
        """Return the application under the cursor if it is active, else the newest active one."""
        job = self._jobs.get(self.cursor or "")
        if job is not None and job.active and job.app_id:
            return job.app_id
        return next((j.app_id for j in self._jobs.values() if j.active and j.app_id), None)

    def key_of(self, app_id: str) -> str | None:
        """Return the key of an application's row, where it is listed."""
        return next((job.key for job in self._jobs.values() if job.app_id == app_id), None)

    def active_applications(self) -> list[str]:
        """Return the ids of the applications whose progress is shown."""
        return [j.app_id for j in self._jobs.values() if j.active and j.app_id]

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return two lines on a job."""
        job = self._jobs.get(key)
        return job_summary(job) if job else None

    def facts(self, key: str) -> Facts:
        """Return everything known of a job."""
        job = self._jobs.get(key)
        return job_facts(job) if job else []

    def do_kill(self) -> None:
        """Kill the application, or cancel the run, under the cursor."""
        job = self._jobs.get(self.cursor or "")
        if job is None or not job.active:
            self.post_message(Said("nothing that runs is under the cursor"))
        else:
            self.post_message(EndRequested(job))

    def do_executors(self) -> None:
        """Go to the executors of the application under the cursor."""
        self.post_message(JobSelected(self.selected_application(), go=True))

    def do_logs(self) -> None:
        """Follow the output of the run, or the executors' logs of the application."""
        job = self._jobs.get(self.cursor or "")
        if job is not None and job.run is not None:
            self.post_message(LogsRequested((job.run.id,)))
        elif job is not None and job.app_id:
            executors = self._snapshot.executors.get(job.app_id, ())
            words = [f"{job.app_id}/{e.id}" for e in executors if e.id.isdigit()]
            if words:
                self.post_message(LogsRequested(words))
            else:
                self.post_message(Said("no executor of it is known, so there is no log to follow"))

    def offers(self, action_id: str) -> bool:
        """Offer ending only what goes on, and logs only of what is there."""
        job = self._jobs.get(self.cursor or "")
        if action_id == "kill":
            return job is not None and job.active
        if action_id in ("logs", "executors"):
            return job is not None
        return super().offers(action_id)
