"""Runs with all that was recorded beside them, and their page as a file."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pitui.bench.report.page import ReportedRun
from pitui.config.atomic_file import replace_file
from pitui.domain.apps.recorded_run import Run
from pitui.domain.errors import PituiError, UsageError
from pitui.services.apps.app_details import AppDetails
from pitui.services.apps.task_bars import run_tasks
from pitui.services.runs.detached_runs import Runs

MOST_WITH_TASKS = 20
"""Runs whose tasks are read, the newest: each is an event log to fetch."""
_TASKS_LIMIT = 60.0


async def reported_runs(
    runs: Runs, details: AppDetails, wanted: Sequence[Run]
) -> list[ReportedRun]:
    """Return runs with their samples and tasks; why tasks cannot be had is part of it.

    Raises:
        PituiError: the record of runs cannot be read.
    """
    newest = {run.id for run in sorted(wanted, key=lambda run: -run.started_at)[:MOST_WITH_TASKS]}
    found = []
    for run in wanted:
        samples = await runs.samples(run.id)
        if run.id not in newest or run.application is None:
            found.append(ReportedRun(run, samples))
            continue
        try:
            async with asyncio.timeout(_TASKS_LIMIT):
                found.append(ReportedRun(run, samples, await run_tasks(details, run)))
        except TimeoutError:
            found.append(ReportedRun(run, samples, tasks_problem="reading them took too long"))
        except PituiError as error:
            found.append(ReportedRun(run, samples, tasks_problem=str(error)))
    return found


def write_report(text: str, target: Path) -> Path:
    """Write a report whole or not at all, over an older one; returns its absolute path.

    Raises:
        UsageError: it cannot be written there.
    """
    path = target.expanduser().absolute()
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "Name a file in it.")
    try:
        replace_file(path, text.encode())
    except OSError as error:
        message = f"cannot write {path}: {error.strerror}"
        raise UsageError(message, "Choose another place with --output.") from error
    return path
