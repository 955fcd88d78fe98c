"""The Jobs pane: applications and runs, active ones first."""

import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType

from pitui.doctor.finding import Finding
from pitui.domain.apps.recorded_run import Run
from pitui.domain.cluster import Application, Snapshot
from pitui.domain.errors import PituiError
from pitui.tui.apps.drill_down import DrillDown
from pitui.tui.apps.job_rows import COLUMNS, ORDERS, job_rows, no_jobs
from pitui.tui.apps.job_summary import job_summary
from pitui.tui.base.actions.action_table import Scope, bindings
from pitui.tui.base.app_protocol import app_of
from pitui.tui.base.panes.sorted_table_pane import SortedPane
from pitui.tui.base.ui_messages import (
    JobSelected,
    LogsRequested,
    ShowLogAt,
    StatusMessage,
)
from pitui.tui.text.cells import Cell
from pitui.tui.text.job_list import Job, JobList, has_failed, jobs_of
from pitui.tui.text.sorting import Order

if TYPE_CHECKING:
    from pitui.domain.apps.app_detail import AppLocation
    from pitui.tui.text.node_facts import Facts

_DEAD = 3
"""Executors that ended whose logs are shown where none runs, the last."""

EARLIER_EVERY = 60.0
"""Seconds between two looks for applications of the past."""


class JobsPane(SortedPane, DrillDown):
    """One row per application or run."""

    BINDINGS: ClassVar[list[BindingType]] = list(bindings(Scope.JOBS))
    SCOPE = Scope.JOBS
    COLUMNS = COLUMNS
    TITLE = "Jobs"
    DETAILS = 3

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__("jobs")
        self._snapshot = snapshot
        self._marks: Mapping[str, Finding] = {}
        self._runs: Sequence[Run] = ()
        self._earlier: Sequence[Application] = ()
        self._unreadable = ""
        self._asked: tuple[frozenset[str], float] = (frozenset(), 0.0)
        self._jobs = JobList(())
        self._selected: str | None = None
        self.table.set_empty(no_jobs(snapshot))
        self._wanted = ""

    def show(self, snapshot: Snapshot, marks: Mapping[str, Finding]) -> None:
        """Show a new snapshot's applications, with their worst findings, beside the known runs."""
        self._snapshot, self._marks = snapshot, marks
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
        self.set_interval(1.0, self._maybe_look_back)

    def _maybe_look_back(self) -> None:
        snapshot = self._snapshot
        if snapshot.master_at is None or not self.size or self.app.screen is not self.screen:
            return
        listed = frozenset(a.id for a in snapshot.applications if not a.state.active)
        known, at = self._asked
        if listed != known or time.monotonic() - at >= EARLIER_EVERY:
            self._asked = (listed, time.monotonic())
            self._look_back(listed)

    @work(group="earlier", exclusive=True)
    async def _look_back(self, listed: frozenset[str]) -> None:
        try:
            self._earlier = await app_of(self).services.jobs.earlier(listed)
        except PituiError:
            return  # the row of the master's node says why it cannot be asked
        unreadable = app_of(self).services.jobs.unreadable()
        if unreadable != self._unreadable and unreadable:
            self.post_message(StatusMessage(unreadable))
        self._unreadable = unreadable
        self._show_jobs()

    def resort(self) -> None:
        """Rebuild the rows in the current sort order."""
        self._show_jobs()

    def orders(self) -> Sequence[Order[Job]]:
        """Return the sort orders for jobs."""
        return ORDERS

    def _show_jobs(self) -> None:
        jobs = jobs_of(self._snapshot, self._runs, self._earlier).sorted(self.sorting, ORDERS)
        words = self.sorting.words(ORDERS)
        self.title = f"{self.TITLE} {words}" if words else self.TITLE
        self.table.set_empty(no_jobs(self._snapshot))
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
        """Return the application under the cursor if it is active, else the newest active one."""
        job = self._jobs.get(self.cursor or "")
        if job is not None and job.active and job.app_id:
            return job.app_id
        return next(iter(self.active_applications()), None)

    def key_of(self, app_id: str) -> str | None:
        """Return the key of an application's row, where it is listed."""
        return self._jobs.key_of(app_id)

    def active_applications(self) -> list[str]:
        """Return the ids of the applications whose progress is shown."""
        return [job.app_id for job in self._jobs.active if job.app_id]

    def summary(self, key: str) -> tuple[Cell, Cell] | None:
        """Return the two summary lines of a row."""
        job = self._jobs.get(key)
        return job_summary(job) if job else None

    def facts(self, key: str) -> "Facts":
        """Return the details of a row."""
        job = self._jobs.get(key)
        from pitui.tui.apps.job_facts import job_facts

        return job_facts(job) if job else []

    def location(self) -> "AppLocation | None":
        """Return the location of the application under the cursor, or None."""
        job = self._jobs.get(self.cursor or "")
        from pitui.domain.apps.app_detail import AppLocation

        return AppLocation(job.app_id) if job is not None and job.app_id else None

    def do_open(self) -> None:
        """Drill down into the application; a driver or a run without one opens its details."""
        location = self.location()
        if location is None:
            self.do_details()
            return
        from pitui.tui.apps.level_screen import LevelScreen

        self.app.push_screen(LevelScreen(location))

    def do_failure(self) -> None:
        """Go to the line that explains a failure; of a run without application, in its output."""
        job = self._jobs.get(self.cursor or "")
        if job is not None and job.run is not None and not job.app_id:
            said = (re.escape(job.run.error[:120]),) if job.run.error else ()
            find = (*said, r"Traceback \(most recent call last\)", r"(?:Exception|Error)\b")
            self.post_message(ShowLogAt((job.run.id,), find))
        else:
            super().do_failure()

    def do_kill(self) -> None:
        """Ask to kill the marked applications and runs, or the one under the cursor."""
        jobs = self._to_end()
        if jobs:
            from pitui.tui.operations.job_actions import JobActions

            JobActions(self).kill(jobs)
        else:
            what = "marked" if self.table.model.marks else "under the cursor"
            self.post_message(StatusMessage(f"nothing is running {what}"))

    def do_submit(self) -> None:
        """Offer the jobs of the configuration, and go to the run of the one that is chosen."""
        from pitui.tui.operations.job_actions import JobActions

        JobActions(self).submit_job(self.select_run)

    def _to_end(self) -> list[Job]:
        chosen = (self._jobs.get(key) for key in self.table.model.chosen())
        return [job for job in chosen if job is not None and job.active]

    def do_executors(self) -> None:
        """Go to the executors of the application under the cursor."""
        self.post_message(JobSelected(self.selected_application(), go=True))

    def do_logs(self) -> None:
        """Follow the output of the run, or the executors' logs of the application."""
        job = self._jobs.get(self.cursor or "")
        if job is not None and job.run is not None:
            self.post_message(LogsRequested((job.run.id,)))
        elif job is not None and job.driver is not None:
            self.post_message(LogsRequested((job.driver.id,)))
        elif job is not None and job.app_id:
            executors = self._snapshot.executors.get(job.app_id, ())
            chosen = [e for e in executors if e.active] or executors[-_DEAD:]
            words = [f"{job.app_id}/{e.id}" for e in chosen if e.id.isdigit()]
            if words:
                self.post_message(LogsRequested(words))
            else:
                self.post_message(
                    StatusMessage("it has no known executors, so there is no log to follow")
                )

    def is_enabled(self, action_id: str) -> bool:
        """Return True for `kill` only while the job is active, for `logs` only if it has logs."""
        job = self._jobs.get(self.cursor or "")
        if action_id == "kill":
            return bool(self._to_end())
        if action_id == "failure":
            return job is not None and has_failed(job)
        if action_id in ("logs", "executors", "page"):
            return job is not None
        return super().is_enabled(action_id)
