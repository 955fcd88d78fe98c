"""The two summary lines of the job under the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pitui.domain.apps.run_state import RunState
from pitui.domain.text.number_words import counted
from pitui.domain.text.printable import one_line
from pitui.tui.text.cells import BLANK, Cell, Tone, cell, cells
from pitui.tui.text.number_format import amount, call_site

if TYPE_CHECKING:
    from pitui.domain.apps.recorded_run import Run
    from pitui.tui.text.job_list import Job


def job_summary(job: Job) -> tuple[Cell, Cell]:
    """Return two lines: what the job is, and its progress, result or reason for a failure."""
    app, run = job.application, job.run
    if job.driver is not None:
        return cell(job.driver.id, Tone.DIM), _why(job.driver.why_waiting, job.driver.fix)
    given = "  ".join(f"{k} {v}" for k, v in run.parameters.items() if v) if run else ""
    asked = f"asks for {amount(app.memory_per_executor_mib)} per executor" if app else ""
    first = "  ".join(part for part in (job.app_id or "", asked, given) if part)
    return cell(first, Tone.DIM), _outlook(job)


def _outlook(job: Job) -> Cell:
    app, run = job.application, job.run
    if run is not None and not job.active:
        if run.state is RunState.DONE:
            return cell(_measured(run))
        if run.state is RunState.CANCELLED:
            return cell("cancelled; see its log for the output", Tone.DIM)
        return cell(run.error or f"{run.state}, exit status {run.status}", Tone.BAD)
    if app is not None and app.why_waiting:
        return _why(app.why_waiting, app.fix)
    if app is not None and app.state.active and app.progress is not None:
        p = app.progress
        tasks = f"{p.tasks_done:,} of {p.tasks:,} tasks done, {p.tasks_active} active"
        return cell(f"{tasks}, {p.tasks_failed} failed  {call_site(p.current)}", Tone.DIM)
    return BLANK


def _why(reason: str | None, fix: str) -> Cell:
    if not reason:
        return BLANK
    said = f"{reason}. " if fix else reason
    return cells((one_line(said) + " " * bool(fix), Tone.WARN), (one_line(fix), Tone.NORMAL))


def _measured(run: Run) -> str:
    parts = [
        f"result {run.value}" if run.value else "",
        f"{run.seconds:.2f} s" if run.seconds is not None else "",
        counted(run.cores, "core") if run.cores else "",
        counted(run.executors, "executor") if run.executors else "",
    ]
    return "  ".join(part for part in parts if part)
