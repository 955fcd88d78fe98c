"""What can be done with a row of the Jobs pane: open it, kill it, follow its logs."""

import re
from typing import TYPE_CHECKING

from pitui.tui.base.ui_messages import JobSelected, LogsRequested, ShowLogAt, StatusMessage

if TYPE_CHECKING:
    from pitui.tui.apps.jobs_pane import JobsPane

_DEAD = 3
"""Executors that ended whose logs are shown where none runs, the last."""


class JobRowActions:
    """Acts on the job under the cursor, or on the marked ones."""

    def __init__(self, pane: "JobsPane") -> None:
        self._pane = pane

    def do_open(self) -> None:
        """Drill down into the application; a driver or a run without one opens its details."""
        location = self._pane.location()
        if location is None:
            self._pane.do_details()
            return
        from pitui.tui.apps.level_screen import LevelScreen

        self._pane.app.push_screen(LevelScreen(location))

    def do_failure(self) -> None:
        """Go to the line that explains a failure; of a run without application, in its output."""
        job = self._pane.job
        if job is not None and job.run is not None and not job.app_id:
            said = (re.escape(job.run.error[:120]),) if job.run.error else ()
            find = (*said, r"Traceback \(most recent call last\)", r"(?:Exception|Error)\b")
            self._pane.post_message(ShowLogAt((job.run.id,), find))
        else:
            self._pane.location_actions.do_failure()

    def do_kill(self) -> None:
        """Ask to kill the marked applications and runs, or the one under the cursor."""
        jobs = self._pane.chosen_to_kill()
        if jobs:
            from pitui.tui.operations.job_actions import JobActions

            JobActions(self._pane).kill(jobs)
        else:
            what = "marked" if self._pane.table.model.marks else "under the cursor"
            self._pane.post_message(StatusMessage(f"nothing is running {what}"))

    def do_submit(self) -> None:
        """Offer the jobs of the configuration, and go to the run of the one that is chosen."""
        from pitui.tui.operations.job_actions import JobActions

        JobActions(self._pane).submit_job(self._pane.select_run)

    def do_executors(self) -> None:
        """Go to the executors of the application under the cursor."""
        self._pane.post_message(JobSelected(self._pane.selected_application(), go=True))

    def do_logs(self) -> None:
        """Follow the output of the run, or the executors' logs of the application."""
        job = self._pane.job
        if job is not None and job.run is not None:
            self._pane.post_message(LogsRequested((job.run.id,)))
        elif job is not None and job.driver is not None:
            self._pane.post_message(LogsRequested((job.driver.id,)))
        elif job is not None and job.app_id:
            self._follow_executors(job.app_id)

    def _follow_executors(self, app_id: str) -> None:
        executors = self._pane.snapshot.executors.get(app_id, ())
        chosen = [e for e in executors if e.active] or executors[-_DEAD:]
        words = [f"{app_id}/{e.id}" for e in chosen if e.id.isdigit()]
        self._pane.post_message(
            LogsRequested(words)
            if words
            else StatusMessage("it has no known executors, so there is no log to follow")
        )
